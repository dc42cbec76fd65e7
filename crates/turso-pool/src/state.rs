//! The books of the pool: who has what, who waits, what is to be done next.
//!
//! Plain data under one lock. Nothing in here reads a clock, waits, or runs
//! foreign code; what has to happen outside the lock is written into
//! [`Effects`].
//!
//! Invariants, after every method:
//! - `idle + leased + opening` connections are open;
//! - that is at most `target`, or no more than before if the pool was shrunk:
//!   what is above `target` is the debt that returning connections pay;
//! - who waits, waits because nothing is idle.

use std::panic::Location;
use std::sync::Arc;
use std::task::Waker;

use tokio::time::Instant;
use turso_conn::ErrorKind;

use crate::breaker::{Breaker, is_passing};
use crate::config::{Config, Sizing};
use crate::lent::Lent;
use crate::queue::Queue;
use crate::sizer::Sizer;
use crate::slot::Slot;
use crate::time::{nanos, random};
use crate::{Error, Result, Stats, Status};

/// What a waiter is given.
pub(crate) type Served<Conn> = Result<Box<Slot<Conn>>>;

/// Where a user asked for a connection.
pub(crate) type Site = &'static Location<'static>;

pub(crate) struct State<Conn> {
    pub(crate) config: Arc<Config>,
    /// Ordered by last use, the most recent last.
    pub(crate) idle: Vec<Box<Slot<Conn>>>,
    pub(crate) waiters: Queue<Served<Conn>>,
    pub(crate) lent: Lent,
    pub(crate) leased: usize,
    pub(crate) opening: usize,
    /// How many of the leased ones are being pinged.
    pub(crate) pinged: usize,
    pub(crate) target: usize,
    pub(crate) closed: bool,
    pub(crate) breaker: Breaker,
    pub(crate) sizer: Option<Sizer>,
    stats: Stats,
    clock: Integrals,
}

/// Time integrals in nanoseconds, up to `at`.
#[derive(Debug)]
struct Integrals {
    at: Instant,
    busy: u64,
    waiting: u64,
}

/// What is to be done after the lock is released.
#[must_use]
pub(crate) struct Effects<Conn> {
    pub(crate) wakers: Vec<Waker>,
    pub(crate) garbage: Vec<Box<Slot<Conn>>>,
    pub(crate) dials: usize,
    /// The maintenance task has to look at its deadlines again.
    pub(crate) nudge: bool,
}

impl<Conn> Default for Effects<Conn> {
    fn default() -> Self {
        Self {
            wakers: Vec::new(),
            garbage: Vec::new(),
            dials: 0,
            nudge: false,
        }
    }
}

/// Why a connection leaves the pool.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Why {
    Broken,
    Idle,
    Aged,
    Surplus,
    Detached,
}

/// What became of a connection that is fit for its next user.
pub(crate) enum Put<Conn> {
    /// It is idle, or somebody has it and is to be woken.
    Kept(Option<Waker>),
    /// It is not needed any more: to be closed.
    Refused(Box<Slot<Conn>>),
}

impl<Conn> State<Conn> {
    pub(crate) fn new(config: Arc<Config>, now: Instant) -> Self {
        let (_, target) = config.sizing.bounds();
        let sizer = match &config.sizing {
            Sizing::Adaptive(policy) => Some(Sizer::new(policy.clone(), now)),
            Sizing::Fixed { .. } => None,
        };
        Self {
            breaker: Breaker::new(config.breaker),
            config,
            idle: Vec::new(),
            waiters: Queue::new(),
            lent: Lent::default(),
            leased: 0,
            opening: 0,
            pinged: 0,
            target,
            closed: false,
            sizer,
            stats: Stats::default(),
            clock: Integrals {
                at: now,
                busy: 0,
                waiting: 0,
            },
        }
    }

    pub(crate) fn open(&self) -> usize {
        self.idle.len() + self.leased + self.opening
    }

    /// So many are kept open whether needed or not.
    pub(crate) fn floor(&self) -> usize {
        match &self.config.sizing {
            Sizing::Adaptive(_) => self.target,
            Sizing::Fixed { min, .. } => self.target.min(*min),
        }
    }

