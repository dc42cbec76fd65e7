use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// What a [`Packer`](crate::Packer) has packed since it was made, on all handles.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(default)
)]
#[non_exhaustive]
pub struct Stats {
    /// Payloads that were packed.
    pub packed: u64,
    /// Their bytes.
    pub original_bytes: u64,
    /// The bytes of their envelopes.
    pub packed_bytes: u64,
}

impl Stats {
    /// How many times smaller the envelopes are than the payloads; `None` before the first.
    #[expect(clippy::cast_precision_loss, reason = "a ratio needs no 53 bits")]
    pub fn ratio(&self) -> Option<f64> {
        (self.packed_bytes > 0).then(|| self.original_bytes as f64 / self.packed_bytes as f64)
    }
}

/// The counters behind [`Stats`].
#[derive(Debug, Default)]
pub(crate) struct Counters {
    packed: AtomicU64,
    original_bytes: AtomicU64,
    packed_bytes: AtomicU64,
}

impl Counters {
    pub(crate) fn packed(&self, original: usize, packed: usize) {
        self.packed.fetch_add(1, Relaxed);
        self.original_bytes.fetch_add(original as u64, Relaxed);
        self.packed_bytes.fetch_add(packed as u64, Relaxed);
    }

    pub(crate) fn stats(&self) -> Stats {
        Stats {
            packed: self.packed.load(Relaxed),
            original_bytes: self.original_bytes.load(Relaxed),
            packed_bytes: self.packed_bytes.load(Relaxed),
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::Packer;

    #[test]
    fn stats_count_what_all_handles_packed() {
        let packer = Packer::default();
        assert_eq!(packer.stats().ratio(), None);
        let payload = [b' '; 4_096];
        let first = packer.pack(&payload).unwrap().len() as u64;
        let second = packer.clone().pack(b"short").unwrap().len() as u64;
        let stats = packer.stats();
        assert_eq!((stats.packed, stats.original_bytes), (2, 4_101));
        assert_eq!(stats.packed_bytes, first + second);
        assert!(stats.ratio().unwrap() > 10.0);
    }
}
