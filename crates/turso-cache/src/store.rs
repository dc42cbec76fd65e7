use std::fmt;
use std::hash::Hash;
use std::sync::Arc;

use moka::notification::RemovalCause;
use moka::policy::EvictionPolicy;

use crate::entry::Entry;
use crate::limits::Limits;
use crate::sync::{Mutex, lock};
use crate::vault::{Handle, Held, Removed, Vault};
use crate::{CacheConfig, Eviction, Removal};

/// How many places are looked at for dead entries each time one is placed.
const SWEEP_STEP: usize = 8;
/// moka removes some hundred entries in one go; this many goes are enough for
/// any number of entries that can be in the way of one.
const GOES_MAX: usize = 100_000;

/// Entries by key, within the limits at every moment. It knows nothing of time
/// and stamps.
pub(crate) struct Store<K, V> {
    shelf: moka::sync::Cache<K, Handle<K, V>>,
    vault: Arc<Vault<K, V>>,
    limits: Limits,
    /// One change at a time, so that at most one entry is too many. Readers do
    /// not take it.
    changes: Mutex<()>,
}

impl<K, V> Store<K, V>
where
    K: Hash + Eq + Clone + Send + Sync + 'static,
    V: Send + Sync + 'static,
{
    pub(crate) fn new(config: &CacheConfig) -> Self {
        let limits = Limits::new(config);
        let vault = Arc::new(Vault::new());
        let owner = Arc::clone(&vault);
        let shelf = moka::sync::Cache::builder()
            .max_capacity(limits.capacity)
            .weigher(|_: &K, handle: &Handle<K, V>| handle.weight)
            .eviction_policy(policy(config.eviction))
            .eviction_listener(move |_, handle, cause| owner.release(&handle, removal(cause)))
            .build();
        Self {
            shelf,
            vault,
            limits,
            changes: Mutex::new(()),
        }
    }

    pub(crate) fn get(&self, key: &K) -> Option<Arc<Entry<K, V>>> {
        self.shelf.get(key)?.entry.upgrade()
    }

    pub(crate) fn fits(&self, bytes: u64, key: u64) -> bool {
        self.limits.fits(bytes, key)
    }

    /// Places an entry that fits, in the place of what was there, and sweeps a
    /// little. Returns what had to go.
    pub(crate) fn put(
        &self,
        entry: Entry<K, V>,
        dead: impl Fn(&Entry<K, V>) -> Option<Removal>,
    ) -> Vec<Removed<K, V>> {
        let change = lock(&self.changes);
        let key = entry.key.clone();
        let weight = self.limits.weight(entry.bytes);
        self.shelf.insert(key, self.vault.keep(entry, weight));
        self.sweep_some(self.vault.next(SWEEP_STEP), dead);
        self.tidy();
        drop(change);
        self.vault.take_removed()
    }

    pub(crate) fn remove(&self, key: &K, reason: Removal) -> Vec<Removed<K, V>> {
        let change = lock(&self.changes);
        self.vault.give_reason(reason);
        self.shelf.invalidate(key);
        self.tidy();
        drop(change);
        self.vault.take_removed()
    }

    /// Removes every entry that is dead.
    pub(crate) fn sweep(
        &self,
        dead: impl Fn(&Entry<K, V>) -> Option<Removal>,
    ) -> Vec<Removed<K, V>> {
        let change = lock(&self.changes);
        self.sweep_some(self.vault.all(), dead);
        self.tidy();
        drop(change);
        self.vault.take_removed()
    }

    pub(crate) fn entries(&self) -> Vec<Arc<Entry<K, V>>> {
        self.vault.all()
    }

    pub(crate) fn held(&self) -> Held {
        self.vault.held()
    }

    /// Whoever changes the store has the lock, so that each of these is what
    /// the shelf has under its key.
    fn sweep_some(
        &self,
        entries: Vec<Arc<Entry<K, V>>>,
        dead: impl Fn(&Entry<K, V>) -> Option<Removal>,
    ) {
        for entry in entries {
            if let Some(reason) = dead(&entry) {
                self.vault.give_reason(reason);
                self.shelf.invalidate(&entry.key);
            }
        }
    }

    /// Lets moka do what it has put off, until the limits hold.
    fn tidy(&self) {
        for _ in 0..GOES_MAX {
            self.shelf.run_pending_tasks();
            if self.shelf.weighted_size() <= self.limits.capacity {
                return;
            }
        }
    }
}

impl<K, V> fmt::Debug for Store<K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Store")
            .field("held", &self.vault.held())
            .field("limits", &self.limits)
            .finish_non_exhaustive()
    }
}

fn policy(eviction: Eviction) -> EvictionPolicy {
    match eviction {
        Eviction::TinyLfu => EvictionPolicy::tiny_lfu(),
        Eviction::Lru => EvictionPolicy::lru(),
    }
}

fn removal(cause: RemovalCause) -> Option<Removal> {
    match cause {
        RemovalCause::Explicit => None,
        RemovalCause::Replaced => Some(Removal::Replaced),
        RemovalCause::Size | RemovalCause::Expired => Some(Removal::Evicted),
    }
}
