//! What the connections of one connector share.

use std::fmt;
use std::sync::Arc;

use bytes::Bytes;
use http_body_util::Full;
use hyper::header::{
    ACCEPT_ENCODING, AUTHORIZATION, CONTENT_TYPE, HOST, HeaderMap, HeaderName, HeaderValue,
    USER_AGENT,
};
use hyper::{Method, Request};
use tokio::sync::OnceCell;

use super::config::{Compression, RemoteConfig};
use super::counted::Counted;
use super::dial::{AnyDial, Stream};
use super::stats::{Counters, RemoteStats, Traffic};
use super::target::Target;
use super::wire::Wire;
use crate::{Error, ErrorKind, RemoteLocation, Result, Secret};

pub(super) struct Shared {
    pub(super) config: RemoteConfig,
    pub(super) home: Arc<Target>,
    /// The encoding, asked once.
    pub(super) wire: OnceCell<Wire>,
    pub(super) counters: Counters,
    /// The location as errors and logs name it: without a token.
    pub(super) name: String,
    pub(super) token: Option<Secret>,
    headers: HeaderMap,
    dial: Box<dyn AnyDial>,
    #[cfg(feature = "tls")]
    tls: Option<super::tls::Tls>,
    traffic: Arc<Traffic>,
}

impl Shared {
    pub(super) fn new(
        location: &RemoteLocation,
        config: RemoteConfig,
        dial: Box<dyn AnyDial>,
    ) -> Result<Self> {
        let token = config.token.as_ref().or(location.token()).cloned();
        let plaintext = !location.is_tls() && !location.is_loopback();
        if token.is_some() && plaintext && !config.allow_plaintext {
            let context = format!("{location}: a token would travel unencrypted");
            return Err(Error::new(ErrorKind::Misuse, context));
        }
        can_encrypt(location, cfg!(feature = "tls"))?;
        Ok(Self {
            #[cfg(feature = "tls")]
            tls: location
                .is_tls()
                .then(|| super::tls::Tls::new(&config.extra_roots))
                .transpose()?,
            home: Arc::new(Target::of(location)),
            wire: OnceCell::new(),
            counters: Counters::default(),
            name: location.to_string(),
            headers: headers(token.as_ref(), config.namespace.as_deref())?,
            token,
            config,
            dial,
            traffic: Arc::default(),
        })
    }

    pub(super) fn stats(&self) -> RemoteStats {
        self.counters.snapshot(&self.traffic)
    }

    /// Opens a byte stream to `target`, encrypted if it wants that.
    pub(super) async fn stream(&self, target: &Target) -> Result<Box<dyn Stream>> {
        let dialled = self.dial.open(&target.host, target.port).await;
        let stream = dialled.map_err(|error| {
            Error::new(ErrorKind::Disconnected, "opening a connection").with_source(error)
        })?;
        self.counters.sockets.add(1);
        let stream = Counted::new(stream, Arc::clone(&self.traffic));
        if !target.tls {
            return Ok(Box::new(stream));
        }
        #[cfg(feature = "tls")]
        if let Some(tls) = &self.tls {
            return tls.wrap(stream, &target.host).await;
        }
        Err(Error::new(ErrorKind::Bug, "encryption was not set up"))
    }

    /// The request that asks whether the server speaks `wire`.
    pub(super) fn probe(&self, target: &Target, wire: Wire) -> Result<Request<Full<Bytes>>> {
        self.request(Method::GET, target, wire.probe_path(), Bytes::new())
    }

    /// The request that carries `body`.
    pub(super) fn pipeline(
        &self,
        target: &Target,
        wire: Wire,
        body: Bytes,
    ) -> Result<Request<Full<Bytes>>> {
        let mut request = self.request(Method::POST, target, wire.pipeline_path(), body)?;
        let headers = request.headers_mut();
        headers.insert(CONTENT_TYPE, wire.media_type());
        if wire == Wire::Json && self.config.compression == Compression::Gzip {
            headers.insert(ACCEPT_ENCODING, HeaderValue::from_static("gzip"));
        }
        Ok(request)
    }

    fn request(
        &self,
        method: Method,
        target: &Target,
        path: &str,
        body: Bytes,
    ) -> Result<Request<Full<Bytes>>> {
        let mut request = Request::builder()
            .method(method)
            .uri(format!("{}{path}", target.path))
            .header(HOST, target.authority())
            .body(Full::new(body))
            .map_err(|error| {
                Error::new(ErrorKind::Misuse, "making the request").with_source(error)
            })?;
        request.headers_mut().extend(self.headers.clone());
        Ok(request)
    }
}

impl fmt::Debug for Shared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Shared")
            .field("location", &self.name)
            .field("config", &self.config)
            .finish_non_exhaustive()
    }
}

/// Whether the location can be reached by a build that has (or has not) encryption.
fn can_encrypt(location: &RemoteLocation, have: bool) -> Result<()> {
    if have || !location.is_tls() {
        return Ok(());
    }
    let context = format!("{location}: this build has no encryption (feature `tls`)");
    Err(Error::new(ErrorKind::Unsupported, context))
}

/// The headers of every request.
fn headers(token: Option<&Secret>, namespace: Option<&str>) -> Result<HeaderMap> {
    let mut headers = HeaderMap::new();
    let agent = concat!(env!("CARGO_PKG_NAME"), "/", env!("CARGO_PKG_VERSION"));
    headers.insert(USER_AGENT, HeaderValue::from_static(agent));
    if let Some(token) = token {
        let bearer = format!("Bearer {}", token.expose());
        let mut value = header(&bearer, "the token")?;
        value.set_sensitive(true);
        headers.insert(AUTHORIZATION, value);
    }
    if let Some(namespace) = namespace {
        let name = HeaderName::from_static("x-namespace");
        headers.insert(name, header(namespace, "the namespace")?);
    }
    Ok(headers)
}

/// The reason is not kept: it might show the value.
fn header(value: &str, what: &str) -> Result<HeaderValue> {
    HeaderValue::from_str(value).map_err(|_| {
        let context = format!("{what} has characters that no header may have");
        Error::new(ErrorKind::Misuse, context)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Location;

    fn remote(url: &str) -> RemoteLocation {
        match url.parse().unwrap() {
            Location::Remote(location) => location,
            _ => unreachable!(),
        }
    }

    #[test]
    fn f47_without_encryption_only_plain_locations_are_taken() {
        let table = [
            ("https://h", true),
            ("libsql://h", true),
            ("libsql://h?tls=0", false),
            ("http://h", false),
        ];
        for (url, encrypted) in table {
            assert!(can_encrypt(&remote(url), true).is_ok());
            let refused = can_encrypt(&remote(url), false).map_err(|e| e.kind());
            let expected = if encrypted {
                Err(ErrorKind::Unsupported)
            } else {
                Ok(())
            };
            assert_eq!(refused, expected, "{url}");
        }
    }
}