    pub(crate) fn status(&self) -> Status {
        Status {
            size: self.target,
            idle: self.idle.len(),
            leased: self.leased,
            opening: self.opening,
            waiting: self.waiters.len(),
            failing: self.breaker.refusal().is_some(),
            closed: self.closed,
        }
    }

    /// What was done up to `now`.
    pub(crate) fn stats(&mut self, now: Instant) -> Stats {
        self.advance(now);
        Stats {
            busy_time: std::time::Duration::from_nanos(self.clock.busy),
            waiting_time: std::time::Duration::from_nanos(self.clock.waiting),
            ..self.stats
        }
    }

    pub(crate) fn count(&mut self) -> &mut Stats {
        &mut self.stats
    }

    /// Brings the integrals up to `now`, before anything that they integrate
    /// changes. Clocks read before the lock was had may come out of order.
    pub(crate) fn advance(&mut self, now: Instant) {
        let passed = nanos(now.saturating_duration_since(self.clock.at));
        if passed > 0 {
            self.clock.at = now;
            let area = |count: usize| passed.saturating_mul(count as u64);
            self.clock.busy = self.clock.busy.saturating_add(area(self.leased));
            self.clock.waiting = self.clock.waiting.saturating_add(area(self.waiters.len()));
        }
    }

    /// Lends the connection that was used last, if one is idle.
    pub(crate) fn take(&mut self, now: Instant, site: Site) -> Option<Box<Slot<Conn>>> {
        let slot = self.idle.pop()?;
        self.advance(now);
        self.leased += 1;
        self.claim(&slot, now, site);
        Some(slot)
    }

    /// Notes that a user has this leased connection.
    pub(crate) fn claim(&mut self, slot: &Slot<Conn>, now: Instant, site: Site) {
        self.lent.lend(slot.row, now, site);
        self.stats.acquired += 1;
    }

    /// Takes a leased connection that is fit for its next user.
    pub(crate) fn put(&mut self, slot: Box<Slot<Conn>>, now: Instant) -> Put<Conn> {
        self.advance(now);
        if let Some(why) = self.refuses(&slot, now) {
            self.leave(&slot, why, now);
            return Put::Refused(slot);
        }
        self.end_loan(&slot);
        if let Some(first) = self.waiters.first() {
            return Put::Kept(first.serve(Ok(slot)));
        }
        self.leased -= 1;
        self.shelve(slot);
        Put::Kept(None)
    }

    fn refuses(&self, slot: &Slot<Conn>, now: Instant) -> Option<Why> {
        if self.closed || self.open() > self.target {
            Some(Why::Surplus)
        } else if slot.is_over_aged(now) && !slot.is_fresh() {
            // One that nobody has used yet serves whoever waits for it: the next would be no younger.
            Some(Why::Aged)
        } else {
            None
        }
    }

    fn end_loan(&mut self, slot: &Slot<Conn>) {
        if self.lent.take_back(slot.row) {
            self.stats.released += 1;
        }
    }

    /// Puts an idle connection where its last use puts it.
    pub(crate) fn shelve(&mut self, slot: Box<Slot<Conn>>) {
        let used = slot.used();
        if self.idle.last().is_some_and(|last| last.used() > used) {
            let place = self.idle.partition_point(|other| other.used() <= used);
            self.idle.insert(place, slot);
        } else {
            self.idle.push(slot);
        }
    }

    /// A leased connection leaves the pool.
    pub(crate) fn leave(&mut self, slot: &Slot<Conn>, why: Why, now: Instant) {
        self.advance(now);
        self.end_loan(slot);
        self.leased -= 1;
        self.strike(slot, why);
    }

    /// An idle connection that was taken off the shelf leaves the pool.
    pub(crate) fn strike(&mut self, slot: &Slot<Conn>, why: Why) {
        self.lent.close(slot.row);
        let stats = &mut self.stats;
        let count = match why {
            Why::Broken => &mut stats.closed_broken,
            Why::Idle => &mut stats.closed_idle,
            Why::Aged => &mut stats.closed_aged,
            Why::Surplus => &mut stats.closed_surplus,
            Why::Detached => &mut stats.detached,
        };
        *count += 1;
    }

