use sha2::{Digest as _, Sha256};

/// The fields that stand beside a payload and are content as it is: each preceded by its length.
#[derive(Default)]
pub(crate) struct Fields(Vec<u8>);

impl Fields {
    fn field(mut self, bytes: &[u8]) -> Self {
        self.0.extend((bytes.len() as u64).to_le_bytes());
        self.0.extend(bytes);
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

    /// What content is recognised by: SHA-256 of the payload, preceded by its length, and of these.
    pub(crate) fn digest(&self, payload: &[u8]) -> Vec<u8> {
        let mut digest = Sha256::new();
        digest.update((payload.len() as u64).to_le_bytes());
        digest.update(payload);
        digest.update(&self.0);
        digest.finalize().to_vec()
    }
}
