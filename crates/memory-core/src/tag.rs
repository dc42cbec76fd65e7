use crate::limits::{TAG_BYTES_MAX, TAGS_MAX};
use crate::name::check_name;
use crate::{Error, Result};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

/// A tag, normalised when it is made: white space at its ends is cut off and
/// letters are lower case. 1 to 64 bytes, no control characters.
///
/// Tags are compared byte for byte; there is no Unicode normalisation.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Tag(Box<str>);

impl Tag {
    /// Normalises and checks `text`.
    ///
    /// # Errors
    /// `Limit` when it is too long, `Misuse` when nothing is left or it holds a control character.
    pub fn new(text: impl AsRef<str>) -> Result<Self> {
        let text = text.as_ref().trim().to_lowercase();
        check_name("the tag", &text, TAG_BYTES_MAX)?;
        Ok(Self(text.into_boxed_str()))
    }

    /// The normalised text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl AsRef<str> for Tag {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Tag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl FromStr for Tag {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        Self::new(text)
    }
}

impl TryFrom<String> for Tag {
    type Error = Error;

    fn try_from(text: String) -> Result<Self> {
        Self::new(text)
    }
}

impl From<Tag> for String {
    fn from(tag: Tag) -> Self {
        tag.0.into()
    }
}

/// The tags of an episode: a set, sorted by their bytes.
pub type Tags = BTreeSet<Tag>;

pub(crate) fn check_tags(tags: &Tags) -> Result<()> {
    crate::check::at_most("the episode", tags.len(), TAGS_MAX, "tags")
}

/// The most that [`tags_len`] can be.
pub(crate) const TAGS_BYTES_MAX: usize = 1 + TAGS_MAX * (2 * TAG_BYTES_MAX + 3);

/// The length of the tags as a JSON array, in which quotes and backslashes take two bytes.
pub(crate) fn tags_len(tags: &Tags) -> usize {
    let escapes = |text: &str| text.bytes().filter(|b| matches!(b, b'"' | b'\\')).count();
    let texts = tags.iter().map(Tag::as_str);
    2 + texts
        .map(|text| text.len() + escapes(text) + 3)
        .sum::<usize>()
        - usize::from(!tags.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn case_and_outer_space_do_not_make_another_tag() {
        assert_eq!(Tag::new(" Rust ").unwrap(), Tag::new("rust").unwrap());
        assert_eq!(Tag::new("  ").unwrap_err().kind(), crate::ErrorKind::Misuse);
        assert_eq!(
            Tag::new("a\0b").unwrap_err().kind(),
            crate::ErrorKind::Misuse
        );
        assert_eq!(
            Tag::new("x".repeat(65)).unwrap_err().kind(),
            crate::ErrorKind::Limit
        );
    }

    proptest! {
        #[test]
        fn their_length_is_that_of_their_json(texts in prop::collection::vec("[a-z\"\\\\é/]{1,9}", 0..5)) {
            let tags: Tags = texts.iter().map(|text| Tag::new(text).unwrap()).collect();
            prop_assert_eq!(tags_len(&tags), serde_json::to_string(&tags).unwrap().len());
        }

        #[test]
        fn normalising_twice_changes_nothing(text in ".{0,80}") {
            if let Ok(tag) = Tag::new(&text) {
                prop_assert_eq!(&Tag::new(tag.as_str()).unwrap(), &tag);
            }
        }
    }
}
