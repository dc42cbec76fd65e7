use std::fmt;
use std::hash::Hash;
use std::sync::Arc;
use std::time::Duration;

use crate::builder::{KeyWeigher, Late, Listener, Same, Weigher};
use crate::clock::Timer;
use crate::counters::Counters;
use crate::dice::Dice;
use crate::entry::{Claim, Entry};
use crate::flights::Flights;
use crate::freshness::{Age, Freshness};
use crate::policy::shortened;
use crate::store::Store;
use crate::vault::Removed;
use crate::{
    Builder, CacheConfig, Clock, Lives, Reading, Refresh, Removal, Result, Scope, Stamps, Stats,
    TtlPolicy, Usage,
};

/// How many of the longest lives an expired entry stays, if nothing else needs
/// the room: whoever comes back after that long is a stranger.
const LINGER: u32 = 4;

/// Values by key, as long as they are fresh and no write has made them obsolete.
///
/// A value is `Some`, or `None` where it is known that there is none. A clone
/// of the cache is the same cache; a hit clones the value, so `V` is best an
/// `Arc`.
pub struct Cache<K, V> {
    pub(crate) shared: Arc<Shared<K, V>>,
}

pub(crate) struct Shared<K, V> {
    pub(crate) store: Store<K, V>,
    pub(crate) flights: Flights<K, V>,
    pub(crate) stamps: Stamps,
    pub(crate) counters: Counters,
    policy: TtlPolicy,
    refresh: Refresh,
    min_ttl: Duration,
    /// How long after its end an entry stays, for a refill to learn from.
    linger: Duration,
    negative_ttl: Duration,
    timer: Timer,
    pub(crate) dice: Dice,
    pub(crate) weigher: Weigher<K, V>,
    pub(crate) key_weigher: KeyWeigher<K>,
    listener: Option<Listener<K, V>>,
    pub(crate) late: Option<Late<K, V>>,
    pub(crate) same: Same<V>,
}

/// What a cache is made from.
pub(crate) struct Parts<K, V> {
    pub(crate) config: CacheConfig,
    pub(crate) stamps: Stamps,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) weigher: Weigher<K, V>,
    pub(crate) key_weigher: KeyWeigher<K>,
    pub(crate) listener: Option<Listener<K, V>>,
    pub(crate) late: Option<Late<K, V>>,
    pub(crate) same: Same<V>,
    pub(crate) seed: u64,
    pub(crate) name: Option<&'static str>,
}

/// What the cache knows of a key. See [`Cache::get`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lookup<V> {
    /// This is its value.
    Value(V),
    /// It has none.
    Absent,
    /// Nothing that may be served.
    Unknown,
}

/// A lookup from within.
pub(crate) enum Look<K, V> {
    Hit(Option<V>),
    /// May be served; whoever has the claim should renew it.
    Due(Option<V>, Claim<K, V>),
    Miss,
}

impl<K, V> Cache<K, V>
where
    K: Hash + Eq + Clone + Send + Sync + 'static,
    V: Clone + Send + Sync + 'static,
{
    /// Begins a cache with this configuration.
    pub fn builder(config: CacheConfig) -> Builder<K, V> {
        Builder::new(config)
    }

    pub(crate) fn from_parts(parts: Parts<K, V>) -> Result<Self> {
        let config = parts.config;
        let shared = Shared {
            store: Store::new(&config),
            flights: Flights::new(config.load_patience),
            stamps: parts.stamps,
            counters: Counters::new(parts.name),
            policy: TtlPolicy::new(&config)?,
            refresh: config.refresh,
            min_ttl: config.min_ttl,
            linger: config.max_ttl.saturating_mul(LINGER),
            negative_ttl: config.negative_ttl,
            timer: Timer::new(parts.clock),
            dice: Dice::new(parts.seed),
            weigher: parts.weigher,
            key_weigher: parts.key_weigher,
            listener: parts.listener,
            late: parts.late,
            same: parts.same,
        };
        Ok(Self {
            shared: Arc::new(shared),
        })
    }

    /// What the cache knows, without a load. Takes no lock.
    pub fn get(&self, key: &K) -> Lookup<V> {
        match self.shared.look(key) {
            Look::Hit(value) | Look::Due(value, _) => value.map_or(Lookup::Absent, Lookup::Value),
            Look::Miss => Lookup::Unknown,
        }
    }

    /// To be called before a value is read that [`offer`](Self::offer) shall
    /// store: what its value will depend on, as it is now.
    pub fn begin(&self, reads: &[Scope]) -> Reading {
        self.shared.begin(reads)
    }

    /// Stores a value that was read after `reading` began, unless a write was
    /// under way then or has begun since. True when it was stored. For a value that was not read
    /// but written, see [`Reading::after`].
    pub fn offer(&self, key: &K, value: Option<V>, reading: &Reading) -> bool {
        let previous = self.shared.store.get(key);
        self.shared.fill(key, value, reading, previous)
    }

    /// True when no write to what `reading` was taken of was under way then or
    /// has begun since: whatever was read meanwhile is of one moment.
    pub fn holds(&self, reading: &Reading) -> bool {
        let stamps = &self.shared.stamps;
        let late = reading.late.is_none_or(|mark| stamps.is_current(mark));
        reading.is_quiet() && late && stamps.are_current(&reading.marks)
    }

    /// Forgets a key. A load of it that is under way may still be stored: a
    /// write is made known by the [`Stamps`], not by this.
    pub fn invalidate(&self, key: &K) {
        let removed = self.shared.store.remove(key, Removal::Invalidated);
        self.shared.tell(removed);
    }

    /// Forgets everything that is stored now.
    pub fn clear(&self) {
        let removed = self.shared.store.sweep(|_| Some(Removal::Invalidated));
        self.shared.tell(removed);
    }

    /// Removes everything that will never be served again. Each fill sweeps a
    /// little; this is for caches that get no fills, and takes about a
    /// microsecond per entry.
    pub fn sweep(&self) {
        let now = self.shared.now();
        let removed = self
            .shared
            .store
            .sweep(|entry| self.shared.dead(entry, now));
        self.shared.tell(removed);
    }

    /// What the cache has done, and what it holds.
    pub fn stats(&self) -> Stats {
        Stats::new(&self.shared.counters, self.shared.store.held())
    }

    /// How long the values live, as they are used at present. Looks at every
    /// entry, which takes about a microsecond for each; not at those that say
    /// that there is no value. Empty while the stamps are
    /// [complete](Stamps::set_complete): then no value has an end.
    pub fn lives(&self) -> Lives {
        if self.shared.stamps.is_complete() {
            return Lives::default();
        }
        let now = self.shared.now();
        let entries = self.shared.store.entries();
        let values = entries.iter().filter(|entry| entry.value.is_some());
        Lives::new(values.map(|entry| self.shared.ttl(entry, entry.heat.usage(now))))
    }
}

