/// Why an entry is gone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Removal {
    /// A newer value of the same key took its place.
    Replaced,
    /// There was no room.
    Evicted,
    /// It was too old, and for so long that what was known of it is of no use.
    Expired,
    /// A write made it obsolete.
    Obsolete,
    /// [`Cache::invalidate`](crate::Cache::invalidate) or
    /// [`Cache::clear`](crate::Cache::clear).
    Invalidated,
}
