//! Values in JSON: integers as strings, blobs in base64.

use std::fmt;

use base64::Engine;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use serde::de::{self, Deserializer, Visitor};
use serde::ser::{SerializeStruct, Serializer};
use serde::{Deserialize, Serialize};

use crate::Value;

/// Without padding, as the protocol wants it; read with and without.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new()
        .with_encode_padding(false)
        .with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// A value to be sent.
pub(super) struct Argument<'a>(pub(super) &'a Value);

impl Serialize for Argument<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let fields = if self.0.is_null() { 1 } else { 2 };
        let mut object = serializer.serialize_struct("Value", fields)?;
        match self.0 {
            Value::Null => object.serialize_field("type", "null")?,
            Value::Integer(v) => {
                object.serialize_field("type", "integer")?;
                object.serialize_field("value", &v.to_string())?;
            }
            Value::Real(v) => {
                object.serialize_field("type", "float")?;
                object.serialize_field("value", v)?;
            }
            Value::Text(v) => {
                object.serialize_field("type", "text")?;
                object.serialize_field("value", v)?;
            }
            Value::Blob(v) => {
                object.serialize_field("type", "blob")?;
                object.serialize_field("base64", &BASE64.encode(v))?;
            }
        }
        object.end()
    }
}

/// A value that was received.
#[derive(Debug, Deserialize)]
#[serde(try_from = "Received")]
pub(super) struct Cell(pub(super) Value);

#[derive(Deserialize)]
struct Received {
    r#type: Type,
    #[serde(default)]
    value: Scalar,
    #[serde(default)]
    base64: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Type {
    Null,
    Integer,
    Float,
    Text,
    Blob,
}

impl TryFrom<Received> for Cell {
    type Error = &'static str;

    fn try_from(received: Received) -> Result<Self, Self::Error> {
        match (received.r#type, received.value, received.base64) {
            (Type::Null, ..) => Ok(Value::Null),
            (Type::Integer, Scalar::Text(v), _) => match v.parse() {
                Ok(v) => Ok(Value::Integer(v)),
                Err(_) => Err("an integer that is none"),
            },
            (Type::Integer, Scalar::Integer(v), _) => Ok(Value::Integer(v)),
            (Type::Float, Scalar::Float(v), _) => Ok(Value::Real(v)),
            // Whole numbers are doubles too; up to 2^53 exactly.
            #[allow(clippy::cast_precision_loss)]
            (Type::Float, Scalar::Integer(v), _) => Ok(Value::Real(v as f64)),
            (Type::Text, Scalar::Text(v), _) => Ok(Value::Text(v)),
            (Type::Blob, _, Some(v)) => match BASE64.decode(v) {
                Ok(v) => Ok(Value::Blob(v)),
                Err(_) => Err("a blob that is not base64"),
            },
            _ => Err("a value of another type than it says"),
        }
        .map(Self)
    }
}

/// The `value` of a value: a string or a number.
#[derive(Default)]
enum Scalar {
    #[default]
    None,
    Text(String),
    Integer(i64),
    Float(f64),
}

impl<'de> Deserialize<'de> for Scalar {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ScalarVisitor)
    }
}

struct ScalarVisitor;

impl Visitor<'_> for ScalarVisitor {
    type Value = Scalar;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string or a number")
    }

    fn visit_unit<E: de::Error>(self) -> Result<Scalar, E> {
        Ok(Scalar::None)
    }

    fn visit_str<E: de::Error>(self, v: &str) -> Result<Scalar, E> {
        Ok(Scalar::Text(v.to_owned()))
    }

    fn visit_string<E: de::Error>(self, v: String) -> Result<Scalar, E> {
        Ok(Scalar::Text(v))
    }

    fn visit_i64<E: de::Error>(self, v: i64) -> Result<Scalar, E> {
        Ok(Scalar::Integer(v))
    }

    #[allow(clippy::cast_precision_loss)]
    fn visit_u64<E: de::Error>(self, v: u64) -> Result<Scalar, E> {
        Ok(i64::try_from(v).map_or(Scalar::Float(v as f64), Scalar::Integer))
    }

    fn visit_f64<E: de::Error>(self, v: f64) -> Result<Scalar, E> {
        Ok(Scalar::Float(v))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(json: &str) -> Option<Value> {
        serde_json::from_str::<Cell>(json).ok().map(|cell| cell.0)
    }

    #[test]
    fn values_are_read_as_servers_write_them() {
        let table = [
            (r#"{"type":"null"}"#, Value::Null),
            (r#"{"type":"null","value":null}"#, Value::Null),
            (r#"{"value":"-5","type":"integer"}"#, Value::Integer(-5)),
            (r#"{"type":"integer","value":7}"#, Value::Integer(7)),
            (r#"{"type":"float","value":1}"#, Value::Real(1.0)),
            (
                r#"{"type":"float","value":-2.5e300}"#,
                Value::Real(-2.5e300),
            ),
            (r#"{"type":"text","value":"\u00e9\/"}"#, "\u{e9}/".into()),
            (r#"{"type":"blob","base64":"AP\/+"}"#, [0, 255, 254].into()),
            (r#"{"type":"blob","base64":"AA"}"#, [0].into()),
            (r#"{"type":"blob","base64":"AA==","more":[{}]}"#, [0].into()),
        ];
        for (json, expected) in table {
            assert_eq!(read(json), Some(expected), "{json}");
        }
    }

    #[test]
    fn what_is_no_value_is_refused() {
        for json in [
            "{}",
            "null",
            r#"{"type":"integer","value":"9223372036854775808"}"#,
            r#"{"type":"integer","value":"1.0"}"#,
            r#"{"type":"integer","value":1.5}"#,
            r#"{"type":"float","value":null}"#,
            r#"{"type":"text","value":1}"#,
            r#"{"type":"text"}"#,
            r#"{"type":"blob","value":"AA"}"#,
            r#"{"type":"blob","base64":"A"}"#,
            r#"{"type":"date","value":"x"}"#,
        ] {
            assert_eq!(read(json), None, "{json}");
        }
    }

    proptest! {
        #[test]
        fn values_come_back(
            i: i64,
            r in proptest::num::f64::NORMAL | proptest::num::f64::ZERO | proptest::num::f64::SUBNORMAL,
            t: String,
            b: Vec<u8>,
        ) {
            for value in [i.into(), r.into(), t.into(), b.into(), Value::Null] {
                let json = serde_json::to_string(&Argument(&value)).unwrap();
                prop_assert_eq!(read(&json), Some(value));
            }
        }
    }
}
