//! What has no field here: kept as metadata where it fits, else reported.

use memory_core::Metadata;
use serde::Serialize;
use std::fmt;

/// Something of a record that was not taken over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Loss {
    /// A metadata entry that is too long, or one too many.
    MetadataEntry,
    /// What would have become a metadata entry, and is too long or one too many.
    Leftover,
    /// A tag over the 64 that an episode can have.
    Tag,
    /// The language, framework, complexity or tags that a pattern was learnt for.
    PatternContext,
    /// A source of a pattern over the 4,096 that it can have, or over what is remembered.
    Source,
    /// The embedding of a summary.
    SummaryEmbedding,
    /// A priority that is not a number from 0 to 255.
    Priority,
}

impl Loss {
    /// A few words in the plural.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::MetadataEntry => "metadata entries that are too long or too many",
            Self::Leftover => "values without a field here that do not fit into metadata either",
            Self::Tag => "tags over the 64 of an episode",
            Self::PatternContext => "contexts of patterns beyond their domain",
            Self::Source => "sources of patterns over what one can have",
            Self::SummaryEmbedding => "embeddings of summaries",
            Self::Priority => "priorities outside of 0 to 255",
        }
    }
}

impl fmt::Display for Loss {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// Metadata under construction, and what did not fit.
#[derive(Debug, Default)]
pub(super) struct Leftovers {
    pub(super) metadata: Metadata,
    pub(super) lost: Vec<Loss>,
}

impl Leftovers {
    /// Keeps `value` as JSON under `do_memory.NAME`.
    pub(super) fn keep(&mut self, name: &str, value: &impl Serialize) {
        let kept = serde_json::to_string(value).is_ok_and(|text| {
            self.metadata
                .insert(format!("do_memory.{name}"), text)
                .is_ok()
        });
        if !kept {
            self.lost.push(Loss::Leftover);
        }
    }

    /// Takes over a metadata entry.
    pub(super) fn entry(&mut self, key: String, value: String) {
        if self.metadata.insert(key, value).is_err() {
            self.lost.push(Loss::MetadataEntry);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_fit_is_reported_and_the_rest_stays() {
        let mut left = Leftovers::default();
        left.keep("steps", &[1, 2]);
        left.keep("long", &"x".repeat(5_000));
        left.entry("k".into(), "v".into());
        left.entry("k2".into(), "nul\0".into());
        let kept: Vec<_> = left.metadata.iter().collect();
        assert_eq!(kept, [("do_memory.steps", "[1,2]"), ("k", "v")]);
        assert_eq!(left.lost, [Loss::Leftover, Loss::MetadataEntry]);
    }
}
