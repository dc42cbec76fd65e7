use std::fmt;
use std::hash::Hash;
use std::hash::{BuildHasher, RandomState};
use std::sync::Arc;

use crate::cache::Parts;
use crate::{
    Cache, CacheConfig, Clock, Error, Removal, Result, Scope, Stamps, StampsConfig, SystemClock,
    Table,
};

pub(crate) type Weigher<K, V> = Box<dyn Fn(&K, &V) -> u64 + Send + Sync>;
pub(crate) type KeyWeigher<K> = Box<dyn Fn(&K) -> u64 + Send + Sync>;
pub(crate) type Listener<K, V> = Box<dyn Fn(&K, Option<&V>, Removal) + Send + Sync>;
pub(crate) type Same<V> = Box<dyn Fn(&V, &V) -> bool + Send + Sync>;
pub(crate) type Scopes<K, V> = Box<dyn Fn(&K, &V) -> Vec<Scope> + Send + Sync>;

/// What a value turns out to depend on, once it is known.
pub(crate) struct Late<K, V> {
    pub(crate) table: Table,
    pub(crate) scopes: Scopes<K, V>,
}

/// Makes a [`Cache`]. See [`Cache::builder`].
#[must_use]
pub struct Builder<K, V> {
    config: CacheConfig,
    stamps: Option<Stamps>,
    clock: Arc<dyn Clock>,
    weigher: Weigher<K, V>,
    key_weigher: KeyWeigher<K>,
    listener: Option<Listener<K, V>>,
    late: Option<Late<K, V>>,
    seed: u64,
    name: Option<&'static str>,
}

impl<K, V> Builder<K, V>
where
    K: Hash + Eq + Clone + Send + Sync + 'static,
    V: Clone + Send + Sync + 'static,
{
    pub(crate) fn new(config: CacheConfig) -> Self {
        Self {
            config,
            stamps: None,
            clock: Arc::new(SystemClock),
            weigher: Box::new(|_, _| 0),
            key_weigher: Box::new(|_| 0),
            listener: None,
            late: None,
            seed: RandomState::new().hash_one(0),
            name: None,
        }
    }

    /// The stamps that every writer of the same data uses. Without them no
    /// value becomes obsolete before its time.
    pub fn stamps(self, stamps: &Stamps) -> Self {
        let stamps = Some(stamps.clone());
        Self { stamps, ..self }
    }

    /// Where the time comes from; the system's monotonic clock by default.
    pub fn clock(self, clock: impl Clock + 'static) -> Self {
        let clock = Arc::new(clock);
        Self { clock, ..self }
    }

    /// How many bytes a value has on the heap. What the entry itself takes is
    /// added. By default nothing: right for values without heap, wrong for all
    /// others.
    pub fn weigher(self, bytes: impl Fn(&K, &V) -> u64 + Send + Sync + 'static) -> Self {
        let weigher = Box::new(bytes);
        Self { weigher, ..self }
    }

    /// How many bytes a key has on the heap. They are counted twice, since an
    /// entry keeps its key twice. By default nothing: right for keys without heap, wrong for
    /// all others. What has a key of more than an 8,192nd of
    /// [`max_bytes`](CacheConfig::max_bytes) is not kept: keys stay for a while after their entries have gone.
    pub fn key_weigher(self, bytes: impl Fn(&K) -> u64 + Send + Sync + 'static) -> Self {
        let key_weigher = Box::new(bytes);
        Self {
            key_weigher,
            ..self
        }
    }

    /// Hears of every entry that goes, once, after it has gone. Called by
    /// whoever brought it about, with no lock held.
    pub fn listener(
        self,
        listener: impl Fn(&K, Option<&V>, Removal) + Send + Sync + 'static,
    ) -> Self {
        let listener: Option<Listener<K, V>> = Some(Box::new(listener));
        Self { listener, ..self }
    }

    /// What a value depends on that only the value itself tells, such as
    /// another name by which writers may mean the same row: scopes of `table`.
    /// A value is not stored when any write to `table` ended during its load.
    pub fn depends_also(
        self,
        table: Table,
        scopes: impl Fn(&K, &V) -> Vec<Scope> + Send + Sync + 'static,
    ) -> Self {
        let scopes: Scopes<K, V> = Box::new(scopes);
        let late = Some(Late { table, scopes });
        Self { late, ..self }
    }

    /// Reports what the cache does through the `metrics` facade, as `memory.cache.*` with
    /// this name as the label `cache`. To be built after the application has installed its
    /// recorder: handles are registered once. One that panics is not called again, and changes no
    /// result. Without a name nothing is reported.
    pub fn named(self, name: &'static str) -> Self {
        let name = Some(name);
        Self { name, ..self }
    }

    /// Makes jitter and early refreshes repeatable, for tests and simulations.
    pub fn seed(self, seed: u64) -> Self {
        Self { seed, ..self }
    }

    /// Makes the cache. A refill that finds an equal value lengthens its life,
    /// one that finds another shortens it.
    ///
    /// # Errors
    ///
    /// [`Misuse`](crate::ErrorKind::Misuse) when the configuration makes no
    /// sense.
    pub fn build(self) -> Result<Cache<K, V>>
    where
        V: PartialEq,
    {
        self.build_comparing(V::eq)
    }

    /// The same for values that are not compared by `==`, for example by their
    /// version only.
    ///
    /// # Errors
    ///
    /// As [`build`](Self::build).
    pub fn build_comparing(
        self,
        same: impl Fn(&V, &V) -> bool + Send + Sync + 'static,
    ) -> Result<Cache<K, V>> {
        let early = self.config.refresh.early;
        if !early.is_finite() || early < 0.0 {
            return Err(Error::misuse("refresh.early is not a number from 0 up"));
        }
        let none = || Stamps::new::<0>(StampsConfig::default()).0;
        Cache::from_parts(Parts {
            stamps: self.stamps.unwrap_or_else(none),
            clock: self.clock,
            weigher: self.weigher,
            key_weigher: self.key_weigher,
            listener: self.listener,
            late: self.late,
            same: Box::new(same),
            seed: self.seed,
            name: self.name,
            config: self.config,
        })
    }
}

impl<K, V> fmt::Debug for Builder<K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Builder")
            .field("config", &self.config)
            .field("stamps", &self.stamps.is_some())
            .field("clock", &self.clock)
            .finish_non_exhaustive()
    }
}
