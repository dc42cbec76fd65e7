//! An HTTP answer, read to its end under limits.

use std::time::Duration;

use http_body_util::BodyExt;
use hyper::Response;
use hyper::body::{Body, Incoming};
use hyper::header::{CONTENT_ENCODING, CONTENT_TYPE, HeaderMap, HeaderName, RETRY_AFTER};

use super::fault::Fault;
use super::socket::broken;
use crate::{Error, ErrorKind, Result};

/// The parts of an answer that count.
#[derive(Debug)]
pub(super) struct Reply {
    pub(super) status: u16,
    pub(super) media: Media,
    pub(super) retry_after: Option<Duration>,
    pub(super) body: Vec<u8>,
}

/// What the body says it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Media {
    Json,
    Protobuf,
    Html,
    Other,
}

impl Reply {
    /// Reads the body, decompressed if it is compressed. Neither form may have
    /// more than `max` bytes.
    pub(super) async fn read(response: Response<Incoming>, max: usize) -> Result<Self, Fault> {
        let (head, body) = response.into_parts();
        let body = collect(body, max).await?;
        Ok(Self {
            status: head.status.as_u16(),
            media: media(&head.headers),
            retry_after: retry_after(&head.headers),
            body: decompressed(&head.headers, body, max)?,
        })
    }
}

async fn collect(mut body: Incoming, max: usize) -> Result<Vec<u8>, Fault> {
    let announced = body.size_hint().lower();
    if announced > max as u64 {
        return Err(too_long(max));
    }
    let mut collected = Vec::new();
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|error| Fault::unclear(broken(error)))?;
        let Ok(data) = frame.into_data() else {
            continue;
        };
        if collected.len() + data.len() > max {
            return Err(too_long(max));
        }
        collected.extend_from_slice(&data);
    }
    Ok(collected)
}

fn decompressed(headers: &HeaderMap, body: Vec<u8>, max: usize) -> Result<Vec<u8>, Fault> {
    let foreign = |why| Fault::unclear(Error::new(ErrorKind::Disconnected, why));
    match text(headers, &CONTENT_ENCODING) {
        None | Some("identity") => Ok(body),
        Some("gzip") => turso_compression::gunzip(&body, max).map_err(|error| {
            if error.kind() == turso_compression::ErrorKind::Limit {
                too_long(max)
            } else {
                foreign("the answer is not the gzip that it says it is")
            }
        }),
        Some(_) => Err(foreign("the answer is compressed in an unknown way")),
    }
}

fn too_long(max: usize) -> Fault {
    let context = format!("the answer has more than {max} bytes");
    Fault::unclear(Error::new(ErrorKind::Limit, context))
}

fn media(headers: &HeaderMap) -> Media {
    let named = text(headers, &CONTENT_TYPE).unwrap_or_default();
    let named = named.split(';').next().unwrap_or_default().trim();
    match named.to_ascii_lowercase().as_str() {
        "application/json" => Media::Json,
        "application/x-protobuf" | "application/protobuf" => Media::Protobuf,
        "text/html" | "application/xhtml+xml" => Media::Html,
        _ => Media::Other,
    }
}

/// The form in seconds; the form with a date would need both clocks to agree.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let seconds = text(headers, &RETRY_AFTER)?.trim().parse().ok()?;
    Some(Duration::from_secs(seconds))
}

fn text<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

#[cfg(test)]
mod tests {
    use hyper::header::HeaderValue;

    use super::*;

    fn headers(name: HeaderName, value: &'static str) -> HeaderMap {
        HeaderMap::from_iter([(name, HeaderValue::from_static(value))])
    }

    #[test]
    fn the_media_type_is_read_without_its_parameters() {
        let read = |value| media(&headers(CONTENT_TYPE, value));
        assert_eq!(read("application/json; charset=utf-8"), Media::Json);
        assert_eq!(read("Application/X-Protobuf"), Media::Protobuf);
        assert_eq!(read("text/html;charset=iso-8859-1"), Media::Html);
        assert_eq!(read("text/plain"), Media::Other);
        assert_eq!(media(&HeaderMap::new()), Media::Other);
    }

    #[test]
    fn retry_after_is_read_in_seconds() {
        let read = |value| retry_after(&headers(RETRY_AFTER, value));
        assert_eq!(read("7"), Some(Duration::from_secs(7)));
        assert_eq!(read("Fri, 31 Dec 1999 23:59:59 GMT"), None);
        assert_eq!(read("-1"), None);
        assert_eq!(read("99999999999999999999"), None);
    }
}
