//! What a connector has counted.

use std::sync::atomic::{AtomicU64, Ordering};

/// Everything that the connections of one connector did since it was made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct RemoteStats {
    /// HTTP requests sent, repetitions and the asking for Protobuf included.
    pub requests: u64,
    /// Sockets opened, with their handshakes.
    pub sockets: u64,
    /// Bytes sent on the wire, headers and encryption included.
    pub bytes_out: u64,
    /// Bytes received on the wire, headers and encryption included.
    pub bytes_in: u64,
    /// Requests that were tried again after a failure.
    pub retries: u64,
}

/// Bytes that went through a stream.
#[derive(Debug, Default)]
pub(super) struct Traffic {
    pub(super) sent: Counter,
    pub(super) received: Counter,
}

/// The counters behind [`RemoteStats`].
#[derive(Debug, Default)]
pub(super) struct Counters {
    pub(super) requests: Counter,
    pub(super) sockets: Counter,
    pub(super) retries: Counter,
}

impl Counters {
    pub(super) fn snapshot(&self, traffic: &Traffic) -> RemoteStats {
        RemoteStats {
            requests: self.requests.get(),
            sockets: self.sockets.get(),
            bytes_out: traffic.sent.get(),
            bytes_in: traffic.received.get(),
            retries: self.retries.get(),
        }
    }
}

#[derive(Debug, Default)]
pub(super) struct Counter(AtomicU64);

impl Counter {
    pub(super) fn add(&self, n: usize) {
        let n = u64::try_from(n).unwrap_or(u64::MAX);
        self.0.fetch_add(n, Ordering::Relaxed);
    }

    /// Undoes one `add(1)`.
    pub(super) fn take_back(&self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }

    pub(super) fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}
