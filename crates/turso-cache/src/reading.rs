use std::time::Duration;

use crate::Settled;
use crate::marks::{Mark, Marks};

/// What was known before a value was read: the stamps of all it depends on, and
/// the time. See [`Cache::begin`](crate::Cache::begin).
#[derive(Debug, Clone)]
#[must_use = "it is worth something only when taken before the read or the write"]
pub struct Reading {
    pub(crate) marks: Marks,
    /// Of the table under which the value may turn out to depend on more.
    pub(crate) late: Option<Mark>,
    pub(crate) began: Duration,
}

impl Reading {
    /// The same after a write that was announced when this had begun: what it wrote may be
    /// [offered](crate::Cache::offer) with it. The offer is refused if any other write to what
    /// the value depends on was under way at any time from the begin of this to the offer.
    ///
    /// ```
    /// # use turso_cache::{Cache, CacheConfig, Lookup, Stamps, StampsConfig};
    /// # let (stamps, [users]) = Stamps::new(StampsConfig::default());
    /// # let cache: Cache<u64, &str> =
    /// #     Cache::builder(CacheConfig::default()).stamps(&stamps).build().unwrap();
    /// let reading = cache.begin(&[users.row(&7)]);
    /// let write = stamps.write(&[users.row(&7)]);
    /// // INSERT …, and it has committed.
    /// let settled = write.settle();
    /// assert!(cache.offer(&7, Some("Ada"), &reading.after(&settled)));
    /// assert_eq!(cache.get(&7), Lookup::Value("Ada"));
    /// ```
    pub fn after(&self, write: &Settled) -> Self {
        Self {
            marks: self.marks.iter().map(|mark| write.moved(*mark)).collect(),
            late: self.late.map(|mark| write.moved(mark)),
            began: self.began,
        }
    }

    /// Whether nothing has begun or ended between the two.
    pub(crate) fn is_like(&self, other: &Self) -> bool {
        self.marks == other.marks && self.late == other.late
    }

    /// True when no write was under way.
    pub(crate) fn is_quiet(&self) -> bool {
        self.marks.are_quiet() && self.late.is_none_or(|mark| mark.word.is_quiet())
    }
}
