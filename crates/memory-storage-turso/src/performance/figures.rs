use serde::{Deserialize, Serialize};

/// A share between 0 and 1; none of nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Share(pub Option<f64>);

impl Share {
    #[expect(clippy::cast_precision_loss, reason = "a share needs no 53 bits")]
    pub(super) fn of(part: u64, whole: u64) -> Self {
        Self((whole > 0).then(|| part as f64 / whole as f64))
    }
}

impl std::fmt::Display for Share {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.0 {
            Some(share) => write!(f, "{:.1} %", share * 100.0),
            None => f.write_str("-"),
        }
    }
}

/// What the caches of compiled statements did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Statements {
    /// Statements that were found compiled.
    pub hits: u64,
    /// Statements that had to be compiled.
    pub misses: u64,
    /// Statements dropped to make room for others.
    pub evictions: u64,
    /// Statements dropped because the schema had changed.
    pub outdated: u64,
    /// Compiled statements that are kept now.
    pub entries: u64,
}

impl Statements {
    /// Hits among all that was asked for.
    pub fn hit_rate(&self) -> Share {
        Share::of(self.hits, self.hits.saturating_add(self.misses))
    }
}

impl From<turso_prepared::Stats> for Statements {
    fn from(stats: turso_prepared::Stats) -> Self {
        Self {
            hits: stats.hits,
            misses: stats.misses,
            evictions: stats.evictions,
            outdated: stats.outdated,
            entries: u64::try_from(stats.entries).unwrap_or(u64::MAX),
        }
    }
}

/// What went over the wire to a server.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Traffic {
    /// Requests, repetitions included.
    pub requests: u64,
    /// Requests that were tried again after a failure.
    pub retries: u64,
    /// Sockets that were opened.
    pub sockets: u64,
    /// Bytes sent, headers and encryption included.
    pub sent_bytes: u64,
    /// Bytes received, headers and encryption included.
    pub received_bytes: u64,
}

#[cfg(feature = "remote")]
impl From<turso_conn::RemoteStats> for Traffic {
    fn from(stats: turso_conn::RemoteStats) -> Self {
        Self {
            requests: stats.requests,
            retries: stats.retries,
            sockets: stats.sockets,
            sent_bytes: stats.bytes_out,
            received_bytes: stats.bytes_in,
        }
    }
}
