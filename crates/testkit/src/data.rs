use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde_json::{Map, Value};

use crate::{Error, ErrorKind, Result, skipped};

/// Where the data lies when it is not beside the workspace.
const OVERRIDE: &str = "MEMORY_TEST_DATA";
/// Where it lies otherwise, seen from the root of the workspace.
const BESIDE: &str = "../shared/data";
/// The file that tells what an import must count.
const EXPECTED: &str = "expected.json";

/// The real episodes: a folder of `*.jsonl.gz` files and the counts that an
/// import of them must reproduce. Not part of the project.
#[derive(Debug, Clone)]
pub struct DataSet {
    folder: PathBuf,
}

impl DataSet {
    /// The data, if it is on this machine; otherwise says on standard error
    /// that `test` is skipped.
    ///
    /// Looks where the environment variable `MEMORY_TEST_DATA` says, else at
    /// `../shared/data` from the root of the workspace.
    pub fn find(test: &str) -> Option<Self> {
        let candidate = std::env::var_os(OVERRIDE)
            .map(PathBuf::from)
            .or_else(beside);
        let found = candidate.and_then(Self::at);
        if found.is_none() {
            skipped(
                test,
                &format!("no {BESIDE}/{EXPECTED} here, and {OVERRIDE} names none"),
            );
        }
        found
    }

    /// The data in `folder`, if it has an `expected.json`.
    pub fn at(folder: impl Into<PathBuf>) -> Option<Self> {
        let folder = folder.into();
        folder.join(EXPECTED).is_file().then_some(Self { folder })
    }

    /// The folder itself.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The files of episodes, sorted by name.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Io`] when the folder cannot be read, [`ErrorKind::Data`]
    /// when there is no such file in it.
    pub fn files(&self) -> Result<Vec<PathBuf>> {
        let entries = fs::read_dir(&self.folder).and_then(Iterator::collect::<io::Result<Vec<_>>>);
        let mut files: Vec<_> = entries
            .map_err(|e| unreadable(&self.folder, e))?
            .into_iter()
            .map(|entry| entry.path())
            .filter(|path| path.to_string_lossy().ends_with(".jsonl.gz"))
            .collect();
        files.sort();
        if files.is_empty() {
            let context = format!("no *.jsonl.gz in {}", self.folder.display());
            return Err(Error::new(ErrorKind::Data, context));
        }
        Ok(files)
    }

    /// The path of one file of episodes by its name without the endings, as
    /// `expected.json` has it.
    pub fn file(&self, name: &str) -> PathBuf {
        self.folder.join(format!("{name}.jsonl.gz"))
    }

    /// The exact counts, per file, as `expected.json` has them.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Io`] when it cannot be read, [`ErrorKind::Data`] when it
    /// is not a JSON object.
    pub fn expected(&self) -> Result<Map<String, Value>> {
        let path = self.folder.join(EXPECTED);
        let text = fs::read(&path).map_err(|e| unreadable(&path, e))?;
        serde_json::from_slice(&text).map_err(|e| {
            Error::because(
                ErrorKind::Data,
                format!("understanding {}", path.display()),
                e,
            )
        })
    }
}

fn unreadable(path: &Path, source: io::Error) -> Error {
    Error::because(ErrorKind::Io, format!("reading {}", path.display()), source)
}

/// Beside the workspace that the running test belongs to.
fn beside() -> Option<PathBuf> {
    Some(workspace()?.join(BESIDE))
}

/// The root of the workspace that the running test belongs to.
pub(crate) fn workspace() -> Option<PathBuf> {
    let package = std::env::var_os("CARGO_MANIFEST_DIR");
    let package = package.map_or_else(|| env!("CARGO_MANIFEST_DIR").into(), PathBuf::from);
    let mut folders = package.ancestors();
    let root = folders.find(|folder| is_workspace(folder))?;
    Some(root.to_owned())
}

fn is_workspace(folder: &Path) -> bool {
    fs::read_to_string(folder.join("Cargo.toml"))
        .is_ok_and(|manifest| manifest.lines().any(|line| line.trim() == "[workspace]"))
}
