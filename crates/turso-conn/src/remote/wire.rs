//! The encoding spoken with one server.

use hyper::header::HeaderValue;

use super::answer::{Answer, Failure, Unreadable};
use super::ask::Ask;
use super::reply::{Media, Reply};
use super::{json, proto};
use crate::Result;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wire {
    Json,
    Protobuf,
}

impl Wire {
    /// The path behind the location's own, of `GET` to ask whether the server
    /// speaks it.
    pub(super) fn probe_path(self) -> &'static str {
        match self {
            Self::Json => "/v3",
            Self::Protobuf => "/v3-protobuf",
        }
    }

    pub(super) fn pipeline_path(self) -> &'static str {
        match self {
            Self::Json => "/v3/pipeline",
            Self::Protobuf => "/v3-protobuf/pipeline",
        }
    }

    pub(super) fn media_type(self) -> HeaderValue {
        HeaderValue::from_static(match self {
            Self::Json => "application/json",
            Self::Protobuf => "application/x-protobuf",
        })
    }

    pub(super) fn encode(self, ask: &Ask<'_>) -> Result<Vec<u8>> {
        match self {
            Self::Json => json::pipeline(ask),
            Self::Protobuf => Ok(proto::pipeline(ask)),
        }
    }

    /// The answer in `reply`, read as what it says it is.
    pub(super) fn decode(self, reply: &Reply) -> Result<Answer, Unreadable> {
        match (reply.media, self) {
            (Media::Html, _) => Err(Unreadable::Foreign("it is a web page".into())),
            (Media::Json, _) | (Media::Other, Self::Json) => json::answer(&reply.body),
            (Media::Protobuf, _) | (Media::Other, Self::Protobuf) => proto::answer(&reply.body),
        }
    }

    /// What the server said about a status other than 200. Web pages are not kept.
    pub(super) fn failure(reply: &Reply) -> Option<Failure> {
        match reply.media {
            Media::Json => json::failure(&reply.body),
            Media::Protobuf => proto::failure(&reply.body),
            Media::Html => None,
            Media::Other => plain_text(&reply.body),
        }
    }
}

fn plain_text(body: &[u8]) -> Option<Failure> {
    let message = String::from_utf8_lossy(body).into_owned();
    (!message.trim().is_empty()).then(|| Failure {
        message,
        code: String::new(),
    })
}
