use std::path::{Path, PathBuf};

use tempfile::TempDir;

use crate::{Error, ErrorKind, Result};

/// A path for a database in a new folder of its own, removed on drop together
/// with everything that was put beside it (`-wal`, `-shm`, exports).
///
/// Nothing is created at the path itself. With the environment variable
/// `TESTKIT_KEEP` set, the folder stays and its path is printed.
#[derive(Debug)]
pub struct TempDb {
    folder: TempDir,
    path: PathBuf,
}

impl TempDb {
    /// A new folder with room for a database called `memory.db`.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Io`] when the system's temporary folder cannot be used.
    pub fn new() -> Result<Self> {
        let mut folder = tempfile::Builder::new()
            .prefix("turso-memory-")
            .tempdir()
            .map_err(|e| Error::because(ErrorKind::Io, "making a temporary folder", e))?;
        folder.disable_cleanup(std::env::var_os("TESTKIT_KEEP").is_some());
        let path = folder.path().join("memory.db");
        Ok(Self { folder, path })
    }

    /// Where the database belongs.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// A path beside the database.
    pub fn beside(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }
}

impl Drop for TempDb {
    fn drop(&mut self) {
        if std::env::var_os("TESTKIT_KEEP").is_some() {
            crate::skip::note(&format!("kept {}", self.folder.path().display()));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::TempDb;

    #[test]
    fn folder_is_gone_after_drop() {
        let db = TempDb::new().unwrap();
        std::fs::write(db.path(), b"x").unwrap();
        std::fs::write(db.beside("memory.db-wal"), b"x").unwrap();
        let folder = db.path().parent().unwrap().to_owned();
        drop(db);
        assert!(!folder.exists());
    }

    #[test]
    fn two_never_share_a_path() {
        let (one, other) = (TempDb::new().unwrap(), TempDb::new().unwrap());
        assert_ne!(one.path(), other.path());
        assert!(!one.path().exists());
    }
}
