use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::cell::{Cell, Word};
use crate::clock::Timer;
use crate::marks::{Mark, Marks};
use crate::quarantine::Quarantine;
use crate::{Clock, Pending, Scope, SystemClock, Table};

/// Most stripes a table can have.
const STRIPES_MAX: u32 = 1 << 16;
/// Before the stripes of a table: a stamp for every write to it, and one for
/// writes to all of its rows.
const ANY: u32 = 0;
const WHOLE: u32 = 1;
const FIRST_STRIPE: u32 = 2;
/// Among more marks than this nobody looks for equal ones; keeping both is right too.
const DISTINCT_MAX: usize = 16;

/// How fine stamps are, and how long they doubt. Every combination is legal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct StampsConfig {
    /// Into how many stripes the rows of a table are divided, at least 1 and at
    /// most 65,536. Default 16,384: 128 KiB a table, and a write makes one row in
    /// sixteen thousand obsolete besides its own.
    pub stripes: u32,
    /// How long after the end of its [`Pending`] a write of unknown outcome may
    /// still take effect. Default 60 s. Longer than the server's own limits on
    /// a request or a transaction, or the promise of the stamps ends there.
    pub quarantine: Duration,
}

impl Default for StampsConfig {
    fn default() -> Self {
        Self {
            stripes: 16_384,
            quarantine: Duration::from_mins(1),
        }
    }
}

/// Version stamps of the tables of a database, and of their rows in stripes.
///
/// A writer calls [`write`](Self::write) before it writes and
/// [`settle`](Pending::settle) after it knows the outcome and before it tells
/// anybody. Every cache over the database is built with the same stamps. No
/// read through such a cache then returns anything older than the database
/// itself would have, as far as this process is the writer.
///
/// Clones are the same stamps.
#[derive(Debug, Clone)]
pub struct Stamps {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    cells: Box<[Cell]>,
    /// Per table; a power of two.
    stripes: u32,
    quarantine: Quarantine,
    timer: Timer,
    /// Whether the writes of others move them too.
    complete: AtomicBool,
}

impl Stamps {
    /// Stamps for `N` tables, and the names of the tables.
    pub fn new<const N: usize>(config: StampsConfig) -> (Self, [Table; N]) {
        Self::with_clock(config, Arc::new(SystemClock))
    }

    /// The same, with a clock of one's own for the quarantine.
    pub fn with_clock<const N: usize>(
        config: StampsConfig,
        clock: Arc<dyn Clock>,
    ) -> (Self, [Table; N]) {
        let stripes = config.stripes.clamp(1, STRIPES_MAX).next_power_of_two();
        let per_table = usize::try_from(stripes + FIRST_STRIPE).unwrap_or(usize::MAX);
        let cells = (0..N.saturating_mul(per_table)).map(|_| Cell::new());
        let shared = Shared {
            cells: cells.collect(),
            stripes,
            quarantine: Quarantine::new(config.quarantine),
            timer: Timer::new(clock),
            complete: AtomicBool::new(false),
        };
        let tables = std::array::from_fn(|index| Table {
            index: u32::try_from(index).unwrap_or(u32::MAX),
        });
        let shared = Arc::new(shared);
        (Self { shared }, tables)
    }

    /// Announces a write. From here to the end of what is returned, no value
    /// that depends on any of this is stored or served.
    pub fn write(&self, changes: &[Scope]) -> Pending {
        let cells = self.written(changes);
        self.each(&cells, Cell::begin);
        Pending::new(self.clone(), cells)
    }

    /// Others have written: what depends on this is obsolete from now on.
    pub fn touch(&self, changes: &[Scope]) {
        self.each(&self.written(changes), Cell::touch);
    }

    /// Says whether the writes of others are told to the stamps as well, by
    /// [`touch`](Self::touch). At first they are not. As long as they are, what the stamps do not
    /// contradict is up to date however old it is: a value then has no end, and stays until a
    /// write makes it obsolete or its room is needed. Before you say so, touch whatever others may
    /// have written untold.
    pub fn set_complete(&self, complete: bool) {
        self.shared.complete.store(complete, Relaxed);
    }

    /// Whether the writes of others are told to the stamps as well.
    pub fn is_complete(&self) -> bool {
        self.shared.complete.load(Relaxed)
    }

