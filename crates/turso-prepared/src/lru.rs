//! A small list of texts and what belongs to them, the least recently used of
//! which makes room for new ones. No clock, no lock, no database.

use std::num::NonZeroUsize;

/// What has a text.
pub(crate) trait Keyed {
    fn text(&self) -> &str;
}

/// Entries by text, at most `max`.
///
/// A walk over the prints of some dozens of entries takes less time than one
/// hash of a text of a kilobyte.
pub(crate) struct Lru<T> {
    max: NonZeroUsize,
    /// The print of each entry, at the same place.
    prints: Vec<u64>,
    entries: Vec<Entry<T>>,
    now: u64,
}

struct Entry<T> {
    used: u64,
    value: T,
}

impl<T: Keyed> Lru<T> {
    pub(crate) fn new(max: NonZeroUsize) -> Self {
        Self {
            max,
            prints: Vec::new(),
            entries: Vec::new(),
            now: 0,
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.entries.len()
    }

    /// Takes out the entry with this text.
    pub(crate) fn take(&mut self, text: &str) -> Option<T> {
        let print = print(text);
        let same = |(_, found): &(usize, &u64)| **found == print;
        let places = self.prints.iter().enumerate().filter(same);
        let place = places
            .map(|(place, _)| place)
            .find(|place| self.is_at(*place, text))?;
        Some(self.remove(place))
    }

    /// Puts in an entry as the one used last; what had to go for it comes back:
    /// an entry of the same text, or else the one used least recently.
    pub(crate) fn put(&mut self, value: T) -> Option<T> {
        let mut gone = self.take(value.text());
        if gone.is_none() && self.len() >= self.max.get() {
            gone = self.oldest().map(|place| self.remove(place));
        }
        self.now += 1;
        self.prints.push(print(value.text()));
        self.entries.push(Entry {
            used: self.now,
            value,
        });
        gone
    }

    pub(crate) fn clear(&mut self) {
        self.prints.clear();
        self.entries.clear();
    }

    fn is_at(&self, place: usize, text: &str) -> bool {
        let entry = self.entries.get(place);
        entry.is_some_and(|entry| entry.value.text() == text)
    }

    fn oldest(&self) -> Option<usize> {
        let numbered = self.entries.iter().enumerate();
        numbered
            .min_by_key(|(_, entry)| entry.used)
            .map(|(place, _)| place)
    }

    fn remove(&mut self, place: usize) -> T {
        self.prints.swap_remove(place);
        self.entries.swap_remove(place).value
    }
}

/// A few bytes of the text as one number. Texts with the same print are told
/// apart by the text itself.
fn print(text: &str) -> u64 {
    let bytes = text.as_bytes();
    let eight = |at: usize| {
        let part = bytes.get(at..).unwrap_or_default();
        part.first_chunk().copied().map_or(0, u64::from_le_bytes)
    };
    let len = bytes.len();
    let spread = [0, len / 4, len / 2, len / 4 * 3, len.saturating_sub(8)];
    spread.iter().fold(len as u64, |print, at| {
        // Knuth's multiplier for 64 bits.
        (print ^ eight(*at)).wrapping_mul(6_364_136_223_846_793_005)
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    impl Keyed for (String, u32) {
        fn text(&self) -> &str {
            &self.0
        }
    }

    #[derive(Clone, Debug)]
    enum Operation {
        Take(String),
        Put(String, u32),
        Clear,
    }

    fn operation() -> impl Strategy<Value = Operation> {
        // Few texts, so that they meet; some alike in all that the print looks at.
        let text = || prop_oneof!["[a-d]", "A{9}[ab]A{30}", "SELECT [a-z]{0,40}"];
        prop_oneof![
            4 => text().prop_map(Operation::Take),
            4 => (text(), any::<u32>()).prop_map(|(text, id)| Operation::Put(text, id)),
            1 => Just(Operation::Clear),
        ]
    }

    /// The obvious one: a list in the order of use.
    #[derive(Default)]
    struct Model(Vec<(String, u32)>);

    impl Model {
        fn take(&mut self, text: &str) -> Option<(String, u32)> {
            let place = self.0.iter().position(|(known, _)| known == text)?;
            Some(self.0.remove(place))
        }

        fn put(&mut self, max: usize, value: (String, u32)) -> Option<(String, u32)> {
            let mut gone = self.take(&value.0);
            if gone.is_none() && self.0.len() == max {
                gone = Some(self.0.remove(0));
            }
            self.0.push(value);
            gone
        }
    }

    proptest! {
        #[test]
        fn it_behaves_as_a_list_in_the_order_of_use(
            max in 1_usize..6,
            operations in prop::collection::vec(operation(), 0..80),
        ) {
            let (mut lru, mut model) = (Lru::new(NonZeroUsize::new(max).unwrap()), Model::default());
            for operation in operations {
                match operation {
                    Operation::Take(text) => prop_assert_eq!(lru.take(&text), model.take(&text)),
                    Operation::Put(text, id) => {
                        let value = (text, id);
                        prop_assert_eq!(lru.put(value.clone()), model.put(max, value));
                    }
                    Operation::Clear => {
                        lru.clear();
                        model.0.clear();
                    }
                }
                prop_assert_eq!(lru.len(), model.0.len());
                prop_assert!(lru.len() <= max);
            }
        }
    }

    #[test]
    fn texts_with_the_same_print_are_told_apart() {
        let (one, other) = (
            format!("{}a{}", "A".repeat(9), "A".repeat(30)),
            format!("{}b{}", "A".repeat(9), "A".repeat(30)),
        );
        assert_eq!(print(&one), print(&other));
        let mut lru = Lru::new(NonZeroUsize::new(2).unwrap());
        lru.put((one.clone(), 1));
        lru.put((other.clone(), 2));
        assert_eq!(lru.take(&one), Some((one, 1)));
        assert_eq!(lru.take(&other), Some((other, 2)));
    }
}
