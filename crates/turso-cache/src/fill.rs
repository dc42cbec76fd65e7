//! How a value gets into the cache.

use std::hash::Hash;
use std::sync::Arc;

use crate::cache::Shared;
use crate::entry::{Entry, Loaded};
use crate::heat::Heat;
use crate::marks::Marks;
use crate::policy::JITTER;
use crate::{History, Reading, Refill};

/// What an entry takes besides its [`Entry`], its key once more, and what these point to: the
/// bookkeeping of moka, as measured.
const OVERHEAD: u64 = 300;

impl<K, V> Shared<K, V>
where
    K: Hash + Eq + Clone + Send + Sync + 'static,
    V: Clone + Send + Sync + 'static,
{
    /// Stores a value if no write was or is in the way.
    pub(crate) fn fill(
        &self,
        key: &K,
        value: Option<V>,
        reading: &Reading,
        previous: Option<Arc<Entry<K, V>>>,
    ) -> bool {
        let Some(marks) = self.marks(key, value.as_ref(), reading) else {
            self.counters.not_stored.one_more();
            return false;
        };
        let key_bytes = (self.key_weigher)(key);
        // One key is in the entry, the other one with moka.
        let bytes = self
            .weigh(key, value.as_ref(), &marks)
            .saturating_add(key_bytes.saturating_mul(2));
        if !self.store.fits(bytes, key_bytes) {
            self.counters.too_large.one_more();
            return false;
        }
        let now = self.now();
        let loaded = Loaded {
            value,
            bytes,
            took: now.saturating_sub(reading.began),
            filled: reading.began,
            marks,
        };
        let entry = self.entry(key, loaded, previous.as_deref());
        drop(previous);
        let removed = self.store.put(entry, |entry| self.dead(entry, now));
        self.tell(removed);
        true
    }

    fn entry(&self, key: &K, loaded: Loaded<V>, previous: Option<&Entry<K, V>>) -> Entry<K, V> {
        let history = previous.map_or(History::default(), |it| self.learn(it, &loaded));
        let heat = previous.map_or_else(|| Heat::new(loaded.filled), |it| it.heat.carried());
        let jitter = JITTER * self.dice.throw();
        Entry::new(key.clone(), loaded, history, heat, jitter)
    }

    /// What a refill tells about the changes that others make. After a write of
    /// our own it tells nothing.
    fn learn(&self, previous: &Entry<K, V>, loaded: &Loaded<V>) -> History {
        let same = match (&previous.value, &loaded.value) {
            (Some(old), Some(new)) => (self.same)(old, new),
            _ => return previous.history,
        };
        if previous.marks != loaded.marks {
            return previous.history;
        }
        let refill = if same { Refill::Same } else { Refill::Changed };
        let age = previous.age(loaded.filled);
        previous
            .history
            .after(refill, age, previous.heat.accesses())
    }

    /// All but what the key has on the heap.
    fn weigh(&self, key: &K, value: Option<&V>, marks: &Marks) -> u64 {
        let own = size_of::<Entry<K, V>>() + size_of::<K>() + marks.size();
        let own = u64::try_from(own).unwrap_or(u64::MAX);
        let heap = value.map_or(0, |value| (self.weigher)(key, value));
        own.saturating_add(OVERHEAD).saturating_add(heap)
    }

    /// What a value that was read now depends on, with the stamps as they were
    /// before; `None` when a write was under way then or has ended since.
    ///
    /// Of what only the value tells, the stamps are taken after the read. They
    /// say what they said before it if no write to their table has ended
    /// meanwhile: one that ends moves the stamp of the table first.
    fn marks(&self, key: &K, value: Option<&V>, reading: &Reading) -> Option<Marks> {
        let marks = &reading.marks;
        if !marks.are_quiet() || !self.stamps.are_current(marks) {
            return None;
        }
        let more = match (&self.late, value) {
            (Some(late), Some(value)) => (late.scopes)(key, value),
            _ => Vec::new(),
        };
        let Some(before) = reading.late.filter(|_| !more.is_empty()) else {
            return Some(marks.clone());
        };
        let more = self.stamps.take(&more);
        let still = more.are_quiet() && self.stamps.none_ended_since(before);
        still.then(|| marks.and(&more))
    }
}
