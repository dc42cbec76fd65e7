use std::num::NonZeroUsize;

use serde::{Deserialize, Serialize};

/// How many statements are kept. Every combination is legal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Most statements that one connection keeps. Default 128: an application
    /// has some dozens of texts, and SQLite needs 2 to 20 KB for each. They
    /// are found by a walk over eight bytes each, so thousands are too many.
    pub max_entries: NonZeroUsize,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            max_entries: NonZeroUsize::MIN.saturating_add(127),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn missing_fields_have_their_defaults_and_unknown_ones_are_refused() {
        let config: Config = serde_json::from_str("{}").unwrap();
        assert_eq!(config.max_entries.get(), 128);
        assert!(serde_json::from_str::<Config>(r#"{"max_entries":0}"#).is_err());
        assert!(serde_json::from_str::<Config>(r#"{"max_age":1}"#).is_err());
    }
}
