//! Which file a name stood for when it was first opened.

use std::fs::Metadata;
use std::sync::{Arc, OnceLock};

use crate::{Error, ErrorKind, Result};

/// The file that the first connection of a connector opened.
///
/// SQLite finds the write-ahead log by the name of the database. A connection to another file under the same name
/// would read the log of the old one into the new one, so there must be none.
#[derive(Clone, Debug, Default)]
pub(crate) struct Identity(Arc<OnceLock<FileId>>);

type FileId = (u64, u64);

impl Identity {
    /// Remembers the file, or compares it with the one that is remembered.
    ///
    /// # Errors
    /// `Disconnected` when it is another one.
    pub(crate) fn confirm(&self, file: &Metadata) -> Result<()> {
        let Some(id) = file_id(file) else {
            return Ok(());
        };
        if *self.0.get_or_init(|| id) == id {
            return Ok(());
        }
        let context = "another file has taken the place of the one that was opened first: \
                       open the database anew";
        Err(Error::new(ErrorKind::Disconnected, context))
    }
}

#[cfg(unix)]
#[allow(clippy::unnecessary_wraps)] // Elsewhere there is none.
fn file_id(file: &Metadata) -> Option<FileId> {
    use std::os::unix::fs::MetadataExt as _;
    Some((file.dev(), file.ino()))
}

#[cfg(not(unix))]
fn file_id(_: &Metadata) -> Option<FileId> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_file_that_came_first_is_confirmed() {
        let folder = tempfile::tempdir().unwrap();
        let look = |name: &str| {
            let path = folder.path().join(name);
            std::fs::write(&path, name).unwrap();
            std::fs::metadata(path).unwrap()
        };
        let (one, other, identity) = (look("one"), look("other"), Identity::default());
        identity.confirm(&one).unwrap();
        identity.clone().confirm(&one).unwrap();
        assert_eq!(
            identity.confirm(&other).unwrap_err().kind(),
            ErrorKind::Disconnected
        );
    }
}
