use std::io;
use std::sync::Arc;

use testkit::net::{Certificate, Front, Message, Scripted, Tls};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

use crate::client::Client;

fn scripted(tls: &Tls) -> Scripted {
    let scripted = Scripted::new(|_| Message::response(200, "secret")).unwrap();
    scripted.set_tls(Some(tls));
    scripted
}

async fn handshake(front: &Front, tls: &Tls, name: &str) -> io::Result<TlsStream<TcpStream>> {
    let mut roots = RootCertStore::empty();
    let ca = CertificateDer::from_pem_slice(tls.ca_pem().as_bytes()).unwrap();
    roots.add(ca).unwrap();
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let name = ServerName::try_from(name.to_owned()).unwrap();
    let stream = TcpStream::connect(front.address()).await?;
    TlsConnector::from(Arc::new(config))
        .connect(name, stream)
        .await
}

#[tokio::test]
async fn a_good_certificate_is_accepted_by_name_and_by_address() {
    let tls = Tls::new(Certificate::Good).unwrap();
    let front = scripted(&tls);
    assert!(front.url().starts_with("https://127.0.0.1:"));
    for name in ["localhost", "127.0.0.1"] {
        let stream = handshake(&front, &tls, name).await.unwrap();
        let answer = Client::over(stream)
            .ask(&Message::request("GET", "/", ""))
            .await;
        assert_eq!(answer.unwrap().text(), "secret");
    }
    assert!(front.counts().bytes_out > 500, "certificates were counted");
}

async fn refusal(certificate: Certificate) -> String {
    let tls = Tls::new(certificate).unwrap();
    let front = scripted(&tls);
    let refused = handshake(&front, &tls, "localhost").await.unwrap_err();
    assert_eq!(front.counts().requests, 0);
    format!("{refused:?}")
}

#[tokio::test]
async fn each_bad_certificate_is_bad_for_its_own_reason() {
    assert!(
        refusal(Certificate::WrongHost)
            .await
            .contains("NotValidForName"),
        "host"
    );
    assert!(
        refusal(Certificate::Expired).await.contains("Expired"),
        "time"
    );
    assert!(
        refusal(Certificate::UnknownCa)
            .await
            .contains("UnknownIssuer"),
        "CA"
    );
}

#[tokio::test]
async fn plain_and_secure_do_not_understand_each_other() {
    let tls = Tls::new(Certificate::Good).unwrap();
    let front = scripted(&tls);
    let mut plain = Client::to(front.address()).await.unwrap();
    let answer = plain.ask(&Message::request("GET", "/", "")).await;
    assert!(!answer.is_ok_and(|answer| answer.text() == "secret"));
    front.set_tls(None);
    handshake(&front, &tls, "localhost").await.unwrap_err();
}
