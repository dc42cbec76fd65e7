//! Runs the command and looks at what it did.

use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::{Value, json};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use testkit::TempDb;

/// A folder of its own with a database in it.
pub(crate) struct Memory {
    temp: TempDb,
}

/// How a call ended.
pub(crate) struct Call {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Memory {
    pub(crate) fn new() -> Self {
        let temp = TempDb::new().unwrap();
        Self { temp }
    }

    /// A database that holds these lines.
    pub(crate) fn with(lines: &[Value]) -> Self {
        let memory = Self::new();
        let file = memory.write("lines.jsonl", lines);
        memory.done(&["import", &file]);
        memory
    }

    pub(crate) fn path(&self) -> &Path {
        self.temp.path()
    }

    pub(crate) fn beside(&self, name: &str) -> PathBuf {
        self.temp.beside(name)
    }

    /// Writes JSON lines to a file and returns its path.
    pub(crate) fn write(&self, name: &str, lines: &[Value]) -> String {
        self.write_text(name, &text(lines))
    }

    pub(crate) fn write_text(&self, name: &str, text: &str) -> String {
        self.write_bytes(name, text.as_bytes())
    }

    pub(crate) fn write_bytes(&self, name: &str, bytes: &[u8]) -> String {
        let path = self.beside(name);
        std::fs::write(&path, bytes).unwrap();
        path.to_str().unwrap().to_owned()
    }

    /// The command with its database, in the folder.
    pub(crate) fn command(&self, args: &[&str]) -> Command {
        let mut command = bare(args);
        command
            .env("TURSO_DATABASE_URL", self.path())
            .current_dir(self.path().parent().unwrap());
        command
    }

    pub(crate) fn call(&self, args: &[&str]) -> Call {
        self.command(args).output().unwrap().into()
    }

    /// A call with something on standard input.
    pub(crate) fn call_with(&self, args: &[&str], input: &[u8]) -> Call {
        let mut command = self.command(args);
        command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        child.stdin.take().unwrap().write_all(input).unwrap();
        child.wait_with_output().unwrap().into()
    }

    /// A call that must succeed and say nothing on standard error.
    #[track_caller]
    pub(crate) fn done(&self, args: &[&str]) -> String {
        let call = self.call(args);
        assert_eq!(
            (call.code, call.err.as_str()),
            (0, ""),
            "{args:?}: {}",
            call.out
        );
        call.out
    }

    /// The JSON that a call writes, which must succeed.
    #[track_caller]
    pub(crate) fn json(&self, args: &[&str]) -> Value {
        let args = [args, &["--json"]].concat();
        serde_json::from_str(&self.done(&args)).unwrap()
    }

    /// How many episodes there are.
    #[track_caller]
    pub(crate) fn episodes(&self) -> u64 {
        self.json(&["stats"])["episodes"].as_u64().unwrap()
    }

    #[track_caller]
    pub(crate) fn assert_clean(&self) {
        let report = self.json(&["check"]);
        assert_eq!(report["problems"], json!([]));
    }
}

impl Call {
    /// The call failed with this code and this text in its message, and wrote no output.
    #[track_caller]
    pub(crate) fn assert_failed(&self, code: i32, message: &str) {
        assert_eq!(self.code, code, "{}{}", self.out, self.err);
        assert!(
            self.err.contains(message),
            "{message:?} is not in:\n{}",
            self.err
        );
        assert_eq!(self.out, "");
    }
}

impl From<Output> for Call {
    fn from(output: Output) -> Self {
        Self {
            code: output.status.code().unwrap_or(-1),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

/// The command without a database of its own, and without the caller's environment.
pub(crate) fn bare(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_memory"));
    command
        .args(args)
        .env_remove("TURSO_DATABASE_URL")
        .env_remove("TURSO_AUTH_TOKEN");
    command.stdin(Stdio::null());
    command
}

/// JSON lines.
pub(crate) fn text(lines: &[Value]) -> String {
    lines
        .iter()
        .flat_map(|line| [line.to_string(), "\n".to_owned()])
        .collect()
}

pub(crate) fn gzip(text: &str) -> Vec<u8> {
    let mut packed = GzEncoder::new(Vec::new(), Compression::fast());
    packed.write_all(text.as_bytes()).unwrap();
    packed.finish().unwrap()
}

/// An attempt as trajectory files have it.
pub(crate) fn attempt(external_id: &str) -> Value {
    json!({
        "source": "made-up", "external_id": external_id, "task_key": "task", "agent": "a",
        "task": format!("Do {external_id}"), "domain": "tests", "trial": 0, "tags": ["made-up"],
        "steps": [{ "tool": "shell", "action": "ls", "args": {}, "thought": null,
            "observation": "README.md", "success": true, "reward": null }],
        "outcome": "success", "reward": 1.0, "reflection": [], "relations": [],
    })
}

/// The same attempt with one field changed.
pub(crate) fn changed(mut attempt: Value, field: &str, value: Value) -> Value {
    attempt[field] = value;
    attempt
}

/// An attempt with a relation to another one.
pub(crate) fn related(external_id: &str, kind: &str, to: &str) -> Value {
    let relations = json!([{ "type": kind, "to": to }]);
    changed(attempt(external_id), "relations", relations)
}

/// Three attempts, of which the second failed: c depends on b, which follows a.
pub(crate) fn three() -> Memory {
    let failed = changed(related("b", "Follows", "a"), "outcome", json!("failure"));
    let mut third = changed(related("c", "DependsOn", "b"), "domain", json!("sql"));
    third["tags"] = json!(["made-up", "hard"]);
    third["agent"] = json!("o'hara.x$");
    Memory::with(&[attempt("a"), failed, third])
}
