use memory_core::{Error, ErrorKind, Result};
use serde::{Deserialize, Serialize};
use std::num::NonZeroUsize;
use turso_conn::{AnyConfig, Location};

/// The environment variable that says where the database is.
pub const ENV_URL: &str = "TURSO_DATABASE_URL";

/// Where a memory is stored, and how. Every combination of a valid location is legal.
///
/// ```
/// use memory_storage_turso::Config;
///
/// let config: Config = serde_json::from_str(r#"{ "location": "agent.db", "readers": 2 }"#).unwrap();
/// assert_eq!(config.location, "agent.db");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// A path, `file:path` or `:memory:`. Default `memory.db`, in the working directory.
    pub location: String,
    /// How connections are opened and used.
    pub connection: AnyConfig,
    /// Reading connections beside the writing one. Default: one per processor, at
    /// most four, because reads of a local file wait for processors, not for the disk.
    /// A database in memory has none.
    pub readers: NonZeroUsize,
}

impl Default for Config {
    fn default() -> Self {
        let processors = std::thread::available_parallelism().map_or(1, NonZeroUsize::get);
        Self {
            location: "memory.db".into(),
            connection: AnyConfig::default(),
            readers: NonZeroUsize::new(processors.min(4)).unwrap_or(NonZeroUsize::MIN),
        }
    }
}

impl Config {
    /// The default configuration at `location`.
    pub fn at(location: impl Into<String>) -> Self {
        Self {
            location: location.into(),
            ..Self::default()
        }
    }

    /// The default configuration at the place that `TURSO_DATABASE_URL` names, if it is set.
    ///
    /// # Errors
    /// `Misuse` when the variable is not Unicode.
    pub fn from_env() -> Result<Self> {
        match std::env::var(ENV_URL) {
            Ok(location) => Ok(Self::at(location)),
            Err(std::env::VarError::NotPresent) => Ok(Self::default()),
            Err(e) => {
                Err(Error::new(ErrorKind::Misuse, format!("reading {ENV_URL}")).with_source(e))
            }
        }
    }

    pub(crate) fn parse_location(&self) -> Result<Location> {
        self.location
            .parse()
            .map_err(|e| crate::error::storage("reading the location", e))
    }
}
