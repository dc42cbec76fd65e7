//! What has to be done when nobody asks for anything: one step, and the task
//! that makes it whenever it is due.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::task::Poll;

use tokio::time::{Instant, sleep_until};
use turso_conn::Connect;

use crate::contain::contained;
use crate::lease::{Fate, Lease};
use crate::lent::Overdue;
use crate::shared::Shared;
use crate::sizing::{Decision, Reason};
use crate::slot::Slot;
use crate::state::{Effects, State, Why};
use crate::time::{after, deadline, earlier};

/// After a step that has left over-aged connections for later, the next.
const ROLL: std::time::Duration = std::time::Duration::from_secs(1);

/// Starts the maintenance task, if there is a runtime and none runs yet.
pub(crate) fn ensure<C: Connect + 'static>(shared: &Arc<Shared<C>>) {
    if shared.maintained.load(Ordering::Relaxed)
        || shared.home().is_none()
        || shared.maintained.swap(true, Ordering::Relaxed)
    {
        return;
    }
    let pool = Arc::clone(shared);
    shared.spawn(async move {
        pool.unless_closed(run(&pool)).await;
    });
}

async fn run<C: Connect + 'static>(shared: &Arc<Shared<C>>) {
    loop {
        let next = step(shared, Instant::now());
        let mut nudged = pin!(shared.nudge.notified());
        let mut timer = pin!(next.map(sleep_until));
        poll_fn(|cx| {
            if nudged.as_mut().poll(cx).is_ready() {
                return Poll::Ready(());
            }
            match timer.as_mut().as_pin_mut() {
                Some(timer) => timer.poll(cx),
                None => Poll::Pending,
            }
        })
        .await;
    }
}

/// What one step found to do beside changing the books.
struct Found<Conn> {
    pings: Vec<Box<Slot<Conn>>>,
    overdue: Vec<Overdue>,
    decision: Option<(usize, Decision)>,
}

/// Does what is due at `now`; says when something will be due next.
pub(crate) fn step<C: Connect + 'static>(shared: &Arc<Shared<C>>, now: Instant) -> Option<Instant> {
    let mut effects = Effects::default();
    let mut state = shared.state();
    let decision = state.adapt(now, &mut effects);
    state.retire_aged(now, &mut effects);
    state.retire_idle(now, &mut effects);
    let found = Found {
        overdue: state.report_overdue(now),
        pings: state.pick_pings(now),
        decision,
    };
    state.plan(now, &mut effects);
    let next = state.next_due(now);
    drop(state);
    // Whoever makes this step is told by `next`.
    effects.nudge = false;
    shared.perform(effects);
    tell(&found);
    for slot in found.pings {
        ping(shared, slot);
    }
    next
}

fn tell<Conn>(found: &Found<Conn>) {
    for Overdue { id, held_for, site } in &found.overdue {
        tracing::warn!(%id, ?held_for, %site, "a connection is held for long, or its lease was leaked");
    }
    if let Some((from, Decision { size, reason })) = found.decision {
        tracing::debug!(from, to = size, ?reason, "resizing the pool");
    }
}

/// Asks an idle connection whether it still works, in a task of its own.
fn ping<C: Connect + 'static>(shared: &Arc<Shared<C>>, slot: Box<Slot<C::Conn>>) {
    let pool = Arc::clone(shared);
    // Should the task be dropped half-way, the connection is closed.
    let lease = Lease::new(Arc::clone(shared), slot, Fate::Close(Why::Broken));
    let mut ping = Ping { lease, pool };
    shared.spawn(async move {
        let limit = deadline(Instant::now(), ping.pool.config.check_timeout);
        let check = ping.pool.connector.check(&mut ping.lease);
        match contained("pinging a connection", limit, check).await {
            Ok(()) => {
                ping.lease.slot_mut().set_proven(Instant::now());
                ping.lease.set_fate(Fate::Keep);
            }
            Err(error) => {
                tracing::debug!(id = %ping.lease.id(), %error, "an idle connection has died");
            }
        }
    });
}

