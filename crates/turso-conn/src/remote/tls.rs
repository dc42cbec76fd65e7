//! Encryption: TLS 1.2 and 1.3 by rustls, with the platform's authorities.

use std::fmt;
use std::path::Path;
use std::sync::Arc;

use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

use super::dial::Stream;
use crate::{Error, ErrorKind, Result};

/// What a client trusts, and how it speaks.
#[derive(Clone)]
pub(super) struct Tls {
    config: Arc<ClientConfig>,
}

impl Tls {
    /// Trusts what this machine trusts (`SSL_CERT_FILE` and `SSL_CERT_DIR` where
    /// they are set), and the authorities in `extra`, PEM files.
    pub(super) fn new(extra: &[impl AsRef<Path>]) -> Result<Self> {
        let mut roots = RootCertStore::empty();
        // Some of a platform's certificates may be too old to be read.
        roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        for file in extra {
            add(&mut roots, file.as_ref())?;
        }
        if roots.is_empty() {
            let context = "this machine has no certificates to trust";
            return Err(Error::new(ErrorKind::Unauthorized, context));
        }
        let mut config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(|error| {
                Error::new(ErrorKind::Bug, "configuring encryption").with_source(error)
            })?
            .with_root_certificates(roots)
            .with_no_client_auth();
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(Self {
            config: Arc::new(config),
        })
    }

    /// Encrypts `stream`, once the other side has shown that it is `host`.
    pub(super) async fn wrap<S: Stream + 'static>(
        &self,
        stream: S,
        host: &str,
    ) -> Result<Box<dyn Stream>> {
        let name = ServerName::try_from(host.to_owned()).map_err(|error| {
            Error::new(
                ErrorKind::Misuse,
                "a host name that no certificate can have",
            )
            .with_source(error)
        })?;
        let connector = TlsConnector::from(Arc::clone(&self.config));
        let stream = connector.connect(name, stream).await.map_err(refused)?;
        Ok(Box::new(stream))
    }
}

impl fmt::Debug for Tls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tls").finish_non_exhaustive()
    }
}

fn add(roots: &mut RootCertStore, file: &Path) -> Result<()> {
    let failed = |source: Box<dyn std::error::Error + Send + Sync>| {
        let context = format!("reading certificates from {}", file.display());
        Error::new(ErrorKind::Misuse, context).with_source(source)
    };
    let certificates = CertificateDer::pem_file_iter(file).map_err(|e| failed(e.into()))?;
    let before = roots.len();
    for certificate in certificates {
        let certificate = certificate.map_err(|e| failed(e.into()))?;
        roots.add(certificate).map_err(|e| failed(e.into()))?;
    }
    if roots.len() == before {
        return Err(failed("it holds none".into()));
    }
    Ok(())
}

/// A certificate that is not trusted is not the passing trouble that a broken
/// handshake may be.
fn refused(error: std::io::Error) -> Error {
    use tokio_rustls::rustls::Error as Rustls;
    let reason = error.get_ref().and_then(|e| e.downcast_ref::<Rustls>());
    let untrusted = reason.is_some_and(|reason| {
        matches!(
            reason,
            Rustls::InvalidCertificate(_) | Rustls::NoCertificatesPresented
        )
    });
    let kind = if untrusted {
        ErrorKind::Unauthorized
    } else {
        ErrorKind::Disconnected
    };
    Error::new(kind, "agreeing on encryption with the server").with_source(error)
}
