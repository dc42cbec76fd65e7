use sha2::{Digest as _, Sha256};

/// What content is recognised by: SHA-256 of its fields, each preceded by its length.
pub(crate) struct Digest(Sha256);

impl Digest {
    pub(crate) fn new() -> Self {
        Self(Sha256::new())
    }

    pub(crate) fn field(mut self, bytes: &[u8]) -> Self {
        self.0.update((bytes.len() as u64).to_le_bytes());
        self.0.update(bytes);
        self
    }

    pub(crate) fn text(self, text: &str) -> Self {
        self.field(text.as_bytes())
    }

    /// A text that may be absent, which differs from an empty one.
    pub(crate) fn optional(self, text: Option<&str>) -> Self {
        match text {
            Some(text) => self.field(&[1]).text(text),
            None => self.field(&[]),
        }
    }

    pub(crate) fn time(self, micros: Option<i64>) -> Self {
        match micros {
            Some(micros) => self.field(&micros.to_le_bytes()),
            None => self.field(&[]),
        }
    }

    pub(crate) fn finish(self) -> Vec<u8> {
        self.0.finalize().to_vec()
    }
}