    /// A dial has brought a connection.
    pub(crate) fn opened(&mut self, mut slot: Box<Slot<Conn>>, now: Instant) -> Put<Conn> {
        self.advance(now);
        self.opening -= 1;
        self.leased += 1;
        self.stats.opened += 1;
        self.breaker.succeeded();
        slot.row = self.lent.open(slot.id);
        self.put(slot, now)
    }

    /// A dial has failed.
    pub(crate) fn dial_failed(
        &mut self,
        cause: turso_conn::Error,
        now: Instant,
        effects: &mut Effects<Conn>,
    ) {
        self.opening -= 1;
        self.stats.failed += 1;
        let passing = is_passing(cause.kind());
        let refusal = Error::connecting(cause.clone());
        self.breaker.failed(now, cause, random());
        if !passing {
            self.refuse_all(&refusal, now, effects);
        }
    }

    /// A dial was given up, for no reason that lies in connecting.
    pub(crate) fn dial_dropped(&mut self) {
        self.opening -= 1;
    }

    /// Why somebody who found nothing idle need not even wait.
    pub(crate) fn refusal(&self, now: Instant) -> Option<Error> {
        if self.closed {
            return Some(Error::closed());
        }
        if self.waiters.len() >= self.config.max_waiting {
            let full = Error::new(ErrorKind::Busy, "too many wait for a connection already");
            return Some(full.with_status(self.status()));
        }
        let probes = self.breaker.allows(now, 1) > self.opening && self.target > self.open();
        self.hopeless().filter(|_| !probes)
    }

    /// Why waiting is of no use, if so: the breaker is open, and nobody has a
    /// connection that could come back.
    fn hopeless(&self) -> Option<Error> {
        let cause = self.breaker.refusal()?;
        let alone = self.leased == 0 || !is_passing(cause.kind());
        alone.then(|| Error::connecting(cause.clone()).with_status(self.status()))
    }

    fn refuse_all(&mut self, error: &Error, now: Instant, effects: &mut Effects<Conn>) {
        self.advance(now);
        let error = error.clone().with_status(self.status());
        while let Some(first) = self.waiters.first() {
            effects.wakers.extend(first.serve(Err(error.clone())));
        }
    }

    /// Starts what is due: dials for those who wait and for the minimum, and
    /// refusals for those whom no dial can help.
    pub(crate) fn plan(&mut self, now: Instant, effects: &mut Effects<Conn>) {
        if self.closed {
            return;
        }
        if self.opening == 0
            && let Some(error) = self.hopeless()
            && !self.waiters.is_empty()
            && self.breaker.allows(now, 1) == 0
        {
            self.refuse_all(&error, now, effects);
        }
        let wanted = self.dials_wanted();
        let most = self.config.dial_concurrency;
        let allowed = self.breaker.allows(now, most).saturating_sub(self.opening);
        let dials = wanted.min(allowed);
        self.opening += dials;
        effects.dials += dials;
        effects.nudge |= wanted > 0 && self.opening == 0;
    }

    /// How many more connections should be on their way, by need alone.
    pub(crate) fn dials_wanted(&self) -> usize {
        let open = self.open();
        let for_waiters = self.waiters.len().saturating_sub(self.opening);
        let for_floor = self.floor().saturating_sub(open);
        let room = self.target.saturating_sub(open);
        for_waiters.max(for_floor).min(room)
    }

    /// Sets how many there may be, and closes idle ones that are too many.
    pub(crate) fn set_target(&mut self, target: usize, effects: &mut Effects<Conn>) {
        if self.closed {
            return;
        }
        self.target = target;
        let surplus = self.open().saturating_sub(target).min(self.idle.len());
        let coldest: Vec<_> = self.idle.drain(..surplus).collect();
        for slot in coldest {
            self.strike(&slot, Why::Surplus);
            effects.garbage.push(slot);
        }
        effects.nudge = true;
    }

    pub(crate) fn close(&mut self, now: Instant, effects: &mut Effects<Conn>) {
        self.set_target(0, effects);
        self.closed = true;
        self.refuse_all(&Error::closed(), now, effects);
    }
}
