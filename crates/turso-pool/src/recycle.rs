//! What happens to a connection between two users.

use std::sync::Arc;
use std::task::Poll;

use tokio::time::Instant;
use turso_conn::{Connect, Result};

use crate::contain::{at_once, contained, poll_once};
use crate::hooks;
use crate::lease::{Fate, Lease};
use crate::shared::Shared;
use crate::slot::Slot;
use crate::state::Why;
use crate::time::deadline;

/// Takes back a connection from a user: cleans it, or closes it. It counts as
/// leased until that is done.
///
/// Most connections are clean, and their connector sees that without waiting
/// for anything: then there is no task and no allocation.
pub(crate) fn give_back<C: Connect + 'static>(
    shared: &Arc<Shared<C>>,
    mut slot: Box<Slot<C::Conn>>,
) {
    if shared.is_closed() {
        return shared.discard(slot, Why::Surplus);
    }
    let now = Instant::now();
    slot.set_used(now);
    if shared.hooks.after_release.is_some() {
        return clean_later(shared, slot);
    }
    match clean_at_once(shared, &mut slot) {
        Ok(Poll::Ready(())) => shared.put(slot, now),
        Ok(Poll::Pending) => clean_later(shared, slot),
        Err(error) => {
            tracing::debug!(id = %slot.id, %error, "closing a connection that cannot be used again");
            shared.discard(slot, Why::Broken);
        }
    }
}

/// A recycling that has to wait is dropped, and begun again in a task: the
/// connector allows that.
fn clean_at_once<C: Connect>(shared: &Shared<C>, slot: &mut Slot<C::Conn>) -> Result<Poll<()>> {
    let _runtime = shared.enter();
    at_once("recycling a connection", || {
        match poll_once(shared.connector.recycle(&mut slot.conn)) {
            Poll::Ready(answer) => answer.map(Poll::Ready),
            Poll::Pending => Ok(Poll::Pending),
        }
    })
}

fn clean_later<C: Connect + 'static>(shared: &Arc<Shared<C>>, slot: Box<Slot<C::Conn>>) {
    // Should the task be dropped half-way, the connection is closed.
    let mut lease = Lease::new(Arc::clone(shared), slot, Fate::Close(Why::Broken));
    let task = async move {
        match clean(&mut lease).await {
            Ok(()) => lease.set_fate(Fate::Keep),
            Err(error) => tracing::debug!(id = %lease.id(), %error, "closing a connection"),
        }
    };
    shared.spawn(task);
}

/// The hook sees a clean connection, and what it leaves is cleaned again.
async fn clean<C: Connect + 'static>(lease: &mut Lease<C>) -> Result<()> {
    let shared = Arc::clone(lease.shared());
    let limit = deadline(Instant::now(), shared.config.check_timeout);
    let work = async {
        shared.connector.recycle(lease).await?;
        let Some(hook) = &shared.hooks.after_release else {
            return Ok(());
        };
        let meta = lease.meta(Instant::now());
        hooks::run(Some(hook), lease, meta).await?;
        shared.connector.recycle(lease).await
    };
    contained("recycling a connection", limit, work).await
}
