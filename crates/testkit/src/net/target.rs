use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::ServerName;
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

use crate::{Error, ErrorKind, Result};

/// A connection to a server, plain or secure.
pub(crate) trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Stream for T {}

/// Where requests are handed on to, and how they are addressed.
#[derive(Clone)]
pub(crate) struct Target {
    /// Host and port.
    address: String,
    /// The server's name, when it is not to be what the client said.
    host: Option<String>,
    /// Stands before every path.
    base: String,
    /// What it asks for.
    token: Option<String>,
    secure: Option<(TlsConnector, ServerName<'static>)>,
}

impl Target {
    /// A server on this machine.
    pub(crate) fn local(address: SocketAddr, host: Option<String>) -> Self {
        Self {
            address: address.to_string(),
            host,
            base: String::new(),
            token: None,
            secure: None,
        }
    }

    /// The server at a URL: `libsql`, `https`, `http`. It must have a
    /// certificate that this machine trusts.
    pub(crate) fn url(url: &str) -> Result<Self> {
        let wrong = || Error::new(ErrorKind::Data, format!("{url} is no URL of a server"));
        let (scheme, rest) = url.split_once("://").ok_or_else(wrong)?;
        let (authority, base) = rest.split_once('/').unwrap_or((rest, ""));
        let name = authority.split(':').next().unwrap_or_default();
        let (port, secure) = match scheme {
            "libsql" | "https" => (443, Some(secure(name)?)),
            "http" => (80, None),
            _ => return Err(wrong()),
        };
        let address = if name == authority {
            format!("{name}:{port}")
        } else {
            authority.to_owned()
        };
        let base = base.trim_end_matches('/');
        Ok(Self {
            address,
            host: Some(authority.to_owned()),
            base: if base.is_empty() {
                String::new()
            } else {
                format!("/{base}")
            },
            token: None,
            secure,
        })
    }

    /// The same, asking for a token.
    pub(crate) fn with_token(mut self, token: Option<String>) -> Self {
        self.token = token;
        self
    }

    pub(crate) fn token(&self) -> Option<&str> {
        self.token.as_deref()
    }

    pub(crate) fn host(&self) -> Option<&str> {
        self.host.as_deref()
    }

    pub(crate) fn base(&self) -> &str {
        &self.base
    }

    pub(crate) async fn connect(&self) -> io::Result<Box<dyn Stream>> {
        let stream = TcpStream::connect(&self.address).await?;
        stream.set_nodelay(true)?;
        match &self.secure {
            None => Ok(Box::new(stream)),
            Some((tls, name)) => Ok(Box::new(tls.connect(name.clone(), stream).await?)),
        }
    }
}

fn secure(name: &str) -> Result<(TlsConnector, ServerName<'static>)> {
    let failed = |e: Box<dyn std::error::Error + Send + Sync>| {
        Error::because(ErrorKind::Data, format!("preparing TLS to {name}"), e)
    };
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|e| failed(e.into()))?
        .with_root_certificates(roots)
        .with_no_client_auth();
    let server = ServerName::try_from(name.to_owned()).map_err(|e| failed(e.into()))?;
    Ok((TlsConnector::from(Arc::new(config)), server))
}
