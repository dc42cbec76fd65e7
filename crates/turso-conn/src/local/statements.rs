//! Where a connection keeps compiled statements.

use std::fmt;

use super::compiled::Compiled;

/// What a local connection asks for a compiled statement before it compiles
/// one, and gives every statement to that may be worth keeping.
///
/// A statement that is in use is not in here: it is taken out, and put back,
/// reset, when it has ended: also after an error, a deadline or a cancelled
/// call. Only SELECT, VALUES and DML come here; DDL, PRAGMAs, ATTACH and the like
/// never do, and BEGIN, COMMIT and savepoints are not compiled by this way.
/// What failed because the schema no longer fits does not come back.
///
/// An implementation lives inside one connection, is used by one thread at a
/// time, and is dropped before the connection. What it answers is checked: a
/// statement of another text or of another connection is dropped, and the text compiled.
pub trait StatementCache: Send {
    /// Takes out the statement compiled from exactly this text.
    fn take(&mut self, sql: &str) -> Option<Compiled>;

    /// Gives it a statement to keep. It may drop it, or another one to make room.
    fn put(&mut self, compiled: Compiled);

    /// Drops everything: the schema has changed. SQLite compiles a statement of
    /// before anew by itself when it is run, so that this frees memory rather
    /// than prevents mistakes.
    fn clear(&mut self);

    /// The query or program has ended. Does nothing unless implemented.
    fn unit_ended(&mut self) {}

    /// Whether anything is kept from one query or program to the next; only
    /// then is the schema's version asked for. `true` unless implemented.
    fn outlives_unit(&self) -> bool {
        true
    }
}

/// Makes the [`StatementCache`] of each new connection.
pub trait StatementCaches: fmt::Debug + Send + Sync {
    /// An empty cache for one connection.
    fn for_connection(&self) -> Box<dyn StatementCache>;
}

/// Keeps what one program compiles until that program ends: the default.
#[derive(Default)]
pub(crate) struct OneUnit {
    kept: Vec<Compiled>,
}

impl OneUnit {
    /// A program has a handful of texts; a list is faster than a map then.
    const MAX: usize = 64;
}

impl StatementCache for OneUnit {
    fn take(&mut self, sql: &str) -> Option<Compiled> {
        let at = self
            .kept
            .iter()
            .position(|compiled| compiled.sql() == sql)?;
        Some(self.kept.swap_remove(at))
    }

    fn put(&mut self, compiled: Compiled) {
        if self.kept.len() < Self::MAX {
            self.kept.push(compiled);
        }
    }

    fn clear(&mut self) {
        self.kept.clear();
    }

    fn unit_ended(&mut self) {
        self.kept.clear();
    }

    fn outlives_unit(&self) -> bool {
        false
    }
}

/// Makes [`OneUnit`]s.
#[derive(Debug)]
pub(crate) struct OneUnitEach;

impl StatementCaches for OneUnitEach {
    fn for_connection(&self) -> Box<dyn StatementCache> {
        Box::new(OneUnit::default())
    }
}
