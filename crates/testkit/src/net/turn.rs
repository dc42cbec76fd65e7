use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::{Error, ErrorKind, Result};

/// How long a test waits for the others to be done.
const WAIT_MAX: Duration = Duration::from_mins(10);

static TAKEN: Mutex<bool> = Mutex::new(false);
static FREED: Condvar = Condvar::new();

/// The right to use the one thing that all tests of a process share. Unlike a
/// lock's guard it may go from thread to thread.
#[derive(Debug)]
pub(crate) struct Turn(());

impl Turn {
    pub(crate) fn take() -> Result<Self> {
        let waited = FREED.wait_timeout_while(taken(), WAIT_MAX, |taken| *taken);
        let (mut taken, waited) = waited.unwrap_or_else(PoisonError::into_inner);
        if waited.timed_out() {
            let context = "another test has the database, or this one has it twice";
            return Err(Error::new(ErrorKind::Timeout, context));
        }
        *taken = true;
        Ok(Self(()))
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        *taken() = false;
        FREED.notify_one();
    }
}

fn taken() -> MutexGuard<'static, bool> {
    TAKEN.lock().unwrap_or_else(PoisonError::into_inner)
}
