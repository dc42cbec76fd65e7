//! The way to a connection.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::time::{Instant, sleep_until};
use turso_conn::{Connect, ErrorKind};

use crate::contain::contained;
use crate::hooks;
use crate::lease::{Fate, Lease};
use crate::queue::{Place, Ticket};
use crate::shared::Shared;
use crate::state::{Effects, Served, Site, Why};
use crate::time::deadline;
use crate::{Error, Result, maintain};

/// One acquisition.
#[derive(Clone, Copy)]
pub(crate) struct Request {
    pub(crate) limit: Duration,
    pub(crate) site: Site,
}

/// Lends a connection: an idle one if there is one, else the next to come.
pub(crate) async fn acquire<C: Connect + 'static>(
    shared: &Arc<Shared<C>>,
    request: Request,
) -> Result<Lease<C>> {
    let now = Instant::now();
    let taken = shared.state().take(now, request.site);
    let idle = taken.map(|slot| Lease::lent(Arc::clone(shared), slot, now));
    match idle {
        Some(lease) if !needs_care(&lease) => Ok(lease),
        idle => acquire_slowly(shared, request, idle, deadline(now, request.limit)).await,
    }
}

/// An idle connection, or nothing. It never waits for another user.
pub(crate) async fn try_acquire<C: Connect + 'static>(
    shared: &Arc<Shared<C>>,
    request: Request,
) -> Result<Option<Lease<C>>> {
    if shared.is_closed() {
        return Err(Error::closed());
    }
    loop {
        let now = Instant::now();
        let Some(slot) = shared.state().take(now, request.site) else {
            return Ok(None);
        };
        let mut lease = Lease::lent(Arc::clone(shared), slot, now);
        if vet(&mut lease, deadline(now, request.limit)).await? {
            return Ok(Some(lease));
        }
    }
}

async fn acquire_slowly<C: Connect + 'static>(
    shared: &Arc<Shared<C>>,
    request: Request,
    idle: Option<Lease<C>>,
    deadline: Instant,
) -> Result<Lease<C>> {
    maintain::ensure(shared);
    let mut lease = match idle {
        Some(lease) => lease,
        None => wait(shared, request, Place::Back, deadline).await?,
    };
    while !vet(&mut lease, deadline).await? {
        drop(lease);
        lease = wait(shared, request, Place::Front, deadline).await?;
    }
    Ok(lease)
}

/// Whether something has to be done before this connection is lent.
fn needs_care<C: Connect>(lease: &Lease<C>) -> bool {
    lease.shared().hooks.before_acquire.is_some() || is_stale(lease)
}

fn is_stale<C: Connect>(lease: &Lease<C>) -> bool {
    let limit = lease.shared().config.check_after;
    limit.is_some_and(|limit| lease.silence() >= limit)
}

/// Does what has to be done before this connection is lent; false when it
/// turned out to be of no use.
///
/// # Cancellation
/// The lease is dropped with the caller, and recycling waits for what is left
/// of the check.
async fn vet<C: Connect + 'static>(lease: &mut Lease<C>, deadline: Instant) -> Result<bool> {
    let shared = Arc::clone(lease.shared());
    let now = Instant::now();
    let limit = deadline.min(crate::time::deadline(now, shared.config.check_timeout));
    if is_stale(lease) {
        let check = shared.connector.check(lease);
        if let Err(error) = contained("checking a connection", limit, check).await {
            tracing::debug!(id = %lease.id(), %error, "an idle connection was dead");
            lease.mark_broken();
            return Ok(false);
        }
        lease.slot_mut().set_proven(Instant::now());
    }
    let hook = shared.hooks.before_acquire.as_ref();
    if hook.is_none() {
        return Ok(true);
    }
    let meta = lease.meta(now);
    let run = hooks::run(hook, lease, meta);
    let Err(error) = contained("the hook before_acquire", limit, run).await else {
        return Ok(true);
    };
    lease.mark_broken();
    if lease.slot().is_fresh() {
        // The next one would be new, too: no use in trying for ever.
        let context = "the hook before_acquire refused a new connection";
        return Err(Error::new(error.kind(), context).with_source(Some(error)));
    }
    Ok(false)
}

