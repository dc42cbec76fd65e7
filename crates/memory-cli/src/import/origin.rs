use std::fmt;
use std::sync::Arc;

/// Where a record came from: a file and a line, counted from 1; of a database the file with
/// its table, and the number of the row.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Origin {
    pub(crate) file: Arc<str>,
    pub(crate) line: u64,
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.file, self.line)
    }
}
