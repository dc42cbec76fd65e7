//! How remote connections are opened and used.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::retry::Retry;
use crate::Secret;

/// Which encoding of the protocol is spoken.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Encoding {
    /// Protobuf where the server offers it, asked once per connector, else
    /// JSON. The default: blobs travel raw, a quarter smaller than in JSON.
    #[default]
    Negotiated,
    /// JSON always.
    Json,
}

/// Whether answers may come compressed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Compression {
    /// JSON answers by gzip. The default: rows of text shrink tenfold. Protobuf
    /// is left alone: what it is taken for, blobs, is compressed already.
    #[default]
    Gzip,
    /// Never.
    Off,
}

/// How remote connections are opened and used. Every combination is legal,
/// but [`RemoteConnector::new`](crate::RemoteConnector::new) refuses a token
/// that would travel in the clear.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RemoteConfig {
    /// The token; it goes before the one in the location. Read from a
    /// configuration, never written to one. Default: none.
    #[serde(skip_serializing)]
    pub token: Option<Secret>,
    /// Whether the token may travel unencrypted to another machine. Default: no.
    pub allow_plaintext: bool,
    /// The database on a server with several that tells them apart by the
    /// header `x-namespace`. Default: none, the host name says which.
    pub namespace: Option<String>,
    /// The longest time opening a connection may take, from the name's
    /// resolution to the end of the handshakes. Default 10 s: three lost
    /// packets in a row.
    pub connect_deadline: Duration,
    /// The longest time from a call to its answer, repetitions included, unless
    /// the statement or program says otherwise. It holds for the whole answer,
    /// however slowly it trickles. Default 30 s: a batch gets 5 s of the
    /// server's time, and others may be before it.
    pub deadline: Duration,
    /// A socket that was not used for longer is replaced before the next
    /// request: what lies between may have forgotten it without a word, and a
    /// write sent into it would have an unknown outcome. Default 60 s, less
    /// than common address translators wait.
    pub idle_max: Duration,
    /// Most bytes of one answer, compressed and decompressed. Default 32 MiB:
    /// servers stop at 10 MB, and decoded it takes several times its size.
    pub answer_bytes_max: usize,
    /// Which encoding is spoken. Default: the better one that the server knows.
    pub encoding: Encoding,
    /// Whether answers may come compressed. Default: JSON may.
    pub compression: Compression,
    /// What is tried again, and when.
    pub retry: Retry,
    /// Files with certificates (PEM) of authorities to trust besides the
    /// platform's, for private ones. Default: none.
    #[cfg(feature = "tls")]
    pub extra_roots: Vec<std::path::PathBuf>,
}

impl Default for RemoteConfig {
    fn default() -> Self {
        Self {
            token: None,
            allow_plaintext: false,
            namespace: None,
            connect_deadline: Duration::from_secs(10),
            deadline: Duration::from_secs(30),
            idle_max: Duration::from_mins(1),
            answer_bytes_max: 32 << 20,
            encoding: Encoding::default(),
            compression: Compression::default(),
            retry: Retry::default(),
            #[cfg(feature = "tls")]
            extra_roots: Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_read_but_never_written() {
        let config: RemoteConfig =
            serde_json::from_str(r#"{"token":"canary","encoding":"json"}"#).unwrap();
        assert_eq!(config.token.as_ref().map(Secret::expose), Some("canary"));
        assert_eq!(config.encoding, Encoding::Json);
        assert_eq!(config.deadline, RemoteConfig::default().deadline);
        let written = serde_json::to_string(&config).unwrap();
        assert!(!written.contains("canary"));
        assert!(!format!("{config:?}").contains("canary"));
        let again: RemoteConfig = serde_json::from_str(&written).unwrap();
        let expected = RemoteConfig {
            token: None,
            ..config
        };
        assert_eq!(again, expected);
    }

    #[test]
    fn unknown_fields_are_refused() {
        assert!(serde_json::from_str::<RemoteConfig>(r#"{"tokn":"x"}"#).is_err());
    }
}
