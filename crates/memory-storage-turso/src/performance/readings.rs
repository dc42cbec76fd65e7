//! Figures of a snapshot as a recorder takes them: values, each with its labels.

use super::{PerformanceSnapshot, PoolFigures};
use crate::cached::{CachedReads, Read};

/// The values of an instrument, each with the values of its labels.
pub(super) type Readings = Vec<(Vec<&'static str>, f64)>;

/// One value without labels, if there is one.
pub(super) fn plain(n: impl Into<Option<u64>>) -> Readings {
    let value = n.into().map(|n| (Vec::new(), number(n)));
    value.into_iter().collect()
}

/// The pools by name. That of all connections, where there is only one, is `all`.
pub(super) fn pools(snapshot: &PerformanceSnapshot) -> Vec<(&'static str, PoolFigures)> {
    match &snapshot.pools {
        None => Vec::new(),
        Some(pools) => match pools.read {
            None => vec![("all", pools.write)],
            Some(read) => vec![("write", pools.write), ("read", read)],
        },
    }
}

/// A value of each pool.
pub(super) fn by_pool(
    snapshot: &PerformanceSnapshot,
    value: impl Fn(&PoolFigures) -> f64,
) -> Readings {
    let pools = pools(snapshot).into_iter();
    pools
        .map(|(pool, figures)| (vec![pool], value(&figures)))
        .collect()
}

/// Values of each pool, by a second label.
pub(super) fn by_pool_and<const N: usize>(
    snapshot: &PerformanceSnapshot,
    values: impl Fn(&PoolFigures) -> [(&'static str, u64); N],
) -> Readings {
    let pools = pools(snapshot).into_iter();
    pools
        .flat_map(|(pool, figures)| {
            values(&figures).map(|(label, value)| (vec![pool, label], number(value)))
        })
        .collect()
}

/// A value of each kind of read, where there is a cache.
pub(super) fn by_read(
    snapshot: &PerformanceSnapshot,
    value: impl Fn(&CachedReads) -> u64,
) -> Readings {
    let all = Read::ALL.into_iter().filter(|_| snapshot.cache.is_some());
    all.map(|read| {
        let name = read.operation();
        let seen = snapshot.reads.iter().find(|seen| seen.operation == name);
        (vec![name], number(seen.map_or(0, &value)))
    })
    .collect()
}

pub(super) fn size(n: usize) -> u64 {
    u64::try_from(n).unwrap_or(u64::MAX)
}

#[expect(
    clippy::cast_precision_loss,
    reason = "a recorder takes floating point numbers"
)]
pub(super) fn number(n: u64) -> f64 {
    n as f64
}
