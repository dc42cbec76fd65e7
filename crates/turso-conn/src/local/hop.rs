//! One unit of work on a blocking thread, watched from outside.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::sync::{Mutex, OwnedMutexGuard};
use tokio::task::{JoinError, JoinHandle};
use tokio::time::{Instant, timeout_at};

use super::call::Call;
use super::session::Session;
use crate::{Error, ErrorKind, Result};

/// How often a late unit of work is interrupted. Once is enough where interrupts
/// are held ([`Session::hold_interrupts`]); VACUUM and PRAGMAs run without.
const NUDGE: Duration = Duration::from_millis(5);

/// How long a unit of work is waited for after its deadline. It ends within
/// milliseconds unless the medium itself does not answer.
const STALLED: Duration = Duration::from_secs(5);

/// A connection's session as its owner holds it: the lock, and a handle that
/// can interrupt whoever is inside.
pub(super) struct Hop {
    session: Arc<Mutex<Session>>,
    interrupt: libsql::Connection,
    gave_up: AtomicBool,
}

impl Hop {
    pub(super) fn new(session: Session) -> Self {
        let interrupt = session.conn().clone();
        Self {
            session: Arc::new(Mutex::new(session)),
            interrupt,
            gave_up: AtomicBool::new(false),
        }
    }

    /// Whether a unit of work was left to itself. Its caller was told so, and what it does later, it does
    /// as a stranger would: nobody is to use its connection any more.
    pub(super) fn gave_up(&self) -> bool {
        self.gave_up.load(Relaxed)
    }

    /// The session, if nothing is running in it.
    pub(super) fn try_session(&self) -> Option<tokio::sync::MutexGuard<'_, Session>> {
        self.session.try_lock().ok()
    }

    /// The session, once what a cancelled call left running has ended.
    pub(super) async fn session(&self, deadline: Instant) -> Result<OwnedMutexGuard<Session>> {
        let session = Arc::clone(&self.session).lock_owned();
        timeout_at(deadline, session)
            .await
            .map_err(|_| Error::new(ErrorKind::Timeout, "waiting for a cancelled call to end"))
    }

    /// Runs `work` on a blocking thread and waits for it until the deadline,
    /// then makes it end. `stalled` is the kind when even that does not help.
    ///
    /// # Cancellation
    /// The work is told to stop and holds the session until it has.
    pub(super) async fn run<T: Send + 'static>(
        &self,
        deadline: Instant,
        stalled: ErrorKind,
        work: impl FnOnce(&mut Session, &Call) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let runtime = runtime()?;
        let mut session = self.session(deadline).await?;
        let call = Arc::new(Call::within(
            deadline.saturating_duration_since(Instant::now()),
        ));
        let stopper = Stopper {
            call: Arc::clone(&call),
            interrupt: &self.interrupt,
            gave_up: &self.gave_up,
            armed: true,
        };
        let task = runtime.spawn_blocking(move || session.unit(|session| work(session, &call)));
        stopper.watch(task, deadline, stalled).await
    }
}

/// The runtime that blocking work is given to.
pub(super) fn runtime() -> Result<Handle> {
    Handle::try_current().map_err(|error| {
        Error::new(ErrorKind::Misuse, "used outside a tokio runtime").with_source(error)
    })
}

/// What became of a blocking task.
pub(super) fn joined<T>(answer: Result<Result<T>, JoinError>) -> Result<T> {
    answer.unwrap_or_else(|error| {
        let kind = if error.is_panic() {
            ErrorKind::Bug
        } else {
            ErrorKind::Closed
        };
        // The panic's own message is not kept: it may show what was stored.
        Err(Error::new(kind, "the blocking thread did not finish"))
    })
}

/// Stops the work at the deadline, and when the caller drops its future before
/// the work has ended.
struct Stopper<'a> {
    call: Arc<Call>,
    interrupt: &'a libsql::Connection,
    gave_up: &'a AtomicBool,
    armed: bool,
}

impl Stopper<'_> {
    async fn watch<T>(
        mut self,
        mut task: JoinHandle<Result<T>>,
        deadline: Instant,
        stalled: ErrorKind,
    ) -> Result<T> {
        if let Ok(answer) = timeout_at(deadline, &mut task).await {
            self.armed = false;
            return joined(answer);
        }
        let give_up = Instant::now() + STALLED;
        while Instant::now() < give_up {
            self.stop();
            if let Ok(answer) = timeout_at(Instant::now() + NUDGE, &mut task).await {
                self.armed = false;
                return joined(answer);
            }
        }
        self.gave_up.store(true, Relaxed);
        Err(Error::new(stalled, "the medium does not answer"))
    }

    fn stop(&self) {
        self.call.stop();
        // It cannot fail, and there would be nobody to tell.
        let _ = self.interrupt.interrupt();
    }
}

impl Drop for Stopper<'_> {
    fn drop(&mut self) {
        if self.armed {
            self.stop();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;
    use crate::local::statements::OneUnit;

    #[tokio::test(start_paused = true)]
    async fn f76_work_that_was_given_up_is_remembered() {
        let database = libsql::Builder::new_local(":memory:")
            .build()
            .await
            .unwrap();
        let statements = Box::new(OneUnit::default());
        let session = Session::new(database.connect().unwrap(), statements).unwrap();
        let hop = Arc::new(Hop::new(session));
        let deadline = Instant::now() + Duration::from_secs(1);
        let (medium, answers) = mpsc::channel::<()>();
        let late = {
            let hop = Arc::clone(&hop);
            let work = move |_: &mut Session, _: &Call| Ok(answers.recv().is_ok());
            tokio::spawn(async move { hop.run(deadline, ErrorKind::OutcomeUnknown, work).await })
        };
        while !late.is_finished() {
            assert!(!hop.gave_up());
            tokio::time::advance(STALLED).await;
            tokio::task::yield_now().await;
        }
        let error = late.await.unwrap().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::OutcomeUnknown);
        assert!(hop.gave_up());
        drop(medium);
    }
}
