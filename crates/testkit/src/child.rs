use std::io::{BufRead, BufReader, Read, Write as _};
use std::process::{ChildStdin, ChildStdout, ExitStatus};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use crate::worker::{ACK, GO, READY};
use crate::{Error, ErrorKind, Exit, Kill, Result};

/// How much of standard error is kept: enough for a backtrace.
const STDERR_BYTES_MAX: u64 = 64 * 1024;
/// How long to wait for the rest of standard error of a process that is gone.
const STDERR_PATIENCE: Duration = Duration::from_secs(1);
/// How long a process may take until its job begins.
const START_PATIENCE: Duration = Duration::from_mins(1);
/// How often an end is looked for; the standard library has no wait with a
/// deadline.
const POLL: Duration = Duration::from_millis(1);

/// A running worker. Dropped, it is killed.
///
/// Its output is read all the time, so that it never waits for the parent.
/// The worker notices when the parent dies, and ends too.
#[derive(Debug)]
pub struct Child {
    process: std::process::Child,
    stdin: Option<ChildStdin>,
    lines: Receiver<String>,
    stderr: Receiver<String>,
    job: String,
    acks: Vec<String>,
    began: Instant,
    deadline: Instant,
}

impl Child {
    pub(crate) fn new(mut process: std::process::Child, job: String) -> Self {
        let lines = read_lines(process.stdout.take());
        let stderr = read_all(process.stderr.take());
        let stdin = process.stdin.take();
        let began = Instant::now();
        Self {
            process,
            stdin,
            lines,
            stderr,
            job,
            acks: Vec::new(),
            began,
            deadline: began + START_PATIENCE,
        }
    }

    /// The process id, for tools that look at it from outside.
    pub fn id(&self) -> u32 {
        self.process.id()
    }

    /// The acks that have been read so far.
    pub fn acks(&self) -> &[String] {
        &self.acks
    }

