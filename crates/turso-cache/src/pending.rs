use crate::Stamps;

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
    /// effect. To be called before anybody is told.
    pub fn settle(mut self) {
        self.stamps.end(&std::mem::take(&mut self.cells));
    }
}

impl Drop for Pending {
    fn drop(&mut self) {
        if !self.cells.is_empty() {
            self.stamps.doubt(&self.cells);
        }
    }
}
