//! Which bucket a value falls into.
//!
//! As in HdrHistogram: every power of two is divided into 64 buckets of the same width, so a
//! bucket is at most 1/64 as wide as the values in it are large, and its middle is
//! at most 1/128 = 0.79 % away from any of them. Values below 128 have buckets of their own.

/// How many buckets the values of 64 bits need.
pub(crate) const COUNT: usize = 3_776;

const BITS: u32 = 6;

/// The bucket of `value`, below [`COUNT`].
pub(crate) fn index(value: u64) -> usize {
    let shift = shift_of(value);
    let index = (u64::from(shift) << BITS) + (value >> shift);
    usize::try_from(index).unwrap_or(COUNT - 1)
}

fn shift_of(value: u64) -> u32 {
    value.checked_ilog2().unwrap_or(0).saturating_sub(BITS)
}

/// The smallest value of the bucket at `index`, and the distance to its largest.
fn bounds(index: usize) -> (u64, u64) {
    let (index, per_power) = (index as u64, 1_u64 << BITS);
    if index < 2 * per_power {
        return (index, 0);
    }
    let shift = (index / per_power) - 1;
    ((index % per_power + per_power) << shift, (1 << shift) - 1)
}

/// The value in the middle of the bucket at `index`.
pub(crate) fn middle(index: usize) -> u64 {
    let (low, width) = bounds(index);
    low + width / 2
}

/// The smallest value of the bucket at `index`.
pub(crate) fn low(index: usize) -> u64 {
    bounds(index).0
}

/// The largest value of the bucket at `index`.
pub(crate) fn high(index: usize) -> u64 {
    let (low, width) = bounds(index);
    low + width
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_ends_are_where_they_should_be() {
        assert_eq!(index(0), 0);
        assert_eq!(index(127), 127);
        assert_eq!(index(128), 128);
        assert_eq!(index(129), 128);
        assert_eq!(index(u64::MAX), COUNT - 1);
        assert_eq!(high(COUNT - 1), u64::MAX);
    }

    #[test]
    fn buckets_follow_one_another_without_gaps() {
        for i in 1..COUNT {
            assert_eq!(bounds(i).0, high(i - 1) + 1, "bucket {i}");
        }
    }

    proptest! {
        #[test]
        fn a_middle_is_near_every_value_of_its_bucket(bits in 0..64_u32, low in any::<u64>()) {
            let value = low >> bits;
            let (first, width) = bounds(index(value));
            prop_assert!(first <= value && value - first <= width);
            let off = middle(index(value)).abs_diff(value);
            prop_assert!(u128::from(off) * 128 <= u128::from(value));
        }
    }
}
