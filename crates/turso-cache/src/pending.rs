use crate::Stamps;
use crate::marks::Mark;

/// A write that was announced and whose outcome is not known.
///
/// It belongs to whatever runs the write to its end, not to a caller who may
/// lose interest. Dropped without [`settle`](Self::settle), by a panic or a
/// cancelled task, it leaves what it announced in quarantine: nothing that the
/// write may have changed is served from a cache until the write can no longer
/// take effect ([`StampsConfig::quarantine`](crate::StampsConfig::quarantine)).
/// Forgotten with `mem::forget`, it holds for ever.
#[must_use = "dropped, it counts as a write of unknown outcome"]
#[derive(Debug)]
pub struct Pending {
    stamps: Stamps,
    cells: Vec<u32>,
}

impl Pending {
    pub(crate) fn new(stamps: Stamps, cells: Vec<u32>) -> Self {
        Self { stamps, cells }
    }

    /// The write has ended: it committed, or it failed and will never take
    /// effect. To be called before anybody is told. What it returns is for those who
    /// [store what they wrote](crate::Reading::after).
    pub fn settle(mut self) -> Settled {
        let cells = std::mem::take(&mut self.cells);
        self.stamps.end(&cells);
        Settled { cells }
    }
}

/// A write whose outcome is known.
#[derive(Debug)]
pub struct Settled {
    /// The stamps that it has moved by one, in ascending order.
    cells: Vec<u32>,
}

impl Settled {
    /// What a stamp says after this write, if no other one came between.
    pub(crate) fn moved(&self, mark: Mark) -> Mark {
        let word = match self.cells.binary_search(&mark.cell) {
            Ok(_) => mark.word.after_one_end(),
            Err(_) => mark.word,
        };
        Mark { word, ..mark }
    }
}

impl Drop for Pending {
    fn drop(&mut self) {
        if !self.cells.is_empty() {
            self.stamps.doubt(&self.cells);
        }
    }
}
