use std::sync::atomic::Ordering::{AcqRel, Acquire};

use crate::sync::AtomicU64;

const PENDING_BITS: u32 = 24;
const PENDING: u64 = (1 << PENDING_BITS) - 1;
const ONE_VERSION: u64 = 1 << PENDING_BITS;

/// What a stamp says at one instant: in the upper 40 bits how many writes have
/// ended, in the lower 24 how many are under way. One word, so that one load
/// sees both.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Word(u64);

impl Word {
    /// Of a cell that does not exist: something is always under way.
    pub(crate) const NOWHERE: Self = Self(1);

    pub(crate) fn is_quiet(self) -> bool {
        self.0 & PENDING == 0
    }

    /// The word after one write that began and ended.
    pub(crate) fn after_one_end(self) -> Self {
        Self(self.0.wrapping_add(ONE_VERSION))
    }

    /// Whether no write has ended between the two.
    pub(crate) fn is_version_of(self, other: Self) -> bool {
        self.0 >> PENDING_BITS == other.0 >> PENDING_BITS
    }
}

/// One version stamp.
///
/// Invariant: whenever a write ends, the version grows, so that two equal words
/// mean that no write ended between their loads. (Until the version has gone
/// round, after 2^40 writes to one cell within the life of a value.)
///
/// Invariant: 2^24 - 1 writes under way stay under way for ever, since nobody
/// could count further. The cell is then out of use and nothing is stored
/// under it: slow, not wrong.
#[derive(Debug)]
pub(crate) struct Cell(AtomicU64);

impl Cell {
    pub(crate) fn new() -> Self {
        Self(AtomicU64::new(0))
    }

    pub(crate) fn word(&self) -> Word {
        Word(self.0.load(Acquire))
    }

    /// A write begins.
    pub(crate) fn begin(&self) {
        self.update(|word| (word & PENDING < PENDING).then_some(word.wrapping_add(1)));
    }

    /// A write ends, whatever came of it.
    pub(crate) fn end(&self) {
        self.update(|word| match word & PENDING {
            0 | PENDING => None,
            _ => Some(word.wrapping_add(ONE_VERSION - 1)),
        });
    }

    /// Somebody else has written.
    pub(crate) fn touch(&self) {
        self.0.fetch_add(ONE_VERSION, AcqRel);
    }

    fn update(&self, f: impl FnMut(u64) -> Option<u64>) {
        // None means that the word stays as it is.
        let _ = self.0.fetch_update(AcqRel, Acquire, f);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn in_shuttle(test: impl Fn() + Send + Sync + 'static) {
        shuttle::check_random(test, 1);
    }

    #[test]
    fn every_end_makes_another_word() {
        in_shuttle(|| {
            let cell = Cell::new();
            let quiet = cell.word();
            cell.begin();
            let one = cell.word();
            cell.begin();
            cell.end();
            assert!(quiet.is_quiet() && !one.is_quiet());
            assert_ne!(cell.word(), one, "one is pending in both");
            cell.end();
            assert!(cell.word().is_quiet() && cell.word() != quiet);
        });
    }

    #[test]
    fn a_touch_moves_the_version_and_leaves_what_is_pending() {
        in_shuttle(|| {
            let cell = Cell::new();
            cell.begin();
            let before = cell.word();
            cell.touch();
            assert!(cell.word() != before && !cell.word().is_quiet());
        });
    }

    #[test]
    fn an_end_without_a_beginning_changes_nothing() {
        in_shuttle(|| {
            let cell = Cell::new();
            let before = cell.word();
            cell.end();
            assert_eq!(cell.word(), before);
        });
    }

    #[test]
    fn a_full_cell_stays_out_of_use() {
        in_shuttle(|| {
            let cell = Cell(AtomicU64::new(PENDING - 1));
            cell.begin();
            cell.begin();
            let full = cell.word();
            cell.end();
            assert_eq!(cell.word(), full);
            assert!(!full.is_quiet());
        });
    }

    #[test]
    fn a_version_goes_round_without_touching_what_is_pending() {
        in_shuttle(|| {
            let cell = Cell(AtomicU64::new(!PENDING));
            cell.touch();
            assert_eq!(cell.word(), Word(0));
            let cell = Cell(AtomicU64::new(!PENDING));
            cell.begin();
            cell.end();
            assert_eq!(cell.word(), Word(0));
        });
    }
}
