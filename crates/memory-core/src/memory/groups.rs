use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;

/// Sets of values by key. A key without values does not exist.
#[derive(Debug)]
pub(super) struct Groups<K, V>(BTreeMap<K, BTreeSet<V>>);

impl<K, V> Default for Groups<K, V> {
    fn default() -> Self {
        Self(BTreeMap::new())
    }
}

impl<K: Ord + Clone, V: Ord + Copy> Groups<K, V> {
    pub(super) fn insert<'a>(&mut self, keys: impl IntoIterator<Item = &'a K>, value: V)
    where
        K: 'a,
    {
        for key in keys {
            self.0.entry(key.clone()).or_default().insert(value);
        }
    }

    pub(super) fn remove<'a>(&mut self, keys: impl IntoIterator<Item = &'a K>, value: V)
    where
        K: 'a,
    {
        for key in keys {
            let Some(group) = self.0.get_mut(key) else {
                continue;
            };
            group.remove(&value);
            if group.is_empty() {
                self.0.remove(key);
            }
        }
    }

    /// The values of `key`, sorted.
    pub(super) fn of(&self, key: &K) -> Vec<V> {
        self.0.get(key).into_iter().flatten().copied().collect()
    }

    /// The keys behind `after` with the number of their values, sorted.
    pub(super) fn counts(&self, after: Option<K>) -> impl Iterator<Item = (&K, usize)> {
        let begin = after.map_or(Bound::Unbounded, Bound::Excluded);
        self.0
            .range((begin, Bound::Unbounded))
            .map(|(key, group)| (key, group.len()))
    }
}
