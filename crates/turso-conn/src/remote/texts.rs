//! The SQL texts that a request sends once and then refers to.

use std::collections::{HashMap, HashSet};

/// Shorter ones cost as much to name as to repeat.
const BYTES_MIN: usize = 64;
/// sqld 0.24 forgets texts of 5,000 bytes and more without a word.
const BYTES_MAX: usize = 4_000;
/// sqld 0.24 keeps 50 for a stream.
const TEXTS_MAX: usize = 32;

/// The texts that several statements of one request have in common, each with
/// the number that they name it by.
#[derive(Debug, Default)]
pub(super) struct Texts<'a> {
    numbers: HashMap<&'a str, i32>,
}

impl<'a> Texts<'a> {
    pub(super) fn of(texts: impl Iterator<Item = &'a str>) -> Self {
        let mut seen = HashSet::new();
        let mut numbers = HashMap::new();
        for sql in texts {
            if !(BYTES_MIN..=BYTES_MAX).contains(&sql.len()) {
                continue;
            }
            let again = !seen.insert(sql);
            let next = numbers.len();
            if again && next < TEXTS_MAX {
                // Nothing is lost by the default: there are 32 at most.
                numbers
                    .entry(sql)
                    .or_insert(i32::try_from(next).unwrap_or_default());
            }
        }
        Self { numbers }
    }

    /// The number of a text that was sent ahead.
    pub(super) fn number(&self, sql: &str) -> Option<i32> {
        self.numbers.get(sql).copied()
    }

    /// What is sent ahead, by number.
    pub(super) fn in_order(&self) -> Vec<(i32, &'a str)> {
        let mut texts: Vec<_> = self.numbers.iter().map(|(sql, n)| (*n, *sql)).collect();
        texts.sort_unstable();
        texts
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbered(texts: &[String]) -> Vec<(i32, String)> {
        let texts = Texts::of(texts.iter().map(String::as_str)).in_order();
        texts
            .iter()
            .map(|(n, sql)| (*n, (*sql).to_owned()))
            .collect()
    }

    fn text(bytes: usize, of: &str) -> String {
        of.repeat(bytes)
    }

    #[test]
    fn what_is_repeated_is_sent_once() {
        let (a, b, c) = (text(64, "a"), text(4_000, "b"), text(100, "c"));
        let all = [&b, &a, &b, &c, &a, &b].map(Clone::clone);
        assert_eq!(numbered(&all), [(0, b), (1, a)]);
    }

    #[test]
    fn what_is_too_short_or_too_long_stays_where_it_is() {
        let (short, long) = (text(63, "s"), text(4_001, "l"));
        assert!(numbered(&[short.clone(), short, long.clone(), long]).is_empty());
    }

    #[test]
    fn no_more_are_kept_than_a_server_keeps() {
        let texts: Vec<_> = (0..40).map(|n| format!("{n:064}")).collect();
        let twice = [texts.clone(), texts].concat();
        let numbered = numbered(&twice);
        assert_eq!(numbered.len(), TEXTS_MAX);
        assert!(numbered.iter().map(|(n, _)| *n).eq(0..32));
    }
}
