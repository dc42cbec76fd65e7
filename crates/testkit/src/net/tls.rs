use std::sync::Arc;

use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    date_time_ymd,
};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};

use crate::{Error, ErrorKind, Result};

/// The names that a good certificate is for.
const NAMES: [&str; 2] = ["localhost", "127.0.0.1"];

/// What the certificate of a front is like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Certificate {
    /// For `localhost` and 127.0.0.1, and valid.
    Good,
    /// For another host.
    WrongHost,
    /// Valid until the year 2001.
    Expired,
    /// Good in itself, but signed by a CA that nobody knows.
    UnknownCa,
}

type Signed = std::result::Result<(String, ServerConfig), Box<dyn std::error::Error + Send + Sync>>;

/// A certificate for a front and the CA that a client is to trust. Made anew
/// each time, in about a millisecond.
#[derive(Clone)]
pub struct Tls {
    ca_pem: String,
    acceptor: TlsAcceptor,
}

impl Tls {
    /// A certificate of this sort.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Io`] when the system has no randomness.
    pub fn new(certificate: Certificate) -> Result<Self> {
        let signed = sign(certificate);
        let (ca_pem, config) =
            signed.map_err(|e| Error::because(ErrorKind::Io, "making a certificate", e))?;
        let acceptor = TlsAcceptor::from(Arc::new(config));
        Ok(Self { ca_pem, acceptor })
    }

    /// The CA that a client is to trust, in PEM.
    pub fn ca_pem(&self) -> &str {
        &self.ca_pem
    }

    pub(crate) fn acceptor(&self) -> &TlsAcceptor {
        &self.acceptor
    }
}

impl std::fmt::Debug for Tls {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Tls").finish_non_exhaustive()
    }
}

/// The PEM of the CA that is known, and the server's side.
fn sign(certificate: Certificate) -> Signed {
    let (ca_pem, known) = authority("testkit CA")?;
    let (_, unknown) = authority("unknown CA")?;
    let issuer = match certificate {
        Certificate::UnknownCa => unknown,
        _ => known,
    };
    let key = KeyPair::generate()?;
    let signed = leaf(certificate)?.signed_by(&key, &issuer)?;
    let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key.serialize_der()));
    let mut config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(vec![signed.der().clone()], key)?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok((ca_pem, config))
}

fn authority(name: &str) -> std::result::Result<(String, Issuer<'static, KeyPair>), rcgen::Error> {
    let mut params = CertificateParams::new(Vec::new())?;
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.distinguished_name.push(DnType::CommonName, name);
    let key = KeyPair::generate()?;
    let pem = params.self_signed(&key)?.pem();
    Ok((pem, Issuer::new(params, key)))
}

fn leaf(certificate: Certificate) -> std::result::Result<CertificateParams, rcgen::Error> {
    let names = match certificate {
        Certificate::WrongHost => vec!["elsewhere.example".to_owned()],
        _ => NAMES.map(ToOwned::to_owned).to_vec(),
    };
    let mut params = CertificateParams::new(names)?;
    params.use_authority_key_identifier_extension = true;
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    if certificate == Certificate::Expired {
        params.not_before = date_time_ymd(2000, 1, 1);
        params.not_after = date_time_ymd(2001, 1, 1);
    }
    Ok(params)
}