impl<K, V> Shared<K, V>
where
    K: Hash + Eq + Clone + Send + Sync + 'static,
    V: Clone + Send + Sync + 'static,
{
    pub(crate) fn now(&self) -> Duration {
        self.timer.now()
    }

    pub(crate) fn begin(&self, reads: &[Scope]) -> Reading {
        Reading {
            began: self.now(),
            late: self
                .late
                .as_ref()
                .map(|late| self.stamps.take_any(late.table)),
            marks: self.stamps.take(reads),
        }
    }

    /// Looks, and counts what it saw.
    pub(crate) fn look(&self, key: &K) -> Look<K, V> {
        let Some(entry) = self.store.get(key) else {
            self.counters.unknown.one_more();
            return Look::Miss;
        };
        let now = self.timer.lately();
        let usage = entry.heat.touch(now);
        if !self.stamps.are_current(&entry.marks) {
            self.counters.obsolete.one_more();
            return Look::Miss;
        }
        let claim = match self.freshness(&entry, usage, now) {
            Freshness::Expired => {
                self.counters.expired.one_more();
                return Look::Miss;
            }
            Freshness::Due => Claim::of(&entry),
            Freshness::Fresh => None,
        };
        self.counters.hits.one_more();
        let value = entry.value.clone();
        match claim {
            Some(claim) => Look::Due(value, claim),
            None => Look::Hit(value),
        }
    }

    /// The entry of a key, and whether it may be served. Counts nothing.
    pub(crate) fn peek(&self, key: &K) -> Option<(Arc<Entry<K, V>>, bool)> {
        let entry = self.store.get(key)?;
        let now = self.now();
        let fresh = self.stamps.are_current(&entry.marks)
            && self.freshness(&entry, entry.heat.usage(now), now) != Freshness::Expired;
        Some((entry, fresh))
    }

    fn freshness(&self, entry: &Entry<K, V>, usage: Usage, now: Duration) -> Freshness {
        if self.stamps.is_complete() {
            return Freshness::Fresh;
        }
        let age = Age {
            passed: entry.age(now),
            ttl: self.shortest(entry),
            took: entry.took,
        };
        // Most hits are young, and need no logarithms.
        if self.refresh.is_far(age) {
            return Freshness::Fresh;
        }
        let ttl = self.ttl(entry, usage);
        self.refresh.judge(Age { ttl, ..age }, || self.dice.throw())
    }

    fn shortest(&self, entry: &Entry<K, V>) -> Duration {
        if entry.value.is_some() {
            self.min_ttl
        } else {
            Duration::ZERO
        }
    }

    fn ttl(&self, entry: &Entry<K, V>, usage: Usage) -> Duration {
        if entry.value.is_some() {
            self.policy.jittered(usage, entry.history, entry.jitter)
        } else {
            shortened(self.negative_ttl, entry.jitter)
        }
    }

    /// Why an entry will never be served again, if so.
    pub(crate) fn dead(&self, entry: &Entry<K, V>, now: Duration) -> Option<Removal> {
        if !self.stamps.are_current(&entry.marks) {
            return Some(Removal::Obsolete);
        }
        if self.stamps.is_complete() {
            return None;
        }
        let ttl = self.ttl(entry, entry.heat.usage(now));
        let end = ttl.saturating_add(self.refresh.stale_while_revalidate);
        let end = end.saturating_add(self.linger);
        (entry.age(now) >= end).then_some(Removal::Expired)
    }

    pub(crate) fn tell(&self, removed: Vec<Removed<K, V>>) {
        self.counters.holds(self.store.held());
        for (entry, cause) in removed {
            self.counters.removed(cause);
            if let Some(listener) = &self.listener {
                listener(&entry.key, entry.value.as_ref(), cause);
            }
        }
    }
}

impl<K, V> Clone for Cache<K, V> {
    fn clone(&self) -> Self {
        Self {
            shared: Arc::clone(&self.shared),
        }
    }
}

impl<K, V> fmt::Debug for Cache<K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Cache")
            .field("store", &self.shared.store)
            .field("policy", &self.shared.policy)
            .finish_non_exhaustive()
    }
}

impl<V> Lookup<V> {
    /// The value, if there is one.
    pub fn value(self) -> Option<V> {
        match self {
            Self::Value(value) => Some(value),
            Self::Absent | Self::Unknown => None,
        }
    }
}
