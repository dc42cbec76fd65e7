//! What the pool looks like at one moment, and what it has done so far.

use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};

/// The pool at one moment, all numbers from the same one.
///
/// `idle + leased + opening` connections are [`open`](Self::open).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Status {
    /// How many connections there may be now. After shrinking, more may be open
    /// until those on loan have come back.
    pub size: usize,
    /// Connections that wait for a user.
    pub idle: usize,
    /// Connections on loan, or in the pool's own hands to be checked or made
    /// fit for the next user.
    pub leased: usize,
    /// Connections being opened.
    pub opening: usize,
    /// Tasks that wait for a connection.
    pub waiting: usize,
    /// Whether connecting failed so often that new users are refused at once.
    pub failing: bool,
    /// Whether the pool was closed.
    pub closed: bool,
}

impl Status {
    /// Connections that exist or are about to.
    pub fn open(&self) -> usize {
        self.idle + self.leased + self.opening
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            size,
            idle,
            leased,
            opening,
            waiting,
            ..
        } = self;
        write!(
            f,
            "size {size}: {leased} in use, {idle} idle, {opening} opening; {waiting} waiting"
        )
    }
}

/// What the pool has done since it was built. Counters only grow.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Stats {
    /// Leases given out.
    pub acquired: u64,
    /// Leases that came back, or were detached.
    pub released: u64,
    /// Acquisitions that had to wait, whatever came of it.
    pub waited: u64,
    /// Acquisitions that gave up at their deadline.
    pub timeouts: u64,
    /// Acquisitions that were refused at once: pool closed or failing, queue full.
    pub refused: u64,
    /// Connections opened.
    pub opened: u64,
    /// Attempts to open one that failed.
    pub failed: u64,
    /// Connections closed because they no longer worked or were marked broken.
    pub closed_broken: u64,
    /// Connections closed because nobody had used them for the idle timeout.
    pub closed_idle: u64,
    /// Connections closed because of their age.
    pub closed_aged: u64,
    /// Connections closed because the pool shrank or ended, or by `retain`.
    pub closed_surplus: u64,
    /// Connections taken out of the pool for good.
    pub detached: u64,
    /// Leases reported as held for too long.
    pub overdue: u64,
    /// Steps up by adaptive sizing.
    pub grown: u64,
    /// Steps down by adaptive sizing, those by the brake included.
    pub shrunk: u64,
    /// Steps undone by the brake of adaptive sizing.
    pub braked: u64,
    /// Connections on loan, integrated over time: two for three seconds are six
    /// seconds.
    pub busy_time: Duration,
    /// Tasks waiting, integrated over time.
    pub waiting_time: Duration,
}
