//! Our side: a process of its own.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{ChildStdin, ChildStdout, Command, Stdio};

use crate::{Answer, Order};

/// A process that measures ours, and ends when this is dropped.
pub struct Child {
    process: std::process::Child,
    orders: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
    ready: String,
}

impl Child {
    /// Starts the example `ours` of memory-benches, and builds it if need be. It opens a memory of
    /// this kind at `path`.
    ///
    /// # Panics
    ///
    /// When it cannot be built or started, or the memory cannot be opened.
    pub fn ours(kind: &str, path: &Path) -> Self {
        // The toolchain of the workspace, whichever has started this: another one would build all anew.
        let mut process = Command::new("cargo")
            .current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
            .env_remove("RUSTUP_TOOLCHAIN")
            .args(["run", "--quiet", "--release"])
            .args(["-p", "memory-benches", "--example", "ours", "--", kind])
            .arg(path)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("cargo");
        let orders = process.stdin.take();
        let answers = process.stdout.take().expect("a pipe");
        let mut child = Self {
            process,
            orders,
            answers: BufReader::new(answers),
            ready: String::new(),
        };
        child.ready = child.line();
        child
    }

    /// What it said when it was ready: the address of its server, or nothing.
    pub fn ready(&self) -> &str {
        &self.ready
    }

    /// Asks it to do something, and waits until it is done.
    ///
    /// # Panics
    ///
    /// When it has ended or answers something else.
    pub fn order(&mut self, order: Order) -> Answer {
        let orders = self.orders.as_mut().expect("it is not dropped");
        writeln!(orders, "{order}").expect("it reads orders");
        let line = self.line();
        line.parse().expect("it answers as it is asked")
    }

    fn line(&mut self) -> String {
        let mut line = String::new();
        let read = self.answers.read_line(&mut line).expect("a pipe");
        assert!(read > 0, "our side has ended");
        line.trim_end().to_owned()
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        // It ends when there are no more orders.
        self.orders = None;
        let _ = self.process.wait();
    }
}
