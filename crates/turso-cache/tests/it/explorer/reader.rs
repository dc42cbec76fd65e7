use super::model::{CELLS, Entry, Fault, Flight, Landing, Marks, Model};

/// Where a reader is, and what it has in its hands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Reader {
    /// Its first step is to look what there is.
    Idle,
    /// Compares the stamps of what it found, one by one.
    Checking(Entry, usize),
    /// Takes the stamps, one by one.
    Taking(Marks, usize),
    Boarding(Marks),
    /// Leads a flight; looks again, since another one may have landed.
    Peeking(usize),
    PeekChecking(usize, Entry, usize),
    Loading(usize),
    /// With [`Fault::StampsTakenLate`].
    TakingLate(usize, u8),
    /// Compares the stamps of the flight before it stores.
    Filling(usize, u8, usize),
    Storing(usize, u8),
    Leaving(usize, Landing),
    Landing(usize, Landing),
    Following(usize),
    Outwaiting(usize),
}

/// What a comparison of one stamp of several shows.
enum Check {
    Moved,
    Same,
    /// Same, and no other is left.
    Last,
}

impl Model {
    pub(super) fn read(&mut self, number: usize) -> Result<(), String> {
        let seat = self.readers[number].clone();
        let next = match seat.at {
            Reader::Idle => {
                self.readers[number].true_since = 1 << self.row;
                self.look(Reader::Taking(Marks::default(), 0), Reader::Checking)
            }
            Reader::Checking(entry, cell) => match self.check(entry.marks, cell) {
                Check::Last => return self.answer(number, entry.value),
                Check::Same => Reader::Checking(entry, cell + 1),
                Check::Moved => Reader::Taking(Marks::default(), 0),
            },
            Reader::Taking(marks, cell) => self.take(marks, cell),
            Reader::Boarding(marks) => self.board(marks, seat.waited),
            Reader::Peeking(flight) => self.look(Reader::Loading(flight), |entry, cell| {
                Reader::PeekChecking(flight, entry, cell)
            }),
            Reader::PeekChecking(flight, entry, cell) => match self.check(entry.marks, cell) {
                Check::Last => Reader::Leaving(flight, Landing::Loaded(entry.value)),
                Check::Same => Reader::PeekChecking(flight, entry, cell + 1),
                Check::Moved => Reader::Loading(flight),
            },
            Reader::Loading(flight) => self.loaded(flight),
            Reader::TakingLate(flight, value) => {
                self.flights[flight].marks = self.cells;
                Reader::Filling(flight, value, 0)
            }
            Reader::Filling(flight, value, cell) => self.fill(flight, value, cell),
            Reader::Storing(flight, value) => {
                let marks = self.flights[flight].marks;
                self.entry = Some(Entry { value, marks });
                Reader::Leaving(flight, Landing::Loaded(value))
            }
            Reader::Leaving(flight, landing) => {
                self.airborne = self.airborne.filter(|it| *it != flight);
                Reader::Landing(flight, landing)
            }
            Reader::Landing(flight, landing) => {
                self.flights[flight].landing = Some(landing);
                return self.end(number, landing);
            }
            Reader::Following(flight) | Reader::Outwaiting(flight) => {
                return self.landed(number, flight);
            }
        };
        self.readers[number].at = next;
        Ok(())
    }

    fn look(&self, miss: Reader, found: impl FnOnce(Entry, usize) -> Reader) -> Reader {
        self.entry.map_or(miss, |entry| found(entry, 0))
    }

    fn check(&self, marks: Marks, cell: usize) -> Check {
        let ignored = match self.fault {
            Fault::HitUnchecked => true,
            Fault::OneStampOnly => cell > 0,
            _ => false,
        };
        match ignored || self.cells[cell] == marks[cell] {
            false => Check::Moved,
            true if cell + 1 == CELLS => Check::Last,
            true => Check::Same,
        }
    }

    fn take(&self, mut marks: Marks, cell: usize) -> Reader {
        marks[cell] = self.cells[cell];
        if cell + 1 == CELLS {
            Reader::Boarding(marks)
        } else {
            Reader::Taking(marks, cell + 1)
        }
    }

