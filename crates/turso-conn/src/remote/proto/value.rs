//! Values in Protobuf: blobs as they are.

use prost::{Message, Oneof};

use crate::Value as Ours;

#[derive(Clone, PartialEq, Message)]
pub(super) struct Empty {}

#[derive(Clone, PartialEq, Message)]
pub(super) struct Value {
    #[prost(oneof = "Kind", tags = "1, 2, 3, 4, 5")]
    pub(super) kind: Option<Kind>,
}

#[derive(Clone, PartialEq, Oneof)]
pub(super) enum Kind {
    #[prost(message, tag = "1")]
    Null(Empty),
    #[prost(sint64, tag = "2")]
    Integer(i64),
    #[prost(double, tag = "3")]
    Real(f64),
    #[prost(string, tag = "4")]
    Text(String),
    #[prost(bytes = "vec", tag = "5")]
    Blob(Vec<u8>),
}

impl From<&Ours> for Value {
    fn from(value: &Ours) -> Self {
        let kind = match value {
            Ours::Null => Kind::Null(Empty {}),
            Ours::Integer(v) => Kind::Integer(*v),
            Ours::Real(v) => Kind::Real(*v),
            Ours::Text(v) => Kind::Text(v.clone()),
            Ours::Blob(v) => Kind::Blob(v.clone()),
        };
        Self { kind: Some(kind) }
    }
}

impl Value {
    /// Ours, unless it is of a kind that we do not know.
    pub(super) fn known(self) -> Option<Ours> {
        Some(match self.kind? {
            Kind::Null(Empty {}) => Ours::Null,
            Kind::Integer(v) => Ours::Integer(v),
            Kind::Real(v) => Ours::Real(v),
            Kind::Text(v) => Ours::Text(v),
            Kind::Blob(v) => Ours::Blob(v),
        })
    }
}
