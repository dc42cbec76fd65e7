use std::fs::{File, TryLockError};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use crate::{Error, ErrorKind, Result};

/// How long a test waits for the others to be done.
const WAIT_MAX: Duration = Duration::from_mins(10);

/// How often the other processes are asked.
const POLL: Duration = Duration::from_millis(5);
/// Locked by the process whose turn it is, in the folder for temporary files.
const LOCK: &str = "testkit-test-server.lock";

static TAKEN: Mutex<bool> = Mutex::new(false);
static FREED: Condvar = Condvar::new();

/// The right to use the one thing that all tests share, those of other
/// processes too. Unlike a lock's guard it may go from thread to thread.
#[derive(Debug)]
pub(crate) struct Turn {
    lock: Option<File>,
}

impl Turn {
    pub(crate) fn take() -> Result<Self> {
        let waited = FREED.wait_timeout_while(taken(), WAIT_MAX, |taken| *taken);
        let (mut taken, waited) = waited.unwrap_or_else(PoisonError::into_inner);
        if waited.timed_out() {
            let context = "another test has the database, or this one has it twice";
            return Err(Error::new(ErrorKind::Timeout, context));
        }
        *taken = true;
        drop(taken);
        let mut turn = Self { lock: None };
        turn.lock = Some(lock()?);
        Ok(turn)
    }
}

/// Waits until no other process has the lock. It goes with the file, however
/// the process ends.
fn lock() -> Result<File> {
    let failed = |e| Error::because(ErrorKind::Io, "locking the test server", e);
    let file = File::create(std::env::temp_dir().join(LOCK)).map_err(failed)?;
    let begin = Instant::now();
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(file),
            Err(TryLockError::Error(e)) => return Err(failed(e)),
            Err(TryLockError::WouldBlock) if begin.elapsed() < WAIT_MAX => thread::sleep(POLL),
            Err(TryLockError::WouldBlock) => {
                let context = "the tests of another process have the test server";
                return Err(Error::new(ErrorKind::Timeout, context));
            }
        }
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        // Before the next test of this process asks for it.
        self.lock = None;
        *taken() = false;
        FREED.notify_one();
    }
}

fn taken() -> MutexGuard<'static, bool> {
    TAKEN.lock().unwrap_or_else(PoisonError::into_inner)
}
