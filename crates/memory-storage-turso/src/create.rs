//! Making a new file: whole, or not at all.
//!
//! The database is built beside its place under another name and then linked to its
//! name, which fails if the name is taken. So a file under its own name is
//! never half made, however many processes make it at once, and a file that
//! is empty was not made by us: it is a damaged one, and is refused rather than filled.

use crate::error::{corrupt, storage};
use crate::schema;
use memory_core::{EpisodeId, Error, ErrorKind, Result};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use turso_conn::{AnyConfig, AnyConnector, Connect, Execute, Location, Statement};

/// Makes the database at `path` unless it exists.
pub(crate) async fn create(path: &Path, config: &AnyConfig) -> Result<()> {
    refuse_log(path)?;
    let draft = Draft::beside(path);
    build(&draft, config).await?;
    refuse_log(path)?;
    match fs::hard_link(&draft.0, path) {
        Ok(()) => sync_directory(path),
        Err(e) if e.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        Err(e) => Err(failed("making the database", path, e)),
    }
}

/// SQLite finds a log by the name of its database, and would read what an older one left into the
/// new one. It deletes such a log when it makes a file itself, but never beside one that has pages.
///
/// Where there is a log and, looked at afterwards, a database, another process has made it.
fn refuse_log(path: &Path) -> Result<()> {
    for suffix in ["-wal", "-journal"] {
        let log = with_suffix(path, suffix);
        if log.exists() && !path.exists() {
            let log = log.display();
            return Err(corrupt(format!(
                "{log} is the log of a database that is gone: put the database back, or delete the log"
            )));
        }
    }
    Ok(())
}

fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

async fn build(draft: &Draft, config: &AnyConfig) -> Result<()> {
    let doing = "making the database";
    let location = Location::file(draft.0.clone()).map_err(|e| storage(doing, e))?;
    let connector = AnyConnector::open(&location, config.clone()).map_err(|e| storage(doing, e))?;
    let mut conn = connector.connect().await.map_err(|e| storage(doing, e))?;
    schema::migrate(&mut conn, 0).await?;
    // Everything into the one file that gets the name.
    let checkpoint = Statement::new("PRAGMA wal_checkpoint(TRUNCATE)");
    conn.query(checkpoint)
        .await
        .map_err(|e| storage(doing, e))?;
    Ok(())
}

/// A file under a name of its own, which vanishes with this value.
struct Draft(PathBuf);

impl Draft {
    fn beside(path: &Path) -> Self {
        Self(with_suffix(path, &format!(".{}.new", EpisodeId::new())))
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        for suffix in ["", "-wal", "-shm", "-journal"] {
            // Most of them do not exist; what cannot be removed is only litter.
            let _ = fs::remove_file(with_suffix(&self.0, suffix));
        }
    }
}

/// Makes the new name durable. Not every system can sync a directory; where it cannot,
/// power loss may take the whole new database, which was not acknowledged yet.
#[allow(clippy::unnecessary_wraps)] // The other outcomes of `create` are results.
fn sync_directory(path: &Path) -> Result<()> {
    let directory = path
        .parent()
        .filter(|parent| !parent.as_os_str().is_empty());
    if let Ok(directory) = fs::File::open(directory.unwrap_or(Path::new("."))) {
        let _ = directory.sync_all();
    }
    Ok(())
}

fn failed(doing: &str, path: &Path, error: io::Error) -> Error {
    let kind = match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => ErrorKind::Full,
        io::ErrorKind::ReadOnlyFilesystem | io::ErrorKind::PermissionDenied => ErrorKind::ReadOnly,
        _ => ErrorKind::Disconnected,
    };
    Error::new(kind, format!("{doing} {}", path.display())).with_source(error)
}
