use crate::check::at_most;
use crate::limits::{BATCH_BYTES_MAX, RELATIONSHIPS_MAX};
use crate::{Error, Result, Revision};
use std::ops::Range;

/// What happens to the rest of a batch when one item cannot be stored.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Atomicity {
    /// Nothing of the batch is stored. The batch is limited to
    /// [`BATCH_BYTES_MAX`]; a larger one fails with `Limit` before anything is tried.
    #[default]
    AllOrNothing,
    /// The batch is cut into parts of at most [`BATCH_BYTES_MAX`] (see [`parts`]),
    /// each all or nothing, in order. At the first part that fails the call stops, and
    /// [`Error::committed`] says how many leading items are stored.
    PerPart,
}

/// What storing a record did.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Change {
    /// There was none; now there is.
    Created,
    /// Other content stood there and was replaced.
    Replaced,
    /// The same content stood there already. Nothing was written.
    Unchanged,
}

/// Where a record now stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Stored<Id> {
    /// Its id: that of the stored record when it was recognised by its external id.
    pub id: Id,
    /// Its revision.
    pub revision: Revision,
    /// What storing it did.
    pub change: Change,
}

/// Cuts items of the given sizes, in bytes, into consecutive parts of at most `max` bytes each.
/// An item larger than `max` is a part of its own.
pub fn parts(sizes: impl IntoIterator<Item = usize>, max: usize) -> Vec<Range<usize>> {
    let mut parts: Vec<Range<usize>> = Vec::new();
    let mut filled = 0_usize;
    for (index, size) in sizes.into_iter().enumerate() {
        match parts.last_mut() {
            Some(part) if filled.saturating_add(size) <= max => {
                part.end = index + 1;
                filled += size;
            }
            _ => {
                parts.push(index..index + 1);
                filled = size;
            }
        }
    }
    parts
}

/// The parts of a batch whose items have these sizes; what every backend follows.
///
/// # Errors
/// `Limit` when an all-or-nothing batch does not fit into one part.
pub fn plan(
    sizes: impl IntoIterator<Item = usize>,
    atomicity: Atomicity,
) -> Result<Vec<Range<usize>>> {
    let parts = parts(sizes, BATCH_BYTES_MAX);
    if atomicity == Atomicity::AllOrNothing && parts.len() > 1 {
        let context = format!(
            "the batch is larger than {BATCH_BYTES_MAX} bytes: store it per part, or in smaller batches"
        );
        return Err(Error::new(crate::ErrorKind::Limit, context));
    }
    Ok(parts)
}

/// Checks what one call adds or removes, by the sizes of the relationships; what every backend
/// follows.
///
/// # Errors
/// `Limit` for more than [`RELATIONSHIPS_MAX`], or more than [`BATCH_BYTES_MAX`] together.
pub fn check_relationships(sizes: impl ExactSizeIterator<Item = usize>) -> Result<()> {
    at_most("the call", sizes.len(), RELATIONSHIPS_MAX, "relationships")?;
    at_most("the call", sizes.sum(), BATCH_BYTES_MAX, "bytes")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn an_empty_batch_has_no_part() {
        assert!(plan([], Atomicity::AllOrNothing).unwrap().is_empty());
    }

    #[test]
    fn an_atomic_batch_over_the_limit_is_refused_before_it_starts() {
        let sizes = [BATCH_BYTES_MAX, 1];
        let error = plan(sizes, Atomicity::AllOrNothing).unwrap_err();
        assert_eq!(error.kind(), crate::ErrorKind::Limit);
        assert_eq!(plan(sizes, Atomicity::PerPart).unwrap(), [0..1, 1..2]);
    }

    #[test]
    fn relationships_are_counted_and_weighed() {
        let limit = |count, each| {
            let checked = check_relationships(std::iter::repeat_n(each, count));
            checked.err().map(|error| error.kind())
        };
        let refused = Some(crate::ErrorKind::Limit);
        assert_eq!(limit(RELATIONSHIPS_MAX, 0), None);
        assert_eq!(limit(RELATIONSHIPS_MAX + 1, 0), refused);
        assert_eq!(limit(2, BATCH_BYTES_MAX / 2), None);
        assert_eq!(limit(2, BATCH_BYTES_MAX / 2 + 1), refused);
    }

    proptest! {
        #[test]
        fn parts_cover_every_item_once_in_order(
            sizes in prop::collection::vec(0_usize..50, 0..60),
            max in 1_usize..100,
        ) {
            let parts = parts(sizes.iter().copied(), max);
            let covered: Vec<usize> = parts.iter().cloned().flatten().collect();
            prop_assert_eq!(covered, (0..sizes.len()).collect::<Vec<_>>());
            for part in parts {
                let bytes: usize = sizes[part.clone()].iter().sum();
                prop_assert!(bytes <= max || part.len() == 1);
            }
        }
    }
}
