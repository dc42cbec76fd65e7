//! Places with too little room.

use std::path::{Path, PathBuf};
use std::process::Command;
use tempfile::TempDir;
use testkit::skipped;

/// A mount of its own, gone with this value.
pub struct Mount {
    dir: TempDir,
}

impl Mount {
    /// A file system in memory of `size`; none where mounting is not allowed, which `test` then says.
    pub fn tmpfs(test: &str, size: &str) -> Option<Self> {
        let options = format!("size={size}");
        Self::new(test, |dir| {
            run(
                "mount",
                &[
                    "-t",
                    "tmpfs",
                    "-o",
                    &options,
                    "tmpfs",
                    dir.to_str().unwrap(),
                ],
            )
        })
    }

    /// `source` again, read-only.
    pub fn read_only(test: &str, source: &Path) -> Option<Self> {
        let source = source.to_str().unwrap();
        Self::new(test, |dir| {
            let dir = dir.to_str().unwrap();
            run("mount", &["--bind", source, dir]) && run("mount", &["-o", "remount,bind,ro", dir])
        })
    }

    fn new(test: &str, mount: impl FnOnce(&Path) -> bool) -> Option<Self> {
        let made = Self {
            dir: tempfile::tempdir().unwrap(),
        };
        if mount(made.dir.path()) {
            return Some(made);
        }
        skipped(test, "it needs root and the right to mount");
        None
    }

    pub fn path(&self) -> &Path {
        self.dir.path()
    }

    pub fn database(&self) -> PathBuf {
        self.path().join("memory.db")
    }
}

impl Drop for Mount {
    fn drop(&mut self) {
        // Where nothing was mounted, this says so and does nothing.
        run("umount", &["-l", self.dir.path().to_str().unwrap()]);
    }
}

/// Whether the command could be run and succeeded.
pub fn run(command: &str, arguments: &[&str]) -> bool {
    let output = Command::new(command).args(arguments).output();
    output.is_ok_and(|output| output.status.success())
}
