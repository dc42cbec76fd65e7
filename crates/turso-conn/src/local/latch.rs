//! What keeps an interrupt from being forgotten.

use super::raw::now;
use crate::Result;

/// A statement that is left in the middle while others run.
///
/// SQLite forgets an interrupt that comes while no statement is running, for
/// instance between two steps of a program or just before the first. As long as
/// one is unfinished it does not. This one reads no table, so it holds no
/// snapshot and no lock.
pub(super) struct Latch {
    statement: libsql::Statement,
    held: bool,
}

impl Latch {
    pub(super) fn new(conn: &libsql::Connection) -> Result<Self> {
        let statement = now(conn.prepare("VALUES (1), (2)"))?;
        Ok(Self {
            statement,
            held: false,
        })
    }

    pub(super) fn hold(&mut self) -> Result<()> {
        self.statement.reset();
        self.held = true;
        now(self.statement.query(())).map(drop)
    }

    pub(super) fn release(&mut self) {
        if self.held {
            self.statement.reset();
            self.held = false;
        }
    }
}
