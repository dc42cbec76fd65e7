use super::model::{CELLS, Entry, Fault, Marks, Model, Step, Word};

/// Where a writer is, in the order in which it goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Writer {
    Idle,
    /// Takes the stamps of what it will leave in the cache, one by one.
    Taking(Marks, usize),
    Announced(Marks),
    /// What it committed, if it did.
    Over(Marks, Option<u8>),
    /// With [`Fault::KeptLate`].
    TakingLate(u8, Marks, usize),
    /// Compares the stamps before it leaves the value in the cache.
    Keeping(Entry, usize),
    Storing(Entry),
    Ended,
}

impl Model {
    pub(super) fn write(&mut self, writer: usize, commit: bool) {
        let announces = self.fault != Fault::NotAnnounced;
        let early = self.fault == Fault::EndedEarly;
        self.writers[writer] = match self.writers[writer] {
            Writer::Idle if self.keeps && self.fault != Fault::KeptLate => {
                self.taking(Marks::default(), 0)
            }
            Writer::Taking(marks, cell) if cell < CELLS => self.taking(marks, cell),
            Writer::Idle => self.announce(writer, Marks::default()),
            Writer::Taking(marks, _) => self.announce(writer, marks),
            Writer::Announced(marks) if early => {
                self.cell(writer).end(true, true);
                Writer::Over(marks, None)
            }
            Writer::Over(marks, value) if !early => {
                let moves = self.fault != Fault::VersionKept;
                self.cell(writer).end(announces, moves);
                self.keep(writer, marks, value)
            }
            Writer::Announced(marks) => Writer::Over(marks, self.commit(commit)),
            Writer::Over(..) => {
                self.commit(commit);
                Writer::Ended
            }
            Writer::TakingLate(value, marks, CELLS) => Writer::Keeping(Entry { value, marks }, 0),
            Writer::TakingLate(value, mut marks, cell) => {
                marks[cell] = self.cells[cell];
                Writer::TakingLate(value, marks, cell + 1)
            }
            Writer::Keeping(entry, cell) => self.keeping(entry, cell),
            Writer::Storing(entry) => {
                self.entry = Some(entry);
                Writer::Ended
            }
            Writer::Ended => Writer::Ended,
        };
    }

    /// The stamp under which it writes; the first one under the last.
    fn cell(&mut self, writer: usize) -> &mut Word {
        &mut self.cells[(writer + 1) % CELLS]
    }

    fn taking(&self, mut marks: Marks, cell: usize) -> Writer {
        marks[cell] = self.cells[cell];
        Writer::Taking(marks, cell + 1)
    }

    fn announce(&mut self, writer: usize, marks: Marks) -> Writer {
        let announces = self.fault != Fault::NotAnnounced;
        self.cell(writer).pending += u8::from(announces);
        Writer::Announced(marks)
    }

    /// What the row is now, if it changed.
    fn commit(&mut self, commit: bool) -> Option<u8> {
        if !commit {
            return None;
        }
        self.row += 1;
        for reader in &mut self.readers {
            reader.true_since |= 1 << self.row;
        }
        Some(self.row)
    }

    /// What it wrote is to be found under the stamps of before, its own moved by one.
    fn keep(&self, writer: usize, mut marks: Marks, value: Option<u8>) -> Writer {
        let Some(value) = value.filter(|_| self.keeps) else {
            return Writer::Ended;
        };
        if self.fault == Fault::KeptLate {
            return Writer::TakingLate(value, marks, 0);
        }
        marks[(writer + 1) % CELLS].version += 1;
        Writer::Keeping(Entry { value, marks }, 0)
    }

    fn keeping(&self, entry: Entry, cell: usize) -> Writer {
        let (now, then) = (self.cells[cell], entry.marks[cell]);
        let quiet = then.pending == 0 || self.fault == Fault::StoredWhilePending;
        let same = now == then || self.fault == Fault::FillUnchecked;
        match quiet && same {
            false => Writer::Ended,
            true if cell + 1 == CELLS => Writer::Storing(entry),
            true => Writer::Keeping(entry, cell + 1),
        }
    }

    pub(super) fn writer_steps(&self, writer: usize) -> Vec<Step> {
        let early = self.fault == Fault::EndedEarly;
        match self.writers[writer] {
            Writer::Ended => vec![],
            Writer::Announced(_) if !early => Step::either(writer),
            Writer::Over(..) if early => Step::either(writer),
            _ => vec![Step::Write(writer, true)],
        }
    }
}

impl Step {
    /// It commits or it does not.
    fn either(writer: usize) -> Vec<Self> {
        vec![Self::Write(writer, true), Self::Write(writer, false)]
    }
}

impl Word {
    fn end(&mut self, announced: bool, moves: bool) {
        self.pending -= u8::from(announced);
        self.version += u8::from(moves);
    }
}
