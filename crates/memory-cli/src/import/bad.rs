use super::origin::Origin;
use crate::error::Error;
use memory_storage_turso as memory;

/// Why a line cannot be stored.
#[derive(Debug)]
pub(crate) struct Bad(pub(super) String);

impl From<memory::Error> for Bad {
    fn from(error: memory::Error) -> Self {
        Self(error.to_string())
    }
}

impl From<serde_json::Error> for Bad {
    fn from(error: serde_json::Error) -> Self {
        // There is one line here, and its number is known better.
        Self(
            error
                .to_string()
                .replace(" at line 1 column ", " at column "),
        )
    }
}

impl Bad {
    /// The error of an import that stops at this line.
    pub(crate) fn at(self, origin: &Origin) -> Error {
        Error::failed(format!("{origin}: {}", self.0))
            .next("correct the line, or leave such lines out with --skip-bad")
    }

    pub(crate) fn into_text(self) -> String {
        self.0
    }
}
