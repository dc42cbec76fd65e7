use std::hash::{DefaultHasher, Hash, Hasher};

/// One of the tables of a [`Stamps`](crate::Stamps).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Table {
    pub(crate) index: u32,
}

impl Table {
    /// The row with this key. Readers and writers must use keys of one type:
    /// `7_u32` and `7_u64` may be different rows.
    pub fn row<Q: Hash + ?Sized>(self, key: &Q) -> Scope {
        let mut hasher = DefaultHasher::new();
        key.hash(&mut hasher);
        Scope {
            table: self,
            row: Some(hasher.finish()),
        }
    }

    /// Every row, those that are not there yet included: what a query over the
    /// table reads, and what a write changes whose rows are not known.
    pub fn all(self) -> Scope {
        Scope {
            table: self,
            row: None,
        }
    }
}

/// What a value is made from, or what a write may change: a row, or a table.
///
/// A row's scope is met by every write to that row and by every write to the
/// whole table; a table's scope by every write to the table or to any row of
/// it. Rows share stripes: another row's write may count as a write to this
/// one, never the other way round.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Scope {
    pub(crate) table: Table,
    pub(crate) row: Option<u64>,
}
