use std::error::Error as StdError;
use std::ffi::{OsStr, OsString};
use std::fmt::Display;
use std::io::{self, BufRead as _, Write as _};
use std::sync::mpsc::{self, Receiver};
use std::sync::{Mutex, PoisonError};

use crate::skip::note;

/// Names the job a re-executed test binary shall do.
pub(crate) const JOB: &str = "TESTKIT_JOB";
/// Followed by an index: the arguments of that job.
pub(crate) const ARGUMENT: &str = "TESTKIT_ARGUMENT_";
/// The line a worker prints before it begins.
pub(crate) const READY: &str = "ready";
/// What an acknowledgement begins with.
pub(crate) const ACK: &str = "ack ";
/// The line that lets a waiting worker go on.
pub(crate) const GO: &str = "go";

/// How a job ends. An error goes to standard error and into the exit code.
pub type JobResult = Result<(), Box<dyn StdError>>;

/// What a worker process does.
pub type Job = fn(&Worker) -> JobResult;

/// The worker's side of the harness: its arguments, and its way to report.
#[derive(Debug)]
pub struct Worker {
    arguments: Vec<OsString>,
    go: Mutex<Receiver<()>>,
}

/// Does the job this process was started for, and then ends the process;
/// returns at once in a process that is no worker.
///
/// To be called by one test of the binary, by default a test `worker` at its
/// root. In an ordinary run that test does nothing. An unknown job, and a job
/// that returns an error, end the process with code 1.
pub fn work(jobs: &[(&str, Job)]) {
    let Some(name) = std::env::var_os(JOB) else {
        return;
    };
    let name = name.to_string_lossy();
    let outcome = match jobs.iter().find(|(known, _)| *known == name) {
        Some((_, job)) => begin(*job),
        None => Err("no job is called that".into()),
    };
    if let Err(error) = &outcome {
        note(&format!("worker {name}: {error}"));
    }
    std::process::exit(i32::from(outcome.is_err()));
}

fn begin(job: Job) -> JobResult {
    // The runner may have left an unfinished line.
    say(&format!("\n{READY}"))?;
    job(&Worker {
        arguments: arguments(),
        go: Mutex::new(listen()),
    })
}

fn arguments() -> Vec<OsString> {
    (0..)
        .map_while(|index: usize| std::env::var_os(format!("{ARGUMENT}{index}")))
        .collect()
}

/// Passes on what the parent says; ends this process when the parent is gone,
/// however it went.
fn listen() -> Receiver<()> {
    let (send, receive) = mpsc::channel();
    std::thread::spawn(move || {
        for line in io::stdin().lock().lines().map_while(Result::ok) {
            if line == GO {
                // The job may have ended meanwhile.
                let _ = send.send(());
            }
        }
        std::process::exit(1);
    });
    receive
}

fn say(line: &str) -> io::Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(format!("{line}\n").as_bytes())?;
    out.flush()
}

impl Worker {
    /// The argument at `index`, counted from 0; empty when there is none.
    pub fn arg(&self, index: usize) -> &OsStr {
        self.arguments
            .get(index)
            .map_or(OsStr::new(""), OsString::as_os_str)
    }

    /// The argument at `index`, as a number.
    ///
    /// # Errors
    ///
    /// When there is no such argument, or it is no number.
    pub fn number(&self, index: usize) -> Result<u64, Box<dyn StdError>> {
        let text = self.arg(index).to_string_lossy();
        text.parse()
            .map_err(|_| format!("argument {index} is {text:?}, not a number").into())
    }

    /// Tells the parent that `id` is done: what a test takes for a promise.
    ///
    /// Returns after the line has left this process; a kill that follows
    /// cannot take it back. Line breaks become spaces.
    ///
    /// # Errors
    ///
    /// When the parent no longer reads.
    pub fn ack(&self, id: impl Display) -> io::Result<()> {
        say(&format!(
            "{ACK}{}",
            id.to_string().replace(['\n', '\r'], " ")
        ))
    }

    /// Waits for [`Child::go`](crate::Child::go), so that several workers
    /// start at the same time. A parent that dies ends this process.
    pub fn wait_for_go(&self) {
        // The sender lives in a thread that ends only with the process.
        let _ = self
            .go
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .recv();
    }
}
