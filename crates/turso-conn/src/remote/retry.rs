//! What is tried again, and when: a pure function.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::backoff::Backoff;
use crate::{Error, ErrorKind};

/// What is tried again, and when.
///
/// A request that certainly had no effect ([`ErrorKind::is_retryable`], but not
/// a passed deadline) is sent again, on a fresh socket where the old one broke;
/// one whose outcome is unknown only when repeating it is harmless. The pauses
/// double from `first` to `cap`, each shortened at random to between its half
/// and its whole; a server that says how long to wait (`Retry-After`) is heeded.
/// All of it ends at the call's deadline.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Retry {
    /// Most tries, the first included. 1 means that nothing is tried again.
    /// Default 6: with the pauses below 1.6 to 3.1 s, in which a server
    /// restarts and a short overload passes.
    pub attempts: u32,
    /// The longest pause before the second try. Default 50 ms, a few round trips.
    pub first: Duration,
    /// The longest pause of all, but for one that the server asks for. Default
    /// 2 s: that long the first success may come after the server's return.
    pub cap: Duration,
}

impl Default for Retry {
    fn default() -> Self {
        Self {
            attempts: 6,
            first: Duration::from_millis(50),
            cap: Duration::from_secs(2),
        }
    }
}

/// What is at stake when a request is repeated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Work {
    /// Opening a connection. That nobody answers is told at once: who waits for
    /// a server to return does so at its own pace.
    Connect,
    /// It changes nothing.
    Read,
    /// It changes something; twice may be once too often.
    Write,
    /// It changes something; twice is as good as once.
    IdempotentWrite,
}

impl Work {
    /// Whether it may leave something behind.
    pub(super) fn writes(self) -> bool {
        matches!(self, Self::Write | Self::IdempotentWrite)
    }

    fn may_follow(self, failure: ErrorKind) -> bool {
        match failure {
            ErrorKind::Busy => true,
            ErrorKind::Disconnected => self != Self::Connect,
            ErrorKind::OutcomeUnknown => self == Self::IdempotentWrite,
            _ => false,
        }
    }
}

impl Retry {
    /// The pause before the next try after `tries` failed with `error` the last
    /// time; `None` when that was the last. `left` is the time until the deadline.
    pub(super) fn pause(
        &self,
        work: Work,
        error: &Error,
        tries: u32,
        left: Duration,
        jitter: u64,
    ) -> Option<Duration> {
        if tries >= self.attempts || !work.may_follow(error.kind()) {
            return None;
        }
        let backoff = Backoff {
            first: self.first,
            cap: self.cap,
        };
        let pause = backoff.delay(tries.saturating_sub(1), jitter);
        let pause = pause.max(error.retry_after().unwrap_or_default());
        (pause < left).then_some(pause)
    }
}

/// What to report when the last of several tries failed with `error`.
pub(super) fn verdict(error: Error, earlier_unknown: bool) -> Error {
    if earlier_unknown {
        error.after_unknown()
    } else {
        error
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const LONG: Duration = Duration::from_secs(30);
    const WORKS: [Work; 4] = [
        Work::Connect,
        Work::Read,
        Work::Write,
        Work::IdempotentWrite,
    ];

    fn again(work: Work, kind: ErrorKind) -> bool {
        let error = Error::from(kind);
        Retry::default().pause(work, &error, 1, LONG, 0).is_some()
    }

    #[test]
    fn only_what_is_safe_is_tried_again() {
        use ErrorKind::{Busy, Disconnected, OutcomeUnknown};
        for kind in ErrorKind::ALL {
            let tried = WORKS.map(|work| again(work, kind));
            let expected = match kind {
                Busy => [true; 4],
                Disconnected => [false, true, true, true],
                OutcomeUnknown => [false, false, false, true],
                _ => [false; 4],
            };
            assert_eq!(tried, expected, "{kind}");
        }
    }

    #[test]
    fn the_server_is_heeded_unless_the_deadline_comes_first() {
        let retry = Retry::default();
        let asked = Duration::from_secs(7);
        let error = Error::from(ErrorKind::Busy).with_retry_after(asked);
        assert_eq!(retry.pause(Work::Read, &error, 1, LONG, 0), Some(asked));
        assert_eq!(retry.pause(Work::Read, &error, 1, asked, 0), None);
    }

    #[test]
    fn after_an_unknown_outcome_only_a_definite_answer_counts() {
        let judged = |kind: ErrorKind, earlier| verdict(kind.into(), earlier).kind();
        for kind in ErrorKind::ALL {
            assert_eq!(judged(kind, false), kind);
            let expected = match kind {
                ErrorKind::Limit | ErrorKind::Misuse | ErrorKind::Unsupported => kind,
                _ => ErrorKind::OutcomeUnknown,
            };
            assert_eq!(judged(kind, true), expected);
        }
    }

    proptest! {
        #[test]
        fn pauses_are_bounded_and_so_is_their_number(tries: u32, jitter: u64, left in 0_u64..60_000) {
            let retry = Retry::default();
            let left = Duration::from_millis(left);
            let error = Error::from(ErrorKind::Busy);
            if let Some(pause) = retry.pause(Work::Read, &error, tries, left, jitter) {
                prop_assert!(tries < retry.attempts);
                prop_assert!(pause <= retry.cap && pause < left);
                prop_assert!(pause >= retry.first / 2);
            }
        }
    }
}
