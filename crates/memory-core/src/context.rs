use crate::name::check_short;
use crate::{Domain, Result};
use serde::{Deserialize, Serialize};

/// How hard a task was taken to be.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum Complexity {
    /// One obvious step or two.
    Simple,
    /// Several steps; the default, because most tasks are.
    #[default]
    Moderate,
    /// Many steps, or steps that depend on what earlier ones find.
    Complex,
}

/// Where a task was attempted.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct TaskContext {
    /// The field, `general` by default. Episodes can be queried by it.
    pub domain: Domain,
    /// The language of the work, for instance `rust`; at most 128 bytes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// The framework of the work, for instance `tokio`; at most 128 bytes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub framework: Option<String>,
    /// How hard the task was taken to be.
    pub complexity: Complexity,
}

const LABEL_BYTES_MAX: usize = 128;

impl TaskContext {
    pub(crate) fn check(&self) -> Result<()> {
        for (what, label) in [
            ("the language", &self.language),
            ("the framework", &self.framework),
        ] {
            check_short(what, label.as_deref().unwrap_or(""), LABEL_BYTES_MAX)?;
        }
        Ok(())
    }

    pub(crate) fn size_bytes(&self) -> usize {
        let len = |label: &Option<String>| label.as_ref().map_or(0, String::len);
        self.domain.as_str().len() + len(&self.language) + len(&self.framework) + 32
    }
}