    fn board(&mut self, marks: Marks, waited: bool) -> Reader {
        if let Some(flight) = self.airborne {
            let same = self.flights[flight].marks == marks;
            let quiet = marks.iter().all(|word| word.pending == 0);
            let quiet = quiet || self.fault == Fault::JoinsPending;
            if waited || (same && quiet) || self.fault == Fault::JoinsAny {
                return Reader::Following(flight);
            }
            if same {
                return Reader::Outwaiting(flight);
            }
        }
        let flight = self.place();
        let landing = None;
        self.flights[flight] = Flight { marks, landing };
        self.airborne = Some(flight);
        Reader::Peeking(flight)
    }

    /// A place for a flight that nobody has anything to do with any more, so
    /// that states differ only in what matters.
    fn place(&mut self) -> usize {
        let used: Vec<_> = self
            .readers
            .iter()
            .filter_map(|seat| seat.at.flight())
            .collect();
        let free = (0..self.flights.len()).find(|place| !used.contains(place));
        free.unwrap_or_else(|| {
            self.flights.push(Flight::default());
            self.flights.len() - 1
        })
    }

    fn loaded(&mut self, flight: usize) -> Reader {
        if self.fault == Fault::StampsTakenLate {
            Reader::TakingLate(flight, self.row)
        } else {
            Reader::Filling(flight, self.row, 0)
        }
    }

    fn fill(&mut self, flight: usize, value: u8, cell: usize) -> Reader {
        let (now, then) = (self.cells[cell], self.flights[flight].marks[cell]);
        let skipped = self.fault == Fault::OneStampOnly && cell > 0;
        let quiet = then.pending == 0 || self.fault == Fault::StoredWhilePending;
        let same = now == then || self.fault == Fault::FillUnchecked;
        match skipped || (quiet && same) {
            false => Reader::Leaving(flight, Landing::Loaded(value)),
            true if cell + 1 == CELLS => Reader::Storing(flight, value),
            true => Reader::Filling(flight, value, cell + 1),
        }
    }

    fn landed(&mut self, number: usize, flight: usize) -> Result<(), String> {
        let outwaited = matches!(self.readers[number].at, Reader::Outwaiting(_));
        let landing = self.flights[flight].landing.unwrap_or(Landing::Abandoned);
        if outwaited || landing == Landing::Abandoned {
            self.readers[number].waited = true;
            self.readers[number].at = Reader::Taking(Marks::default(), 0);
            return Ok(());
        }
        self.end(number, landing)
    }

    fn end(&mut self, number: usize, landing: Landing) -> Result<(), String> {
        match landing {
            Landing::Loaded(value) => self.answer(number, value),
            Landing::Failed | Landing::Abandoned => {
                self.go_home(number);
                Ok(())
            }
        }
    }

    fn answer(&mut self, number: usize, value: u8) -> Result<(), String> {
        if self.readers[number].true_since & (1 << value) == 0 {
            return Err(format!(
                "reader {number} got {value}, the row is {}",
                self.row
            ));
        }
        self.go_home(number);
        Ok(())
    }

    fn go_home(&mut self, number: usize) {
        let seat = &mut self.readers[number];
        seat.left -= 1;
        (seat.at, seat.waited, seat.true_since) = (Reader::Idle, false, 0);
        self.clean();
    }

    fn clean(&mut self) {
        let used: Vec<_> = self
            .readers
            .iter()
            .filter_map(|seat| seat.at.flight())
            .collect();
        for (place, flight) in self.flights.iter_mut().enumerate() {
            if !used.contains(&place) {
                *flight = Flight::default();
            }
        }
    }
}

impl Reader {
    /// The flight it has to do with.
    pub(super) fn flight(self) -> Option<usize> {
        match self {
            Self::Idle | Self::Checking(..) | Self::Taking(..) | Self::Boarding(_) => None,
            Self::Peeking(flight)
            | Self::PeekChecking(flight, ..)
            | Self::Loading(flight)
            | Self::TakingLate(flight, _)
            | Self::Filling(flight, ..)
            | Self::Storing(flight, _)
            | Self::Leaving(flight, _)
            | Self::Landing(flight, _)
            | Self::Following(flight)
            | Self::Outwaiting(flight) => Some(flight),
        }
    }
}