/// Waits for a connection until the deadline. The timer is armed only when
/// there is something to wait for.
async fn wait<C: Connect + 'static>(
    shared: &Arc<Shared<C>>,
    request: Request,
    place: Place,
    deadline: Instant,
) -> Result<Lease<C>> {
    let mut waiting = Waiting {
        shared,
        request,
        place,
        ticket: None,
    };
    if let Poll::Ready(answer) = poll_fn(|cx| Poll::Ready(waiting.poll(cx))).await {
        return answer;
    }
    let mut timer = pin!(sleep_until(deadline));
    let answer = poll_fn(|cx| match waiting.poll(cx) {
        Poll::Ready(answer) => Poll::Ready(Some(answer)),
        Poll::Pending => timer.as_mut().poll(cx).map(|()| None),
    });
    match answer.await {
        Some(answer) => answer,
        None => waiting.give_up(),
    }
}

/// A place in the queue, given up when dropped.
struct Waiting<'a, C: Connect + 'static> {
    shared: &'a Arc<Shared<C>>,
    request: Request,
    place: Place,
    ticket: Option<Ticket>,
}

impl<C: Connect + 'static> Waiting<'_, C> {
    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Result<Lease<C>>> {
        let Some(ticket) = &self.ticket else {
            return self.join(cx);
        };
        let served = self.shared.state().waiters.poll(ticket, cx);
        served.map(|served| self.receive(served))
    }

    /// Takes an idle connection after all, or joins the queue.
    fn join(&mut self, cx: &mut Context<'_>) -> Poll<Result<Lease<C>>> {
        let now = Instant::now();
        let mut effects = Effects::default();
        let mut state = self.shared.state();
        if let Some(slot) = state.take(now, self.request.site) {
            drop(state);
            return Poll::Ready(Ok(Lease::lent(Arc::clone(self.shared), slot, now)));
        }
        if let Some(error) = state.refusal(now) {
            state.count().refused += 1;
            return Poll::Ready(Err(error));
        }
        state.advance(now);
        state.count().waited += 1;
        self.ticket = Some(state.waiters.join(self.place, cx.waker().clone()));
        state.plan(now, &mut effects);
        drop(state);
        self.shared.perform(effects);
        Poll::Pending
    }

    fn receive(&self, served: Served<C::Conn>) -> Result<Lease<C>> {
        let mut slot = served?;
        let now = Instant::now();
        // It comes from the hands of a user, or is new.
        slot.set_proven(now);
        self.shared.state().claim(&slot, now, self.request.site);
        Ok(Lease::lent(Arc::clone(self.shared), slot, now))
    }

    /// The deadline has passed; unless something came in the last moment.
    fn give_up(mut self) -> Result<Lease<C>> {
        let status = self.shared.state().status();
        if let Some(served) = self.leave() {
            return self.receive(served);
        }
        let mut state = self.shared.state();
        state.count().timeouts += 1;
        let context = format!("no connection within {:?}", self.request.limit);
        Err(Error::new(ErrorKind::Timeout, context)
            .with_status(status)
            .with_source(state.breaker.cause().cloned()))
    }

    fn leave(&mut self) -> Option<Served<C::Conn>> {
        let ticket = self.ticket.take()?;
        let mut state = self.shared.state();
        state.advance(Instant::now());
        let left = state.waiters.leave(ticket);
        drop(state);
        drop(left.waker);
        left.served
    }
}

impl<C: Connect + 'static> Drop for Waiting<'_, C> {
    /// What it was served goes to the next in the queue.
    fn drop(&mut self) {
        if let Some(Ok(slot)) = self.leave() {
            drop(Lease::new(Arc::clone(self.shared), slot, Fate::Keep));
        }
    }
}

/// All idle connections, coldest first, in the hands of the caller.
pub(crate) fn take_idle<C: Connect + 'static>(shared: &Arc<Shared<C>>) -> Vec<Lease<C>> {
    let now = Instant::now();
    let mut state = shared.state();
    state.advance(now);
    let idle = std::mem::take(&mut state.idle);
    state.leased += idle.len();
    drop(state);
    let keep = |slot| Lease::new(Arc::clone(shared), slot, Fate::Keep);
    idle.into_iter().map(keep).collect()
}

/// Closes idle connections that `keep` does not want; says how many.
pub(crate) fn retain<C: Connect + 'static>(
    shared: &Arc<Shared<C>>,
    mut keep: impl FnMut(&C::Conn, crate::Meta) -> bool,
) -> usize {
    let mut closed = 0;
    // Should the predicate panic, the rest goes back by itself.
    for mut lease in take_idle(shared) {
        if !keep(&lease, lease.meta(Instant::now())) {
            lease.set_fate(Fate::Close(Why::Surplus));
            closed += 1;
        }
    }
    closed
}
