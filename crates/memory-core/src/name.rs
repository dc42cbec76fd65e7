use crate::limits::{
    DOMAIN_BYTES_MAX, EXTERNAL_ID_BYTES_MAX, NAMESPACE_BYTES_MAX, TASK_TYPE_BYTES_MAX,
};
use crate::{Error, Result};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// Checks a text by which things are found: 1 to `max` bytes, no control characters.
pub(crate) fn check_name(what: &str, text: &str, max: usize) -> Result<()> {
    if text.is_empty() {
        return Err(Error::misuse(format!("{what} is empty")));
    }
    check_short(what, text, max)
}

/// Like [`check_name`], but the text may be empty.
pub(crate) fn check_short(what: &str, text: &str, max: usize) -> Result<()> {
    crate::check::at_most(what, text.len(), max, "bytes")?;
    match text.chars().find(|c| c.is_control()) {
        Some(c) => Err(Error::misuse(format!(
            "{what} holds the control character {c:?}"
        ))),
        None => Ok(()),
    }
}

macro_rules! name_type {
    ($(#[$doc:meta])* $name:ident, $what:literal, $max:expr) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(Box<str>);

        impl $name {
            /// Checks and keeps `text` byte for byte.
            ///
            /// # Errors
            /// `Limit` when it is too long, `Misuse` when it is empty or holds a control character.
            pub fn new(text: impl Into<String>) -> Result<Self> {
                let text = text.into();
                check_name($what, &text, $max)?;
                Ok(Self(text.into_boxed_str()))
            }

            /// The text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(&self.0)
            }
        }

        impl FromStr for $name {
            type Err = Error;

            fn from_str(text: &str) -> Result<Self> {
                Self::new(text)
            }
        }

        impl TryFrom<String> for $name {
            type Error = Error;

            fn try_from(text: String) -> Result<Self> {
                Self::new(text)
            }
        }

        impl From<$name> for String {
            fn from(name: $name) -> Self {
                name.0.into()
            }
        }
    };
}

name_type! {
    /// What keeps the memories of several agents or users apart: part of every
    /// key, compared byte for byte. 1 to 128 bytes, no control characters; `default` by default.
    Namespace, "the namespace", NAMESPACE_BYTES_MAX
}

name_type! {
    /// The caller's own key of an episode, unique in its namespace: storing it
    /// again means the same episode. 1 to 512 bytes, no control characters.
    ExternalId, "the external id", EXTERNAL_ID_BYTES_MAX
}

name_type! {
    /// What sort of task was attempted, for instance `code_generation`.
    /// 1 to 128 bytes, no control characters.
    TaskType, "the task type", TASK_TYPE_BYTES_MAX
}

name_type! {
    /// The field in which a task was attempted, for instance `airline`.
    /// 1 to 128 bytes, no control characters; `general` by default.
    Domain, "the domain", DOMAIN_BYTES_MAX
}

impl Default for Namespace {
    fn default() -> Self {
        Self("default".into())
    }
}

impl Default for Domain {
    fn default() -> Self {
        Self("general".into())
    }
}
