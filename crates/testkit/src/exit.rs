use std::os::unix::process::ExitStatusExt as _;
use std::process::ExitStatus;

use crate::{Error, ErrorKind, Result};

const SIGKILL: i32 = 9;

/// What is known of a worker after its end.
#[derive(Debug)]
pub struct Exit {
    pub(crate) job: String,
    /// How the process ended.
    pub status: ExitStatus,
    /// What it acknowledged, in order. Complete: an ack that left the worker
    /// before a kill is here.
    pub acks: Vec<String>,
    /// The beginning of what it wrote to standard error, 64 KiB at most.
    pub stderr: String,
}

impl Exit {
    /// True when SIGKILL ended the worker, false when it was faster.
    pub fn was_killed(&self) -> bool {
        self.status.signal() == Some(SIGKILL)
    }

    /// Passes on an exit of a job that came to its end.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Exited`] with the worker's standard error otherwise.
    pub fn finished(self) -> Result<Self> {
        if self.status.success() {
            return Ok(self);
        }
        let Self {
            job,
            status,
            stderr,
            ..
        } = &self;
        let context = format!("worker {job:?} ended with {status}; it said:\n{stderr}");
        Err(Error::new(ErrorKind::Exited, context))
    }
}
