//! Encryption, and tokens that must not travel without it.

use std::io::Write;
use std::process::Command;

use tempfile::NamedTempFile;
use testkit::net::{Certificate, Scripted, Tls};
use turso_conn::{Connect, ErrorKind, Location, RemoteConfig, RemoteConnector, Result, Secret};

use crate::scripted::usual;
use crate::support::run;

/// A server that shows `certificate`, and a client that trusts its authority.
struct Encrypted {
    front: Scripted,
    ca: NamedTempFile,
}

impl Encrypted {
    fn new(certificate: Certificate) -> Self {
        let tls = Tls::new(certificate).unwrap();
        let front = Scripted::new(|request| match request.method() {
            "GET" => {
                testkit::net::Message::response(if request.path() == "/v3" { 200 } else { 404 }, "")
            }
            _ => usual(request),
        })
        .unwrap();
        front.set_tls(Some(&tls));
        let mut ca = NamedTempFile::new().unwrap();
        ca.write_all(tls.ca_pem().as_bytes()).unwrap();
        Self { front, ca }
    }

    fn connector(&self, host: &str) -> RemoteConnector {
        let config = RemoteConfig {
            token: Some(Secret::new("canary")),
            extra_roots: vec![self.ca.path().to_owned()],
            ..RemoteConfig::default()
        };
        let url = format!("libsql://{host}:{}", self.front.address().port());
        RemoteConnector::new(&url.parse().unwrap(), config).unwrap()
    }
}

#[tokio::test]
async fn f44_a_certificate_that_is_right_is_taken() {
    let server = Encrypted::new(Certificate::Good);
    server.front.set_token(Some("canary"));
    for host in ["localhost", "127.0.0.1"] {
        let mut conn = server.connector(host).connect().await.unwrap();
        run(&mut conn, "SELECT 1").await;
    }
}

#[tokio::test]
async fn f44_a_certificate_that_is_wrong_is_refused_before_anything_is_sent() {
    for certificate in [
        Certificate::UnknownCa,
        Certificate::WrongHost,
        Certificate::Expired,
    ] {
        let server = Encrypted::new(certificate);
        let error = server.connector("localhost").connect().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unauthorized, "{certificate:?}");
        assert!(!error.is_retryable());
        assert_eq!(server.front.counts().requests, 0);
    }
}

#[tokio::test]
async fn f44_a_server_without_encryption_is_not_spoken_to_without_it() {
    let server = Encrypted::new(Certificate::Good);
    let connector = server.connector("localhost");
    server.front.set_tls(None);
    let error = connector.connect().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Disconnected);
    assert_eq!(server.front.counts().requests, 0);
}

#[test]
fn f44_roots_that_are_none_are_refused() {
    let mut file = NamedTempFile::new().unwrap();
    file.write_all(b"no certificate").unwrap();
    for path in [file.path(), "/nonexistent/ca.pem".as_ref()] {
        let config = RemoteConfig {
            extra_roots: vec![path.to_owned()],
            ..RemoteConfig::default()
        };
        let error = RemoteConnector::new(&"libsql://h".parse().unwrap(), config).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Misuse);
    }
}

fn open(url: &str, token: Option<&str>, allow_plaintext: bool) -> Result<RemoteConnector> {
    let config = RemoteConfig {
        token: token.map(Secret::new),
        allow_plaintext,
        ..RemoteConfig::default()
    };
    RemoteConnector::new(&url.parse()?, config)
}

#[test]
fn f45_a_token_travels_unencrypted_only_to_this_machine_or_where_that_is_allowed() {
    let table = [
        ("http://db.example.org", Some("canary"), false, false),
        ("http://db.example.org?authToken=canary", None, false, false),
        (
            "libsql://db.example.org?tls=0",
            Some("canary"),
            false,
            false,
        ),
        ("http://10.0.0.1", Some("canary"), false, false),
        ("http://localhost.example.org", Some("canary"), false, false),
        ("http://db.example.org", Some("canary"), true, true),
        ("http://db.example.org", None, false, true),
        ("http://localhost:8080", Some("canary"), false, true),
        ("http://127.0.0.1", Some("canary"), false, true),
        ("http://[::1]:8080", Some("canary"), false, true),
        ("libsql://db.example.org", Some("canary"), false, true),
    ];
    for (url, token, allowed, taken) in table {
        match open(url, token, allowed) {
            Ok(connector) => {
                assert!(taken, "{url}");
                assert!(!format!("{connector:?}").contains("canary"));
            }
            Err(error) => {
                assert!(!taken, "{url}");
                assert_eq!(error.kind(), ErrorKind::Misuse);
                assert!(!format!("{error:?}").contains("canary"));
            }
        }
    }
}

#[test]
fn f45_a_token_that_no_header_can_hold_is_refused_and_not_shown() {
    for token in ["canary\n", "canary\0", "canary\r\nx-admin: 1"] {
        let error = open("libsql://h", Some(token), false).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Misuse);
        assert!(!format!("{error:?} {error}").contains("canary"));
    }
}

#[test]
fn a_location_that_is_no_server_is_not_for_this_connector() {
    for location in [Location::Memory, Location::file("x.db").unwrap()] {
        let error = RemoteConnector::new(&location, RemoteConfig::default()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unsupported);
    }
}

const BARE: &str = "TURSO_CONN_TEST_WITHOUT_ROOTS";

/// Runs itself on a machine that trusts nobody.
#[test]
fn f46_without_authorities_to_trust_there_is_no_connector() {
    if std::env::var_os(BARE).is_some() {
        let refused = open("libsql://h", None, false).unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::Unauthorized);
        open("http://h", None, false).unwrap();
        return;
    }
    let nothing = tempfile::tempdir().unwrap();
    let this = std::env::current_exe().unwrap();
    let name = "faults_tls::f46_without_authorities_to_trust_there_is_no_connector";
    let child = Command::new(this)
        .args(["--exact", name])
        .env(BARE, "1")
        .env("SSL_CERT_DIR", nothing.path())
        .env("SSL_CERT_FILE", nothing.path().join("none.pem"))
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&child.stdout);
    assert!(child.status.success(), "{said}");
    assert!(said.contains("1 passed"), "{said}");
}
