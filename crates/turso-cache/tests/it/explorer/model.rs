use super::reader::Reader;
use super::search::Machine;
use super::writer::Writer;

/// Steps of the protocol that can be left out or done wrong, to see whether
/// they are needed and whether the explorer would notice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Fault {
    None,
    /// The writer does not announce its write; it only moves the version after.
    NotAnnounced,
    /// The write is over for the stamps before it is over in the database: a
    /// late outcome after its mark was given up.
    EndedEarly,
    /// The end of a write leaves the version alone.
    VersionKept,
    /// The reader takes the stamps after it has read.
    StampsTakenLate,
    /// The reader forgets one of two stamps.
    OneStampOnly,
    /// A hit does not look at the stamps.
    HitUnchecked,
    /// A value is stored although a write was under way.
    StoredWhilePending,
    /// A value is stored without a look at the stamps, with the stamps taken.
    FillUnchecked,
    /// A reader joins whatever flight there is.
    JoinsAny,
    /// A reader joins a flight that began under the same pending write.
    JoinsPending,
    /// A writer takes the stamps of what it leaves in the cache when it has ended.
    KeptLate,
}

/// Who takes part.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cast {
    /// Each writes once.
    pub(super) writers: usize,
    pub(super) keeps: bool,
    /// How many reads each reader does.
    pub(super) reads: &'static [u8],
    /// So many loads fail or are cancelled.
    pub(super) mishaps: u8,
}

pub(super) const CELLS: usize = 2;

/// A stamp: writes under way, writes ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub(super) struct Word {
    pub(super) pending: u8,
    pub(super) version: u8,
}

pub(super) type Marks = [Word; CELLS];

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Entry {
    pub(super) value: u8,
    pub(super) marks: Marks,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub(super) struct Flight {
    pub(super) marks: Marks,
    pub(super) landing: Option<Landing>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Landing {
    Loaded(u8),
    Failed,
    Abandoned,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Step {
    /// A writer goes on; `true` commits where that is the question.
    Write(usize, bool),
    Read(usize),
    /// The load of this reader fails, or its caller loses interest.
    Fail(usize),
    Cancel(usize),
}

/// One key, its row in the database, and all who want something of it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Model {
    pub(super) fault: Fault,
    /// The committed version of the row.
    pub(super) row: u8,
    pub(super) cells: Marks,
    pub(super) entry: Option<Entry>,
    pub(super) flights: Vec<Flight>,
    /// The flight that newcomers see.
    pub(super) airborne: Option<usize>,
    /// Each writes once, the first under the last stamp.
    pub(super) writers: Vec<Writer>,
    /// Whether they leave in the cache what they wrote.
    pub(super) keeps: bool,
    pub(super) readers: Vec<Seat>,
    /// Failures and cancellations still allowed.
    mishaps: u8,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Seat {
    pub(super) at: Reader,
    /// Has seen a flight land.
    pub(super) waited: bool,
    /// Reads still to be done.
    pub(super) left: u8,
    /// The versions that were committed at some instant since it came, a bit
    /// each. What it may answer.
    pub(super) true_since: u8,
}

impl Model {
    pub(super) fn new(fault: Fault, cast: Cast) -> Self {
        let Cast {
            writers,
            keeps,
            reads,
            mishaps,
        } = cast;
        let seat = |left: &u8| Seat {
            at: Reader::Idle,
            waited: false,
            left: *left,
            true_since: 0,
        };
        Self {
            fault,
            row: 0,
            cells: Marks::default(),
            entry: None,
            flights: Vec::new(),
            airborne: None,
            writers: vec![Writer::Idle; writers],
            keeps,
            readers: reads.iter().map(seat).collect(),
            mishaps,
        }
    }

    /// The load of this reader ends without a value.
    fn mishap(&mut self, number: usize, landing: Landing) {
        if let Reader::Loading(flight) = self.readers[number].at {
            self.mishaps -= 1;
            self.readers[number].at = Reader::Leaving(flight, landing);
        }
    }

    fn can_go_on(&self, seat: &Seat) -> bool {
        match seat.at {
            Reader::Idle => seat.left > 0,
            Reader::Following(flight) | Reader::Outwaiting(flight) => {
                self.flights[flight].landing.is_some()
            }
            _ => true,
        }
    }

    fn reader_steps(&self, number: usize) -> Vec<Step> {
        let seat = &self.readers[number];
        if !self.can_go_on(seat) {
            return vec![];
        }
        let mut steps = vec![Step::Read(number)];
        if self.mishaps > 0 && matches!(seat.at, Reader::Loading(_)) {
            steps.extend([Step::Fail(number), Step::Cancel(number)]);
        }
        steps
    }
}

impl Machine for Model {
    type Step = Step;

    fn steps(&self) -> Vec<Step> {
        let writes = (0..self.writers.len()).flat_map(|writer| self.writer_steps(writer));
        let reads = (0..self.readers.len()).flat_map(|reader| self.reader_steps(reader));
        writes.chain(reads).collect()
    }

    fn after(&self, step: Step) -> Result<Self, String> {
        let mut next = self.clone();
        match step {
            Step::Write(writer, commit) => next.write(writer, commit),
            Step::Read(reader) => next.read(reader)?,
            Step::Fail(reader) => next.mishap(reader, Landing::Failed),
            Step::Cancel(reader) => next.mishap(reader, Landing::Abandoned),
        }
        Ok(next)
    }

    fn at_rest(&self) -> Result<(), String> {
        let home = self.readers.iter().all(|seat| seat.left == 0);
        if home {
            Ok(())
        } else {
            Err("somebody waits for ever".to_owned())
        }
    }
}
