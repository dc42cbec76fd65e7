//! Reads the text that Rust's derived `Debug` writes, from left to right.
//!
//! do-memory keeps the kind of a pattern, and its words, in this form only.

use std::str::FromStr;

/// What is left of a text.
#[derive(Clone, Copy)]
pub(super) struct DebugText<'a>(&'a str);

impl<'a> DebugText<'a> {
    pub(super) const fn new(text: &'a str) -> Self {
        Self(text)
    }

    /// Passes over `expected`, which must come next.
    pub(super) fn skip(&mut self, expected: &str) -> Option<()> {
        self.0 = self.0.strip_prefix(expected)?;
        Some(())
    }

    /// Passes over everything up to the last `marker`, and over it.
    pub(super) fn skip_to_last(&mut self, marker: &str) -> Option<()> {
        let at = self.0.rfind(marker)?;
        self.0 = self.0.get(at..)?;
        self.skip(marker)
    }

    /// A word: a number, an id. It ends where a list, a struct or a field ends.
    pub(super) fn word<T: FromStr>(&mut self) -> Option<T> {
        let end = self.0.find([',', ' ', ']', '}'])?;
        let (word, rest) = self.0.split_at_checked(end)?;
        self.0 = rest;
        word.parse().ok()
    }

    /// A text in quotes.
    pub(super) fn text(&mut self) -> Option<String> {
        self.skip("\"")?;
        let mut text = String::new();
        loop {
            match self.take()? {
                '"' => return Some(text),
                '\\' => text.push(self.escaped()?),
                c => text.push(c),
            }
        }
    }

    /// A list of what `item` reads.
    pub(super) fn list<T>(&mut self, item: impl Fn(&mut Self) -> Option<T>) -> Option<Vec<T>> {
        self.skip("[")?;
        let mut items = Vec::new();
        loop {
            if self.skip("]").is_some() {
                return Some(items);
            }
            if !items.is_empty() {
                self.skip(", ")?;
            }
            items.push(item(self)?);
        }
    }

    fn take(&mut self) -> Option<char> {
        let c = self.0.chars().next()?;
        self.0 = self.0.get(c.len_utf8()..)?;
        Some(c)
    }

    fn escaped(&mut self) -> Option<char> {
        Some(match self.take()? {
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            '0' => '\0',
            'u' => {
                self.skip("{")?;
                let (digits, rest) = self.0.split_once('}')?;
                self.0 = rest;
                char::from_u32(u32::from_str_radix(digits, 16).ok()?)?
            }
            c => c,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn lists_and_words_end_where_they_end() {
        let mut text = DebugText::new("[12, 13], rate: 0.5 } last: 7 }");
        assert_eq!(text.list(DebugText::word::<u64>).unwrap(), [12, 13]);
        text.skip(", rate: ").unwrap();
        assert!((text.word::<f64>().unwrap() - 0.5).abs() < 1e-9);
        text.skip_to_last("last: ").unwrap();
        assert_eq!(text.word::<u8>(), Some(7));
        assert_eq!(DebugText::new("[]").list(DebugText::text), Some(Vec::new()));
    }

    #[test]
    fn a_text_that_ends_early_is_none() {
        for text in ["", "\"a", "\"a\\", "\"\\u{12", "[\"a\"", "[\"a\" \"b\"]"] {
            assert_eq!(DebugText::new(text).text(), None, "{text}");
            assert_eq!(DebugText::new(text).list(DebugText::text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn what_debug_writes_is_read(texts: Vec<String>) {
            let written = format!("{texts:?}");
            prop_assert_eq!(DebugText::new(&written).list(DebugText::text), Some(texts));
        }

        #[test]
        fn anything_else_does_no_harm(text: String) {
            let _ = DebugText::new(&text).list(DebugText::text);
            let _ = DebugText::new(&text).word::<u64>();
        }
    }
}
