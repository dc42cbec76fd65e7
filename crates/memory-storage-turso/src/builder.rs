use crate::cached::{CacheConfig, CachedStorage};
use crate::config::{Config, DictionaryChoice};
use crate::create::create;
use crate::error::{corrupt, storage};
use crate::lanes::Lanes;
use crate::metered::metered;
use crate::schema::{self, Found};
use crate::storage::TursoStorage;
use memory_core::{Error, ErrorKind, Result};
use std::num::NonZeroUsize;
use std::path::Path;
use std::sync::Arc;
use turso_compression::{Config as CompressionConfig, Packer};
use turso_conn::{Access, AnyConfig, AnyConnector, Durability, Location};
use turso_prepared::Prepared;

/// Makes a [`TursoStorage`]. Every setting is one of [`Config`].
#[derive(Clone, Debug)]
#[must_use = "nothing is opened before `build`"]
pub struct Builder {
    config: Config,
}

impl From<Config> for Builder {
    fn from(config: Config) -> Self {
        Self { config }
    }
}

impl Builder {
    pub(crate) fn new(location: impl Into<String>) -> Self {
        Config::at(location).into()
    }

    /// How connections are opened and used.
    pub fn connection(mut self, connection: AnyConfig) -> Self {
        self.config.connection = connection;
        self
    }

    /// Whether a file is made, written or only read. Default: made if it does not exist.
    pub fn access(mut self, access: Access) -> Self {
        self.config.connection.local.access = access;
        self
    }

    /// When an acknowledged write is on the disk. Default: before it is acknowledged.
    pub fn durability(mut self, durability: Durability) -> Self {
        self.config.connection.local.durability = durability;
        self
    }

    /// How many compiled statements each local connection keeps.
    pub fn prepared(mut self, prepared: turso_prepared::Config) -> Self {
        self.config.prepared = prepared;
        self
    }

    /// How much is committed together, and how much may wait for it.
    pub fn commits(mut self, commits: turso_batch::Config) -> Self {
        self.config.commits = commits;
        self
    }

    /// How connections to a server are kept and lent.
    pub fn pool(mut self, pool: turso_pool::Config) -> Self {
        self.config.pool = pool;
        self
    }

    /// Reading connections beside the writing one of a file.
    pub fn readers(mut self, readers: NonZeroUsize) -> Self {
        self.config.readers = readers;
        self
    }

    /// How payloads are compressed that are written from now on.
    pub fn compression(mut self, compression: CompressionConfig) -> Self {
        self.config.compression = compression;
        self
    }

    /// What zstd compresses payloads with.
    pub fn dictionary(mut self, dictionary: DictionaryChoice) -> Self {
        self.config.dictionary = dictionary;
        self
    }

    /// The token that a server asks for. Default: none, or the one in the location.
    #[cfg(feature = "remote")]
    pub fn token(mut self, token: turso_conn::Secret) -> Self {
        self.config.connection.remote.token = Some(token);
        self
    }

    /// What a storage opened with [`build_cached`](Self::build_cached) keeps in memory.
    pub fn cache(mut self, cache: CacheConfig) -> Self {
        self.config.cache = cache;
        self
    }

    /// The same as [`build`](Self::build), behind a cache.
    ///
    /// # Errors
    /// As [`build`](Self::build), and `Misuse` for a cache that contradicts itself.
    ///
    /// # Cancellation
    /// As [`build`](Self::build).
    pub async fn build_cached(self) -> Result<CachedStorage<TursoStorage>> {
        let cache = self.config.cache.clone();
        CachedStorage::new(self.build().await?, &cache)
    }

    /// Opens the database, makes it if it is new, and brings its schema up to date.
    ///
    /// # Errors
    /// `Misuse` for a location that cannot be one, `Disconnected` for a place that cannot be
    /// opened, `Corrupt` for a file that is empty or damaged, or one that is gone and left its
    /// log, `Unsupported` for a
    /// database that is newer than this program or not a memory (it is left
    /// untouched), `Full`, `ReadOnly`, `Busy`.
    ///
    /// # Cancellation
    /// Nothing half made is left under the database's name.
    pub async fn build(self) -> Result<TursoStorage> {
        let location = self.config.parse_location()?;
        let mut connection = self.config.connection.clone();
        let access = connection.local.access;
        if let Some(path) = location.as_path() {
            refuse_empty(path)?;
            if access == Access::Create && !path.exists() {
                create(path, &connection).await?;
            }
            if access == Access::Create {
                // Connections that are opened later find the file or fail: none makes an empty one.
                connection.local.access = Access::ReadWrite;
            }
        }
        let prepared = Prepared::new(self.config.prepared.clone());
        let connector = AnyConnector::open(&location, connection)
            .map_err(|e| storage("opening the database", e))?
            .with_statement_caches(Arc::new(prepared.clone()));
        let connector = metered(connector);
        let lanes = Lanes::open(&connector, &location, &self.config)
            .await
            .map_err(|e| storage("opening the database", e))?;
        prepare(&lanes, &location, access).await?;
        let packer = Packer::new(self.config.compression);
        let local = !location.is_remote();
        let storage = TursoStorage::new(lanes, connector, packer, prepared, local);
        storage.choose_dictionary(self.config.dictionary).await?;
        Ok(storage)
    }
}

/// A file of no bytes was never a database of ours: something went wrong with it.
fn refuse_empty(path: &Path) -> Result<()> {
    match std::fs::metadata(path) {
        Ok(file) if file.is_file() && file.len() == 0 => Err(empty(&path.display())),
        _ => Ok(()),
    }
}

fn empty(place: &dyn std::fmt::Display) -> Error {
    corrupt(format!(
        "{place} exists but is empty: if it is meant to be a new database, delete it first"
    ))
}

/// Brings the schema up to date, unless the database is one that must not be touched.
async fn prepare(lanes: &Lanes, location: &Location, access: Access) -> Result<()> {
    let mut conn = lanes
        .writer()
        .await
        .map_err(|e| storage("opening the database", e))?;
    let version = match schema::look(&mut *conn).await? {
        Found::Memory(version) => version,
        Found::Empty if matches!(location, Location::File(_)) => return Err(empty(location)),
        Found::Empty => 0,
        Found::Foreign => {
            let context =
                format!("{location} is a database, but not a memory: choose another place");
            return Err(Error::new(ErrorKind::Unsupported, context));
        }
    };
    if version < schema::latest() && access == Access::ReadOnly {
        let context = format!("{location} has version {version}: open it once for writing");
        return Err(Error::new(ErrorKind::Unsupported, context));
    }
    schema::migrate(&mut *conn, version).await
}
