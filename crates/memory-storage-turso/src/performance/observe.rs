use super::PerformanceSnapshot;
use crate::cached::CachedStorage;
use crate::metered::MeteredStorage;
use crate::storage::TursoStorage;
use std::sync::Arc;

/// A layer of a storage that has figures.
pub trait Observe {
    /// Fills in the parts of this layer and of those inside it.
    fn observe(&self, into: &mut PerformanceSnapshot);

    /// All figures.
    fn performance(&self) -> PerformanceSnapshot {
        let mut snapshot = PerformanceSnapshot::default();
        self.observe(&mut snapshot);
        snapshot
    }
}

impl<S: Observe + ?Sized> Observe for Arc<S> {
    fn observe(&self, into: &mut PerformanceSnapshot) {
        (**self).observe(into);
    }
}

impl<S: Observe> Observe for MeteredStorage<S> {
    fn observe(&self, into: &mut PerformanceSnapshot) {
        self.get_ref().observe(into);
        into.storage = self.stats();
    }
}

impl<S: Observe> Observe for CachedStorage<S> {
    fn observe(&self, into: &mut PerformanceSnapshot) {
        self.get_ref().observe(into);
        if self.is_on() {
            into.cache = Some(self.figures());
            into.reads = self.reads();
        }
    }
}

impl Observe for TursoStorage {
    fn observe(&self, into: &mut PerformanceSnapshot) {
        into.database = self.connector().stats();
        into.connecting = self.connector().opening();
        into.statements = self.prepared_stats().into();
        into.pools = Some(self.pools());
        into.commits = Some(self.commit_stats());
        into.grouped_reads = self.read_stats();
        into.payloads = Some(self.packer().stats());
        into.traffic = self.traffic();
    }
}
