use std::fs::{self, File};
use std::io;
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

use super::Message;
use super::ask::ask;
use super::watchdog::Watchdog;
use crate::{Error, ErrorKind, Result};

/// How long the server may take to answer its first request; 12 to 45 ms is
/// usual.
const START_MAX: Duration = Duration::from_secs(20);
/// How long it may take to end when asked to. 20 ms is usual, but now and then
/// it waits for more.
const STOP_MAX: Duration = Duration::from_millis(500);
/// How often either is looked at.
const LOOK: Duration = Duration::from_millis(2);
/// Seconds between two checkpoints. Most tests end before the first.
const CHECKPOINT_SECONDS: &str = "20";
/// What it writes, in its folder.
const LOG: &str = "sqld.log";

/// Where a server runs.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Site<'a> {
    pub(crate) binary: &'a Path,
    pub(crate) folder: &'a Path,
    pub(crate) http: SocketAddr,
    /// With it, the server has namespaces.
    pub(crate) admin: Option<SocketAddr>,
}

/// A running server. It does not outlive us.
#[derive(Debug)]
pub(crate) struct Process {
    child: Child,
    watchdog: Option<Watchdog>,
}

impl Process {
    /// Starts the server and waits until it answers.
    pub(crate) fn start(site: Site<'_>) -> Result<Self> {
        let mut process = spawn(site).map_err(|e| {
            let context = format!("starting {}", site.binary.display());
            Error::because(ErrorKind::Io, context, e)
        })?;
        process.wait_until_ready(site)?;
        Ok(process)
    }

    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// SIGKILL; it is gone on return.
    pub(crate) fn kill(mut self) {
        self.end();
    }

    /// SIGTERM, and SIGKILL when that does not end it; it is gone on return.
    pub(crate) fn stop(mut self) {
        self.terminate();
    }

    fn wait_until_ready(&mut self, site: Site<'_>) -> Result<()> {
        let begin = Instant::now();
        while !is_ready(site.http) {
            if !matches!(self.child.try_wait(), Ok(None)) {
                return Err(failure(ErrorKind::Exited, "sqld ended at once", site));
            }
            if begin.elapsed() > START_MAX {
                return Err(failure(ErrorKind::Timeout, "sqld does not answer", site));
            }
            sleep(LOOK);
        }
        Ok(())
    }

    fn terminate(&mut self) {
        let pid = i32::try_from(self.child.id()).ok().and_then(Pid::from_raw);
        let asked = pid.is_some_and(|pid| kill_process(pid, Signal::TERM).is_ok());
        let begin = Instant::now();
        while asked && begin.elapsed() < STOP_MAX && matches!(self.child.try_wait(), Ok(None)) {
            sleep(LOOK);
        }
        self.end();
    }

    fn end(&mut self) {
        // First the watchdog, so that it never strikes at a pid that is free.
        self.watchdog = None;
        // Errors mean that it has ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        if self.watchdog.is_some() {
            self.terminate();
        }
    }
}

fn spawn(site: Site<'_>) -> io::Result<Process> {
    let log = File::options()
        .create(true)
        .append(true)
        .open(site.folder.join(LOG))?;
    let mut command = Command::new(site.binary);
    command
        .arg("--db-path")
        .arg(site.folder.join("data"))
        .args(["--http-listen-addr", &site.http.to_string(), "--no-welcome"])
        // By default the writer that has filled 1,000 pages of the WAL moves them to the database.
        // With several writers sqld 0.24.32 deadlocks there, after seconds or minutes: all wait in
        // `ManagedConnectionWalWrapper::acquire`, the writer's own checkpoint too. An interval
        // leaves that to a connection of its own.
        .args(["--checkpoint-interval-s", CHECKPOINT_SECONDS])
        // With few threads, overlapping cursors can freeze it for good.
        .env("TOKIO_WORKER_THREADS", "16")
        .stdin(Stdio::null())
        .stdout(log.try_clone()?)
        .stderr(log);
    if let Some(admin) = site.admin {
        // By default it keeps 100 databases open, and was seen to deny the next one that it had
        // just made.
        command.args(["--max-active-namespaces", "10000"]);
        command.args(["--enable-namespaces", "--admin-listen-addr"]);
        command.arg(admin.to_string());
    }
    let mut child = command.spawn()?;
    match Watchdog::over(child.id(), site.folder) {
        Ok(watchdog) => Ok(Process {
            child,
            watchdog: Some(watchdog),
        }),
        Err(e) => {
            child.kill()?;
            child.wait()?;
            Err(e)
        }
    }
}

fn is_ready(http: SocketAddr) -> bool {
    ask(http, Message::request("GET", "/health", "")).is_ok_and(|status| status == 200)
}

/// With the end of what the server wrote.
fn failure(kind: ErrorKind, what: &str, site: Site<'_>) -> Error {
    let log = fs::read_to_string(site.folder.join(LOG)).unwrap_or_default();
    let lines: Vec<_> = log.lines().collect();
    let tail = lines.get(lines.len().saturating_sub(20)..);
    let tail = tail.unwrap_or_default().join("\n");
    Error::new(kind, format!("{what}; its log ends:\n{tail}"))
}
