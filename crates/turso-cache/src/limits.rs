use crate::CacheConfig;

/// Of the budget, so much is reserve: the largest entry that is kept.
const RESERVE: u64 = 16;
/// moka keeps the keys of entries that are gone until a tenth of one of its 64 tables of at least
/// 128 places is such keys: some 400 of them. They do not weigh, so none may be large: all
/// together a twentieth of the budget.
const KEYS: u64 = 8_192;

/// What fits, in bytes and in the units in which moka weighs.
///
/// Between the placing of an entry and the removal of those that give way to
/// it, one entry is too many: hence the reserve.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limits {
    /// The most bytes of an entry that is kept.
    entry_max: u64,
    /// The most bytes of its key on the heap.
    key_max: u64,
    /// The least that an entry counts, so that there are not too many.
    entry_min: u64,
    /// Bytes per unit: moka weighs an entry in 32 bits.
    unit: u64,
    pub(crate) capacity: u64,
}

impl Limits {
    pub(crate) fn new(config: &CacheConfig) -> Self {
        let entries = u64::from(config.max_entries);
        let entry_max = if entries == 0 {
            0
        } else {
            config.max_bytes / RESERVE
        };
        let usable = config.max_bytes - config.max_bytes / RESERVE;
        let unit = usable / u64::from(u32::MAX) + 1;
        Self {
            entry_max,
            key_max: config.max_bytes / KEYS,
            entry_min: usable.div_ceil(entries.max(1)),
            unit,
            capacity: usable / unit,
        }
    }

    /// Whether an entry of so many bytes may be kept, whose key has so many of them on the heap.
    pub(crate) fn fits(&self, bytes: u64, key: u64) -> bool {
        bytes <= self.entry_max && self.entry_max > 0 && key <= self.key_max
    }

    pub(crate) fn weight(&self, bytes: u64) -> u32 {
        let units = bytes.max(self.entry_min).div_ceil(self.unit);
        u32::try_from(units.min(self.capacity)).unwrap_or(u32::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limits(max_entries: u32, max_bytes: u64) -> Limits {
        Limits::new(&CacheConfig {
            max_entries,
            max_bytes,
            ..CacheConfig::default()
        })
    }

    #[test]
    fn neither_too_many_entries_fit_nor_too_many_bytes() {
        for (entries, bytes) in [(1, 100), (7, 1 << 20), (10_000, 64 << 20), (3, 1 << 40)] {
            let limits = limits(entries, bytes);
            let lightest = u64::from(limits.weight(0));
            assert!(limits.capacity / lightest <= u64::from(entries));
            assert!(limits.capacity * limits.unit + limits.entry_max <= bytes);
            assert!(limits.fits(bytes / 16, 0) && !limits.fits(bytes / 16 + 1, 0));
        }
    }

    #[test]
    fn an_entry_of_every_size_that_fits_can_be_placed() {
        for bytes in [100, 1 << 30, 1 << 40, u64::MAX] {
            let limits = limits(u32::MAX, bytes);
            assert!(
                u64::from(limits.weight(bytes / 16)) <= limits.capacity,
                "{limits:?}"
            );
        }
    }

    #[test]
    fn nothing_fits_where_there_is_no_room() {
        assert!(!limits(0, 1_000).fits(0, 0));
        assert!(!limits(10, 0).fits(0, 0));
    }

    #[test]
    fn a_large_key_does_not_fit() {
        let limits = limits(10, 1 << 20);
        assert!(limits.fits(300, 128) && !limits.fits(300, 129));
    }
}
