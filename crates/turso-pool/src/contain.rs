//! Foreign code is run so that neither its panics nor its slowness get out.

use std::future::{Future, poll_fn};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use tokio::time::{Instant, timeout_at};
use turso_conn::{Error, ErrorKind, Result};

/// Runs `work` until `deadline`; a panic is an error, too. `what` says in an
/// error what was being done.
///
/// # Cancellation
/// As that of `work`.
pub(crate) async fn contained<T>(
    what: &'static str,
    deadline: Instant,
    work: impl Future<Output = Result<T>>,
) -> Result<T> {
    let mut work = pin!(work);
    let calm = poll_fn(|cx| {
        let polled = catch_unwind(AssertUnwindSafe(|| work.as_mut().poll(cx)));
        polled.unwrap_or_else(|_| Poll::Ready(Err(panicked(what))))
    });
    match timeout_at(deadline, calm).await {
        Ok(answer) => answer,
        Err(_) => Err(Error::new(
            ErrorKind::Timeout,
            format!("{what} took too long"),
        )),
    }
}

/// What `work` answers when it need not wait for anything; `None` when it does.
pub(crate) fn at_once<T>(what: &'static str, work: impl FnOnce() -> Result<T>) -> Result<T> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|_| Err(panicked(what)))
}

/// Polls a future once, for those who cannot wait.
pub(crate) fn poll_once<T>(work: impl Future<Output = T>) -> Poll<T> {
    pin!(work).poll(&mut Context::from_waker(Waker::noop()))
}

/// Drops something foreign. A destructor that panics does so alone.
pub(crate) fn dispose<T>(thing: T) {
    if catch_unwind(AssertUnwindSafe(|| drop(thing))).is_err() {
        tracing::warn!("the destructor of a connection panicked");
    }
}

/// The panic's own message is not kept: it may show what was stored.
fn panicked(what: &'static str) -> Error {
    Error::new(ErrorKind::Bug, format!("{what} panicked"))
}
