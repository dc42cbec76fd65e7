//! How local connections are opened.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// When an acknowledged write is on the medium.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Durability {
    /// Before it is acknowledged (`synchronous=FULL`): it survives power loss.
    /// The default, because an acknowledged write that can vanish is no
    /// acknowledgement.
    #[default]
    Full,
    /// A little later (`synchronous=NORMAL`): it survives a crash of the
    /// process; power loss may take the last ones, never corrupt the file.
    Normal,
}

/// What may be done with the file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Access {
    /// Read and write; a missing file is created. The default: an embedded
    /// database has no other installation step.
    #[default]
    Create,
    /// Read and write; a missing file is an error.
    ReadWrite,
    /// Read only; a missing file is an error, a write is
    /// [`ReadOnly`](crate::ErrorKind::ReadOnly). A file in WAL mode can be read
    /// only where its `-wal` and `-shm` files exist or can be made.
    ReadOnly,
}

/// How local connections are opened and used. Every combination is legal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LocalConfig {
    /// When an acknowledged write is on the medium. Default: before.
    pub durability: Durability,
    /// What may be done with the file. Default: everything, also to create it.
    pub access: Access,
    /// The longest time an operation or the opening of a connection may take,
    /// waiting for other writers included, unless the statement or program says
    /// otherwise. Default 30 s: many times what 32 writers at once need, and
    /// what a person or an agent still waits.
    pub deadline: Duration,
    /// How long one attempt waits inside SQLite for another writer before the
    /// work is rolled back and tried again; a minute at most. Default 200 ms:
    /// longer than almost all commits, and the most by which a cancelled call
    /// outlives its caller.
    pub busy_wait: Duration,
    /// Memory for pages per connection, in bytes. Default 8 MiB: a thousand
    /// episodes stay warm, and ten connections cost less than 100 MB.
    pub cache_bytes: u32,
}

impl LocalConfig {
    /// SQLite counts milliseconds in 31 bits, and no attempt outlasts the deadline.
    pub(super) fn busy_wait(&self) -> Duration {
        self.busy_wait
            .min(self.deadline)
            .min(Duration::from_mins(1))
    }
}

impl Default for LocalConfig {
    fn default() -> Self {
        Self {
            durability: Durability::default(),
            access: Access::default(),
            deadline: Duration::from_secs(30),
            busy_wait: Duration::from_millis(200),
            cache_bytes: 8 << 20,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn missing_fields_have_their_defaults_and_unknown_ones_are_refused() {
        let config: LocalConfig = serde_json::from_str(r#"{"durability":"normal"}"#).unwrap();
        assert_eq!(config.durability, Durability::Normal);
        assert_eq!(config.deadline, LocalConfig::default().deadline);
        assert!(serde_json::from_str::<LocalConfig>(r#"{"durabilty":"normal"}"#).is_err());
    }
}
