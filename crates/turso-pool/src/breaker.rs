//! When to connect again after connecting failed.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use tokio::time::Instant;
use turso_conn::{Error, ErrorKind};

use crate::time::{deadline, shortened};

/// How the pool behaves while connecting fails.
///
/// After a failure all dials pause together, twice as long after each further
/// one and shortened at random by up to a half, and then one dial at a time
/// goes through until one succeeds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct BreakerPolicy {
    /// After so many failures in a row the breaker opens: whoever could be
    /// served only by a new connection is refused at once, with the last
    /// connect error, until one dial has succeeded. Default 5: the first four
    /// pauses add up to about a second, which an ordinary restart of a server
    /// takes. A failure that cannot pass by itself, such as refused
    /// credentials, opens it at once.
    pub failures: u32,
    /// The pause after the first failure. Default 100 ms: about two handshakes
    /// across a continent.
    pub first_pause: Duration,
    /// The longest pause. Default 10 s: how late a server that is back may be
    /// noticed.
    pub longest_pause: Duration,
}

impl Default for BreakerPolicy {
    fn default() -> Self {
        Self {
            failures: 5,
            first_pause: Duration::from_millis(100),
            longest_pause: Duration::from_secs(10),
        }
    }
}

impl BreakerPolicy {
    /// The pause after failure number `failures`, counted from 1.
    fn pause(&self, failures: u32, random: u64) -> Duration {
        let doubled = 1_u32 << failures.saturating_sub(1).min(20);
        let whole = self.first_pause.saturating_mul(doubled);
        shortened(whole.min(self.longest_pause), 0.5, random)
    }
}

/// Whether the same attempt may succeed later without anybody changing anything.
pub(crate) fn is_passing(kind: ErrorKind) -> bool {
    use ErrorKind::{Closed, Corrupt, Misuse, ReadOnly, Unauthorized, Unsupported};
    !matches!(
        kind,
        Closed | Corrupt | Misuse | ReadOnly | Unauthorized | Unsupported
    )
}

/// The pool's memory of failures to connect. Knows no clock.
#[derive(Debug)]
pub(crate) struct Breaker {
    policy: BreakerPolicy,
    failures: u32,
    trouble: Option<Trouble>,
}

#[derive(Debug)]
struct Trouble {
    cause: Error,
    next_try: Instant,
}

impl Breaker {
    pub(crate) fn new(policy: BreakerPolicy) -> Self {
        Self {
            policy,
            failures: 0,
            trouble: None,
        }
    }

    /// How many dials may be under way at `now`, of `most`.
    pub(crate) fn allows(&self, now: Instant, most: usize) -> usize {
        match &self.trouble {
            None => most,
            Some(trouble) if trouble.next_try <= now => 1,
            Some(_) => 0,
        }
    }

    /// When the next dial may start; `None` when at once.
    pub(crate) fn next_try(&self) -> Option<Instant> {
        self.trouble.as_ref().map(|trouble| trouble.next_try)
    }

    /// The last connect error, unless connecting has succeeded since.
    pub(crate) fn cause(&self) -> Option<&Error> {
        self.trouble.as_ref().map(|trouble| &trouble.cause)
    }

    /// Why whoever needs a new connection is refused, if so.
    pub(crate) fn refusal(&self) -> Option<&Error> {
        self.cause()
            .filter(|cause| self.failures >= self.policy.failures || !is_passing(cause.kind()))
    }

    pub(crate) fn succeeded(&mut self) {
        self.failures = 0;
        self.trouble = None;
    }

    pub(crate) fn failed(&mut self, now: Instant, cause: Error, random: u64) {
        self.failures = self.failures.saturating_add(1);
        let next_try = deadline(now, self.policy.pause(self.failures, random));
        self.trouble = Some(Trouble { cause, next_try });
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn error(kind: ErrorKind) -> Error {
        Error::new(kind, "dialing")
    }

    #[test]
    fn it_opens_after_so_many_failures_and_closes_after_one_success() {
        let mut breaker = Breaker::new(BreakerPolicy::default());
        let now = Instant::now();
        for _ in 0..4 {
            breaker.failed(now, error(ErrorKind::Disconnected), 0);
            assert!(breaker.refusal().is_none());
        }
        breaker.failed(now, error(ErrorKind::Disconnected), 0);
        assert_eq!(breaker.refusal().unwrap().kind(), ErrorKind::Disconnected);
        let later = breaker.next_try().unwrap();
        assert_eq!(breaker.allows(now, 4), 0);
        assert_eq!(breaker.allows(later, 4), 1, "one probe");
        breaker.succeeded();
        assert_eq!(breaker.allows(now, 4), 4);
        assert!(breaker.refusal().is_none() && breaker.cause().is_none());
    }

    #[test]
    fn a_permanent_failure_opens_it_at_once() {
        let mut breaker = Breaker::new(BreakerPolicy::default());
        breaker.failed(Instant::now(), error(ErrorKind::Unauthorized), 0);
        assert!(breaker.refusal().is_some());
        assert!(breaker.next_try().is_some(), "and is still tried again");
    }

    proptest! {
        #[test]
        fn pauses_grow_to_the_longest(failures in 1_u32..100, random: u64) {
            let policy = BreakerPolicy::default();
            let pause = policy.pause(failures, random);
            prop_assert!(pause >= policy.first_pause / 2);
            prop_assert!(pause <= policy.longest_pause);
            prop_assert!(policy.pause(failures + 1, random) >= pause);
        }
    }
}
