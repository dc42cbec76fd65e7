use std::path::Path;

use rustix::fs::statvfs;
use tempfile::{Builder, TempDir};

use crate::{Error, ErrorKind, Result};

/// A file system in memory, where there is one.
const MEMORY: &str = "/dev/shm";
/// What must be free there. Containers often have 64 MB, which one import of
/// real episodes and its logs may fill.
const MEMORY_FREE_MIN: u64 = 1 << 30;

/// A temporary folder for a server's data.
pub(crate) fn on_disk() -> Result<TempDir> {
    folder(&std::env::temp_dir())
}

/// The same in memory if there is room: syncing costs nothing, and a new
/// database 2 ms instead of 20.
pub(crate) fn in_memory() -> Result<TempDir> {
    if has_room(MEMORY)
        && let Ok(folder) = folder(Path::new(MEMORY))
    {
        return Ok(folder);
    }
    on_disk()
}

fn has_room(path: &str) -> bool {
    statvfs(path).is_ok_and(|fs| fs.f_bavail.saturating_mul(fs.f_frsize) >= MEMORY_FREE_MIN)
}

fn folder(parent: &Path) -> Result<TempDir> {
    let made = Builder::new().prefix("testkit-sqld-").tempdir_in(parent);
    let mut folder =
        made.map_err(|e| Error::because(ErrorKind::Io, "making a temporary folder", e))?;
    folder.disable_cleanup(std::env::var_os("TESTKIT_KEEP").is_some());
    Ok(folder)
}
