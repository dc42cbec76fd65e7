//! How much memory a value takes beyond itself, reckoned and not measured.
//!
//! What counts is what the system's allocator sets aside: a text of five bytes takes 32, a JSON object with one
//! key has room for eleven. Other allocators round otherwise, by about as much.

use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Something that may own memory beyond itself.
pub(super) trait Heap {
    /// In bytes; no less than it is, as far as that can be seen from outside.
    fn heap(&self) -> usize;
}

/// What glibc sets aside for so many bytes: eight for itself, in steps of 16, at least 32.
pub(super) const fn block(bytes: usize) -> usize {
    match bytes {
        0 => 0,
        1..=24 => 32,
        _ => (bytes + 8).next_multiple_of(16),
    }
}

/// A vector of `capacity` items of which each owns nothing.
pub(super) const fn items<T>(capacity: usize) -> usize {
    block(capacity.saturating_mul(size_of::<T>()))
}

/// Keys per node of a B-tree of the standard library: five to eleven, but for the root.
const NODE_MIN: usize = 5;
const NODE_MAX: usize = 11;

/// The nodes of a B-tree of so many entries that own nothing. How full they are depends on the order in
/// which the entries came and cannot be seen; they count as emptier than which they cannot be.
pub(super) const fn nodes<K, V>(entries: usize) -> usize {
    let leaf = 16 + NODE_MAX * (size_of::<K>() + size_of::<V>());
    let inner = leaf + (NODE_MAX + 1) * size_of::<usize>();
    if entries <= NODE_MAX {
        return if entries == 0 { 0 } else { block(leaf) };
    }
    // One more entry stands between each two of them.
    let mut level = (entries + 1) / (NODE_MIN + 1);
    let mut bytes = level * block(leaf);
    while level > 1 {
        level /= NODE_MIN + 1;
        // A root may have two below it.
        level += (level == 0) as usize;
        bytes += level * block(inner);
    }
    bytes
}

impl Heap for String {
    fn heap(&self) -> usize {
        block(self.capacity())
    }
}

impl<T: Heap> Heap for Option<T> {
    fn heap(&self) -> usize {
        self.as_ref().map_or(0, Heap::heap)
    }
}

impl<T: Heap> Heap for Vec<T> {
    fn heap(&self) -> usize {
        items::<T>(self.capacity()) + self.iter().map(Heap::heap).sum::<usize>()
    }
}

/// With the two counters. What several hold counts for each of them.
impl<T: Heap> Heap for Arc<T> {
    fn heap(&self) -> usize {
        block(size_of::<T>() + 2 * size_of::<usize>()) + (**self).heap()
    }
}

impl<T: Heap> Heap for BTreeSet<T> {
    fn heap(&self) -> usize {
        nodes::<T, ()>(self.len()) + self.iter().map(Heap::heap).sum::<usize>()
    }
}

impl<V: Heap> Heap for BTreeMap<String, V> {
    fn heap(&self) -> usize {
        let owned = self.iter().map(|(key, value)| key.heap() + value.heap());
        nodes::<String, V>(self.len()) + owned.sum::<usize>()
    }
}

impl Heap for Map<String, Value> {
    fn heap(&self) -> usize {
        let owned = self.iter().map(|(key, value)| key.heap() + value.heap());
        nodes::<String, Value>(self.len()) + owned.sum::<usize>()
    }
}

/// As deep as the model lets values be nested.
impl Heap for Value {
    fn heap(&self) -> usize {
        match self {
            Self::Null | Self::Bool(_) | Self::Number(_) => 0,
            Self::String(text) => text.heap(),
            Self::Array(values) => values.heap(),
            Self::Object(map) => map.heap(),
        }
    }
}

impl Heap for f64 {
    fn heap(&self) -> usize {
        0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_small_text_takes_a_whole_block() {
        assert_eq!([0, 1, 24, 25, 40, 41].map(block), [0, 32, 32, 48, 48, 64]);
    }

    #[test]
    fn a_number_in_a_list_takes_a_value_and_room_to_grow() {
        let numbers = Value::from(vec![0_u8; 1_000]);
        assert!(numbers.heap() >= 1_000 * size_of::<Value>());
    }

    #[test]
    fn an_object_with_one_key_has_room_for_eleven() {
        let object = serde_json::json!({ "a": 1 });
        assert!(object.heap() >= 11 * (size_of::<String>() + size_of::<Value>()));
    }

    #[test]
    fn a_tree_has_as_many_nodes_as_it_can_have() {
        let leaf = nodes::<u64, ()>(1);
        let inner = block(16 + 11 * 8 + 12 * 8);
        assert_eq!(nodes::<u64, ()>(0), 0);
        assert_eq!(nodes::<u64, ()>(11), leaf);
        assert_eq!(nodes::<u64, ()>(12), 2 * leaf + inner);
        assert_eq!(nodes::<u64, ()>(17), 3 * leaf + inner);
        assert_eq!(nodes::<u64, ()>(71), 12 * leaf + 3 * inner);
    }
}