    /// Lets a worker go on that stands at
    /// [`Worker::wait_for_go`](crate::Worker::wait_for_go).
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Exited`] when the worker is gone.
    pub fn go(&mut self) -> Result<()> {
        let line = format!("{GO}\n");
        match self
            .stdin
            .as_mut()
            .map(|stdin| stdin.write_all(line.as_bytes()))
        {
            Some(Ok(())) => Ok(()),
            _ => Err(self.ended("before it could be told to go")),
        }
    }

    /// Waits until there are `count` acks.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Exited`] when the worker ends with fewer,
    /// [`ErrorKind::Timeout`] when it does not get there in its time. The
    /// worker is dead after either.
    pub fn wait_for_acks(&mut self, count: usize) -> Result<()> {
        while self.acks.len() < count {
            if self.next_line(self.deadline)?.is_none() {
                return Err(self.ended(&format!("before ack {count}")));
            }
        }
        Ok(())
    }

    /// Waits for the end.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Timeout`] when it does not come in the worker's time.
    pub fn wait(mut self) -> Result<Exit> {
        while self.next_line(self.deadline)?.is_some() {}
        let status = self.reap(self.deadline)?;
        let acks = std::mem::take(&mut self.acks);
        Ok(Exit {
            job: self.job.clone(),
            status,
            acks,
            stderr: self.said(),
        })
    }

    /// Sends SIGKILL at the given instant and waits for the end. A worker that
    /// is done before is left alone: see [`Exit::was_killed`].
    ///
    /// # Errors
    ///
    /// As [`wait_for_acks`](Self::wait_for_acks), but a worker that ends
    /// before the instant is no error.
    pub fn kill(mut self, when: Kill) -> Result<Exit> {
        let mut running = true;
        match when {
            Kill::AfterAcks(count) => {
                while running && self.acks.len() < count {
                    running = self.next_line(self.deadline)?.is_some();
                }
            }
            Kill::After(span) => {
                let instant = (self.began + span).min(self.deadline);
                while running && Instant::now() < instant {
                    running = !matches!(self.try_line(instant), Ok(None));
                }
            }
        }
        if running {
            self.strike();
        }
        self.wait()
    }

    pub(crate) fn wait_until_ready(&mut self, timeout: Duration) -> Result<()> {
        loop {
            match self.next_line(self.deadline)?.as_deref() {
                Some(READY) => break,
                Some(_) => {}
                None => return Err(self.ended("before its job began: is there such a test?")),
            }
        }
        self.began = Instant::now();
        self.deadline = self.began + timeout;
        Ok(())
    }

    /// The next line, kept if it is an ack; `None` at the end of the output.
    fn next_line(&mut self, until: Instant) -> Result<Option<String>> {
        self.try_line(until).map_err(|()| self.too_late())
    }

    fn try_line(&mut self, until: Instant) -> std::result::Result<Option<String>, ()> {
        let line = match self
            .lines
            .recv_timeout(until.saturating_duration_since(Instant::now()))
        {
            Ok(line) => line,
            Err(RecvTimeoutError::Disconnected) => return Ok(None),
            Err(RecvTimeoutError::Timeout) => return Err(()),
        };
        if let Some(id) = line.strip_prefix(ACK) {
            self.acks.push(id.to_owned());
        }
        Ok(Some(line))
    }

    fn strike(&mut self) {
        // An error here means that it has ended already.
        let _ = self.process.kill();
    }

    fn reap(&mut self, until: Instant) -> Result<ExitStatus> {
        loop {
            let state = self.process.try_wait();
            let waiting = || format!("waiting for worker {:?}", self.job);
            match state.map_err(|e| Error::because(ErrorKind::Io, waiting(), e))? {
                Some(status) => return Ok(status),
                None if Instant::now() >= until => return Err(self.too_late()),
                None => thread::sleep(POLL),
            }
        }
    }

    fn said(&self) -> String {
        self.stderr
            .recv_timeout(STDERR_PATIENCE)
            .unwrap_or_default()
    }

    fn ended(&mut self, when: &str) -> Error {
        self.end_with(ErrorKind::Exited, &format!("ended {when}"))
    }

    fn too_late(&mut self) -> Error {
        let happened = format!("ran out of time after {} acks", self.acks.len());
        self.end_with(ErrorKind::Timeout, &happened)
    }

    fn end_with(&mut self, kind: ErrorKind, happened: &str) -> Error {
        self.strike();
        let said = self.said();
        Error::new(
            kind,
            format!("worker {:?} {happened}; it said:\n{said}", self.job),
        )
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        self.strike();
        // SIGKILL cannot be caught: this ends.
        let _ = self.process.wait();
    }
}

fn read_lines(stdout: Option<ChildStdout>) -> Receiver<String> {
    let (send, receive) = mpsc::channel();
    if let Some(stdout) = stdout {
        thread::spawn(move || {
            let mut stdout = BufReader::new(stdout);
            while let Some(line) = whole_line(&mut stdout) {
                // The parent may no longer be interested; the pipe must drain.
                let _ = send.send(line);
            }
        });
    }
    receive
}

/// The next line that was written to its end; half an ack is none.
fn whole_line(from: &mut impl BufRead) -> Option<String> {
    let mut line = Vec::new();
    from.read_until(b'\n', &mut line).ok()?;
    let line = line.strip_suffix(b"\n")?;
    Some(String::from_utf8_lossy(line).into_owned())
}

fn read_all(stderr: Option<impl Read + Send + 'static>) -> Receiver<String> {
    let (send, receive) = mpsc::channel();
    if let Some(mut stderr) = stderr {
        thread::spawn(move || {
            let mut kept = Vec::new();
            // What could be read before an error is what there is.
            let _ = stderr
                .by_ref()
                .take(STDERR_BYTES_MAX)
                .read_to_end(&mut kept);
            let _ = std::io::copy(&mut stderr, &mut std::io::sink());
            let _ = send.send(String::from_utf8_lossy(&kept).into_owned());
        });
    }
    receive
}