/// A ping under way. The lease is dropped before the count is.
struct Ping<C: Connect + 'static> {
    lease: Lease<C>,
    pool: Arc<Shared<C>>,
}

impl<C: Connect + 'static> Drop for Ping<C> {
    fn drop(&mut self) {
        self.pool.state().pinged -= 1;
        self.pool.nudge.notify_one();
    }
}

impl<Conn> State<Conn> {
    fn adapt(&mut self, now: Instant, effects: &mut Effects<Conn>) -> Option<(usize, Decision)> {
        let (so_far, status) = (self.stats(now), self.status());
        let decision = self.sizer.as_mut()?.tick(now, so_far, &status)?;
        let from = self.target;
        if decision.size == from {
            return None;
        }
        let count = self.count();
        if decision.size > from {
            count.grown += 1;
        } else {
            count.shrunk += 1;
        }
        count.braked += u64::from(decision.reason == Reason::Brake);
        self.set_target(decision.size, effects);
        Some((from, decision))
    }

    /// A few at a time, so that not all have to be opened again at once.
    fn retire_aged(&mut self, now: Instant, effects: &mut Effects<Conn>) {
        for _ in 0..self.config.dial_concurrency {
            let Some(aged) = self.idle.iter().position(|slot| slot.is_over_aged(now)) else {
                return;
            };
            self.retire(aged, Why::Aged, effects);
        }
    }

    fn retire_idle(&mut self, now: Instant, effects: &mut Effects<Conn>) {
        let Some(timeout) = self.config.idle_timeout else {
            return;
        };
        while self.open() > self.floor()
            && self
                .idle
                .first()
                .is_some_and(|slot| slot.idle_for(now) >= timeout)
        {
            self.retire(0, Why::Idle, effects);
        }
    }

    fn retire(&mut self, index: usize, why: Why, effects: &mut Effects<Conn>) {
        let slot = self.idle.remove(index);
        self.strike(&slot, why);
        effects.garbage.push(slot);
    }

    fn report_overdue(&mut self, now: Instant) -> Vec<Overdue> {
        let Some(limit) = self.config.leak_after else {
            return Vec::new();
        };
        let overdue = self.lent.overdue(now, limit);
        self.count().overdue += overdue.len() as u64;
        overdue
    }

    /// Takes idle connections that have been silent for too long off the shelf,
    /// from the cold end, and leaves one for users if it can.
    fn pick_pings(&mut self, now: Instant) -> Vec<Box<Slot<Conn>>> {
        let mut picked = Vec::new();
        let Some(silence) = self.config.keep_alive else {
            return picked;
        };
        self.advance(now);
        while self.pinged < self.config.dial_concurrency
            && (self.idle.len() > 1 || self.pinged == 0)
        {
            let mut proven = self.idle.iter().map(|slot| slot.proven());
            let silent = |then| now.saturating_duration_since(then) >= silence;
            let Some(index) = proven.position(silent) else {
                break;
            };
            picked.push(self.idle.remove(index));
            self.leased += 1;
            self.pinged += 1;
        }
        picked
    }

    /// When the next step is due. What becomes idle or is lent after this one
    /// is due no earlier than one heartbeat from now.
    fn next_due(&self, now: Instant) -> Option<Instant> {
        let config = &self.config;
        let mut next = after(now, config.heartbeat());
        for slot in &self.idle {
            next = earlier(next, slot.expires().map(|at| at.max(deadline(now, ROLL))));
            if self.pinged == 0 {
                next = earlier(next, after(slot.proven(), config.keep_alive));
            }
        }
        if self.open() > self.floor()
            && let Some(coldest) = self.idle.first()
        {
            next = earlier(next, after(coldest.used(), config.idle_timeout));
        }
        if let Some(limit) = config.leak_after {
            next = earlier(next, self.lent.next_overdue(limit));
        }
        if self.dials_wanted() > 0 && self.opening == 0 {
            next = earlier(next, self.breaker.next_try());
        }
        earlier(next, self.sizer.as_ref().map(crate::sizer::Sizer::due))
    }
}
