//! Who has which connection, and since when: the register that finds leaks.

use std::panic::Location;
use std::time::Duration;

use tokio::time::Instant;

use crate::slot::ConnectionId;
use crate::time::{after, earlier};

/// The place of a connection in [`Lent`].
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Row(usize);

/// One row for each open connection, no more.
#[derive(Debug, Default)]
pub(crate) struct Lent {
    rows: Vec<Option<Entry>>,
    free: Vec<usize>,
}

#[derive(Debug)]
struct Entry {
    id: ConnectionId,
    loan: Option<Loan>,
}

#[derive(Debug)]
struct Loan {
    since: Instant,
    site: &'static Location<'static>,
    reported: bool,
}

/// A lease that has been held for too long.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Overdue {
    pub(crate) id: ConnectionId,
    pub(crate) held_for: Duration,
    pub(crate) site: &'static Location<'static>,
}

impl Lent {
    /// A row for a new connection.
    pub(crate) fn open(&mut self, id: ConnectionId) -> Row {
        let entry = Some(Entry { id, loan: None });
        let index = self.free.pop().unwrap_or(self.rows.len());
        match self.rows.get_mut(index) {
            Some(row) => *row = entry,
            None => self.rows.push(entry),
        }
        Row(index)
    }

    /// The connection is gone.
    pub(crate) fn close(&mut self, row: Row) {
        if let Some(entry) = self.rows.get_mut(row.0) {
            *entry = None;
            self.free.push(row.0);
        }
    }

    /// A user has it.
    pub(crate) fn lend(&mut self, row: Row, now: Instant, site: &'static Location<'static>) {
        if let Some(Some(entry)) = self.rows.get_mut(row.0) {
            entry.loan = Some(Loan {
                since: now,
                site,
                reported: false,
            });
        }
    }

    /// A user had it; false when only the pool itself did.
    pub(crate) fn take_back(&mut self, row: Row) -> bool {
        let entry = self.rows.get_mut(row.0).and_then(Option::as_mut);
        entry.is_some_and(|entry| entry.loan.take().is_some())
    }

    /// Those that were lent `limit` ago or earlier; each is told once.
    pub(crate) fn overdue(&mut self, now: Instant, limit: Duration) -> Vec<Overdue> {
        let mut overdue = Vec::new();
        for entry in self.rows.iter_mut().flatten() {
            let Some(loan) = &mut entry.loan else {
                continue;
            };
            let held_for = now.saturating_duration_since(loan.since);
            if !loan.reported && held_for >= limit {
                loan.reported = true;
                overdue.push(Overdue {
                    id: entry.id,
                    held_for,
                    site: loan.site,
                });
            }
        }
        overdue
    }

    /// When the next lease will be overdue.
    pub(crate) fn next_overdue(&self, limit: Duration) -> Option<Instant> {
        let loans = self
            .rows
            .iter()
            .flatten()
            .filter_map(|entry| entry.loan.as_ref());
        loans
            .filter(|loan| !loan.reported)
            .map(|loan| after(loan.since, Some(limit)))
            .fold(None, earlier)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_overdue_lease_is_told_once_with_its_age() {
        let (mut lent, now) = (Lent::default(), Instant::now());
        let (early, late) = (lent.open(ConnectionId(1)), lent.open(ConnectionId(2)));
        let (second, limit) = (Duration::from_secs(1), Duration::from_secs(3));
        lent.lend(early, now, Location::caller());
        lent.lend(late, now + second, Location::caller());
        assert_eq!(lent.next_overdue(limit), Some(now + limit));
        let overdue = lent.overdue(now + limit, limit);
        assert_eq!(overdue.len(), 1);
        assert_eq!(
            (overdue[0].id, overdue[0].held_for),
            (ConnectionId(1), limit)
        );
        assert!(overdue[0].site.file().ends_with("lent.rs"));
        assert!(lent.overdue(now + limit, limit).is_empty());
        assert_eq!(lent.next_overdue(limit), Some(now + second + limit));
        assert!(lent.take_back(late) && !lent.take_back(late));
        assert_eq!(lent.next_overdue(limit), None);
    }

    #[test]
    fn rows_are_used_again() {
        let mut lent = Lent::default();
        for id in 0..1_000 {
            let row = lent.open(ConnectionId(id));
            lent.close(row);
        }
        assert_eq!((lent.rows.len(), lent.free.len()), (1, 1));
    }
}
