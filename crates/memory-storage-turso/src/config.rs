use crate::cached::CacheConfig;
use memory_core::{Error, ErrorKind, Result};
use serde::{Deserialize, Serialize};
use std::num::NonZeroUsize;
use turso_compression::Config as CompressionConfig;
use turso_conn::{AnyConfig, Location};

/// The environment variable that says where the database is.
pub const ENV_URL: &str = "TURSO_DATABASE_URL";

/// The environment variable that holds the token of a server.
#[cfg(feature = "remote")]
pub const ENV_TOKEN: &str = "TURSO_AUTH_TOKEN";

/// Where a memory is stored, and how. Every combination of a valid location is legal.
///
/// ```
/// use memory_storage_turso::Config;
///
/// let config: Config = serde_json::from_str(r#"{ "location": "agent.db", "readers": 2 }"#).unwrap();
/// assert_eq!(config.location, "agent.db");
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// A path, `file:path`, `:memory:`, or a server: `libsql://host`, `https://host`,
    /// `http://host`. Default `memory.db`, in the working directory.
    pub location: String,
    /// How connections are opened and used.
    pub connection: AnyConfig,
    /// How many compiled statements each local connection keeps.
    pub prepared: turso_prepared::Config,
    /// How much is committed together, and how much may wait for it. No write waits longer for its
    /// turn than the deadline of a local connection, whatever stands here.
    pub commits: turso_batch::Config,
    /// How connections to a server are kept and lent. Default: 5 to 20, as demand wants. Files
    /// and memory do not use it.
    pub pool: turso_pool::Config,
    /// Reading connections beside the writing one of a file, opened when they are first needed.
    /// Default: one per processor, at most four, because reads of a local file wait for
    /// processors, not for the disk. Servers and memory do not use it.
    pub readers: NonZeroUsize,
    /// How payloads are compressed that are written from now on. Default: zstd at level 3, or
    /// deflate at level 3 in a build without the feature `zstd`. Payloads
    /// that were written otherwise stay readable.
    pub compression: CompressionConfig,
    /// What zstd compresses payloads with.
    pub dictionary: DictionaryChoice,
    /// The cache of a storage that is opened with
    /// [`build_cached`](crate::Builder::build_cached).
    pub cache: CacheConfig,
}

/// Which dictionary new payloads are compressed with, when that is done by zstd.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum DictionaryChoice {
    /// None.
    None,
    /// The one that comes with this program.
    BuiltIn,
    /// The latest one that was trained on this database, else the one that comes with this
    /// program. The default: payloads get smaller by it, and it costs no time.
    #[default]
    Trained,
}

impl Default for Config {
    fn default() -> Self {
        let processors = std::thread::available_parallelism().map_or(1, NonZeroUsize::get);
        Self {
            location: "memory.db".into(),
            connection: AnyConfig::default(),
            prepared: turso_prepared::Config::default(),
            commits: turso_batch::Config::default(),
            pool: turso_pool::Config::default(),
            readers: NonZeroUsize::new(processors.min(4)).unwrap_or(NonZeroUsize::MIN),
            compression: CompressionConfig::default(),
            dictionary: DictionaryChoice::default(),
            cache: CacheConfig::default(),
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

    /// The default configuration at the place that `TURSO_DATABASE_URL` names, if it is set,
    /// with the token in `TURSO_AUTH_TOKEN`, if that is set.
    ///
    /// # Errors
    /// `Misuse` when one of them is not Unicode.
    pub fn from_env() -> Result<Self> {
        let config = variable(ENV_URL)?.map_or_else(Self::default, Self::at);
        #[cfg(feature = "remote")]
        let config = config.with_token(variable(ENV_TOKEN)?);
        Ok(config)
    }

    /// The same configuration with the token in `TURSO_AUTH_TOKEN`, if that is set.
    ///
    /// # Errors
    /// `Misuse` when it is not Unicode.
    #[cfg(feature = "remote")]
    pub fn with_env_token(self) -> Result<Self> {
        Ok(self.with_token(variable(ENV_TOKEN)?))
    }

    #[cfg(feature = "remote")]
    fn with_token(mut self, token: Option<String>) -> Self {
        if let Some(token) = token {
            self.connection.remote.token = Some(turso_conn::Secret::new(token));
        }
        self
    }

    pub(crate) fn parse_location(&self) -> Result<Location> {
        self.location
            .parse()
            .map_err(|e| crate::error::storage("reading the location", e))
    }
}

/// The variable `name`, unless it is not set or empty.
fn variable(name: &str) -> Result<Option<String>> {
    match std::env::var(name) {
        Ok(value) => Ok(Some(value).filter(|value| !value.is_empty())),
        Err(std::env::VarError::NotPresent) => Ok(None),
        Err(e) => Err(Error::new(ErrorKind::Misuse, format!("reading {name}")).with_source(e)),
    }
}