    /// How many stamps are held by writes whose outcome nobody knows.
    pub fn quarantined(&self) -> usize {
        self.release_due();
        self.shared.quarantine.len()
    }

    /// What the stamps say now.
    pub(crate) fn take(&self, reads: &[Scope]) -> Marks {
        let marks = self.read(reads);
        if marks.are_quiet() || !self.release_due() {
            return marks;
        }
        self.read(reads)
    }

    /// True when nothing has begun or ended since these were taken.
    pub(crate) fn are_current(&self, marks: &Marks) -> bool {
        marks.iter().all(|mark| self.is_current(*mark))
    }

    pub(crate) fn is_current(&self, mark: Mark) -> bool {
        self.word(mark.cell) == mark.word
    }

    /// The stamp that every write to this table moves, as it is now.
    pub(crate) fn take_any(&self, table: Table) -> Mark {
        let cell = self.first(table) + ANY;
        Mark {
            cell,
            word: self.word(cell),
        }
    }

    /// True when no write under this stamp has ended since it was taken.
    pub(crate) fn none_ended_since(&self, mark: Mark) -> bool {
        self.word(mark.cell).is_version_of(mark.word)
    }

    /// The outcome of a write to these cells is known.
    pub(crate) fn end(&self, cells: &[u32]) {
        self.each(cells, Cell::end);
    }

    /// The outcome of a write to these cells will never be known.
    pub(crate) fn doubt(&self, cells: &[u32]) {
        let now = self.shared.timer.now();
        self.shared.quarantine.add(cells, now);
    }

    fn release_due(&self) -> bool {
        let due = self.shared.quarantine.due(self.shared.timer.now());
        for &(cell, writes) in &due {
            (0..writes).for_each(|_| self.each(&[cell], Cell::end));
        }
        !due.is_empty()
    }

    fn read(&self, reads: &[Scope]) -> Marks {
        let cells = reads.iter().flat_map(|scope| self.cells_read(*scope));
        let mut marks: Vec<Mark> = Vec::with_capacity(2 * reads.len());
        for cell in cells {
            if marks.iter().all(|mark| mark.cell != cell) || marks.len() > DISTINCT_MAX {
                let word = self.word(cell);
                marks.push(Mark { cell, word });
            }
        }
        marks.into_iter().collect()
    }

    fn word(&self, cell: u32) -> Word {
        self.cell(cell).map_or(Word::NOWHERE, Cell::word)
    }

    fn each(&self, cells: &[u32], f: impl Fn(&Cell)) {
        cells.iter().filter_map(|cell| self.cell(*cell)).for_each(f);
    }

    fn cell(&self, cell: u32) -> Option<&Cell> {
        self.shared.cells.get(usize::try_from(cell).ok()?)
    }

    fn written(&self, changes: &[Scope]) -> Vec<u32> {
        let cells = changes.iter().flat_map(|scope| self.cells_written(*scope));
        let mut cells: Vec<_> = cells.collect();
        cells.sort_unstable();
        cells.dedup();
        cells
    }

    fn cells_read(&self, scope: Scope) -> impl Iterator<Item = u32> + use<> {
        let first = self.first(scope.table);
        let both = [Some(first + WHOLE), self.stripe(scope)];
        let any = [Some(first + ANY), None];
        let cells = if scope.row.is_some() { both } else { any };
        cells.into_iter().flatten()
    }

    fn cells_written(&self, scope: Scope) -> [u32; 2] {
        let first = self.first(scope.table);
        [first + ANY, self.stripe(scope).unwrap_or(first + WHOLE)]
    }

    fn first(&self, table: Table) -> u32 {
        // A table of other stamps has no cells here.
        table
            .index
            .saturating_mul(self.shared.stripes + FIRST_STRIPE)
            .min(u32::MAX - STRIPES_MAX - FIRST_STRIPE)
    }

    fn stripe(&self, scope: Scope) -> Option<u32> {
        let mask = u64::from(self.shared.stripes - 1);
        let stripe = u32::try_from(scope.row? & mask).unwrap_or(0);
        Some(self.first(scope.table) + FIRST_STRIPE + stripe)
    }
}
