use std::ffi::OsString;
use std::process::{Command, Stdio};
use std::time::Duration;

use crate::worker::{ARGUMENT, JOB};
use crate::{Child, Error, ErrorKind, Result};

/// How a worker is started: the job, its arguments and its surroundings.
#[derive(Debug, Clone)]
pub struct WorkerCommand {
    job: String,
    entry: String,
    arguments: Vec<OsString>,
    environment: Vec<(OsString, OsString)>,
    prelude: Option<String>,
    timeout: Duration,
}

impl WorkerCommand {
    /// A worker for `job`, one of those the test binary gives to
    /// [`work`](crate::work).
    pub fn new(job: &str) -> Self {
        Self {
            job: job.to_owned(),
            entry: "worker".to_owned(),
            arguments: Vec::new(),
            environment: Vec::new(),
            prelude: None,
            timeout: Duration::from_mins(1),
        }
    }

    /// The full name of the test that calls [`work`](crate::work), when it is
    /// not `worker` at the root of the binary.
    #[must_use]
    pub fn entry(mut self, test: &str) -> Self {
        test.clone_into(&mut self.entry);
        self
    }

    /// Adds an argument.
    #[must_use]
    pub fn arg(mut self, argument: impl Into<OsString>) -> Self {
        self.arguments.push(argument.into());
        self
    }

    /// Sets a variable in the worker's environment.
    #[must_use]
    pub fn env(mut self, name: impl Into<OsString>, value: impl Into<OsString>) -> Self {
        self.environment.push((name.into(), value.into()));
        self
    }

    /// Shell commands that run first, in the process that then becomes the
    /// worker: `ulimit -n 20`, or `trap '' XFSZ; ulimit -f 100`.
    ///
    /// The worker does not start when one of them fails.
    #[must_use]
    pub fn prelude(mut self, shell: &str) -> Self {
        self.prelude = Some(shell.to_owned());
        self
    }

    /// How long the job may take; one minute unless told, far more than any
    /// job here needs on a busy machine. After that every wait for it ends in
    /// [`ErrorKind::Timeout`], and the worker is killed.
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// Starts the worker and waits until its job begins.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Io`] when the process cannot be started,
    /// [`ErrorKind::Exited`] when it ends before its job begins: the test
    /// binary has no such entry, or the prelude failed;
    /// [`ErrorKind::Timeout`] when nothing happens for a minute.
    pub fn spawn(&self) -> Result<Child> {
        let process = self.command()?.spawn().map_err(|e| self.unable(e))?;
        let mut child = Child::new(process, self.job.clone());
        child.wait_until_ready(self.timeout)?;
        Ok(child)
    }

    fn command(&self) -> Result<Command> {
        let this = std::env::current_exe().map_err(|e| self.unable(e))?;
        let mut command = match &self.prelude {
            None => Command::new(this),
            Some(prelude) => {
                let mut shell = Command::new("sh");
                shell
                    .arg("-ec")
                    .arg(format!("{prelude}\nexec \"$@\""))
                    .arg("sh")
                    .arg(this);
                shell
            }
        };
        command.args(["--exact", &self.entry, "--nocapture", "--test-threads=1"]);
        command
            .env(JOB, &self.job)
            .envs(self.environment.iter().cloned());
        for (index, argument) in self.arguments.iter().enumerate() {
            command.env(format!("{ARGUMENT}{index}"), argument);
        }
        // A worker that starts workers must not hand down its own arguments.
        command.env_remove(format!("{ARGUMENT}{}", self.arguments.len()));
        command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        Ok(command)
    }

    fn unable(&self, source: std::io::Error) -> Error {
        Error::because(
            ErrorKind::Io,
            format!("starting worker {:?}", self.job),
            source,
        )
    }
}
