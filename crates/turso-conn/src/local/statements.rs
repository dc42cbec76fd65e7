//! Where a connection keeps compiled statements.

use super::compiled::Compiled;

/// What a connection asks for a compiled statement before it compiles one.
///
/// A statement that is in use is not in here: it is taken out, and put back
/// (reset) only when it ran without error. It lives inside one connection and
/// goes before it.
pub(crate) trait Statements: Send {
    /// Takes out the statement compiled from exactly this text.
    fn take(&mut self, sql: &str) -> Option<Compiled>;

    /// Puts back a statement.
    fn put(&mut self, compiled: Compiled);

    /// The query or program has ended.
    fn unit_ended(&mut self);
}

/// Keeps what one program compiles until that program ends.
#[derive(Default)]
pub(crate) struct OneUnit {
    kept: Vec<Compiled>,
}

impl OneUnit {
    /// A program has a handful of texts; a list is faster than a map then.
    const MAX: usize = 64;
}

impl Statements for OneUnit {
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

    fn unit_ended(&mut self) {
        self.kept.clear();
    }
}
