//! Opens local connections.

use std::fs::Metadata;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::time::Instant;

use super::call::FAR;
use super::config::{Access, LocalConfig};
use super::connection::LocalConnection;
use super::hop::{joined, runtime};
use super::identity::Identity;
use super::pragma;
use super::raw::now;
use super::session::Session;
use super::statements::{OneUnitEach, StatementCaches};
use crate::backoff::{Backoff, jitter};
use crate::{Connect, Error, ErrorKind, Location, Result};

/// Opens connections to one local database. Clones share it.
///
/// A file may have any number of connections. `:memory:` has one for the
/// connector's whole life: every further one would be another, empty database.
#[derive(Clone, Debug)]
pub struct LocalConnector {
    place: Place,
    identity: Identity,
    config: Arc<LocalConfig>,
    statements: Arc<dyn StatementCaches>,
}

#[derive(Clone, Debug)]
enum Place {
    /// An absolute path: the working directory may change between two
    /// connections, and no name is special then (`:memory:`, `file:…`).
    File(PathBuf),
    /// Whether its one connection was made.
    Memory(Arc<AtomicBool>),
}

impl LocalConnector {
    /// A connector for the database at `location`. Touches nothing yet.
    ///
    /// # Errors
    /// [`ErrorKind::Unsupported`] when the location is a server.
    pub fn new(location: &Location, config: LocalConfig) -> Result<Self> {
        let place = match location {
            Location::File(path) => Place::File(absolute(path)?),
            Location::Memory => Place::Memory(Arc::default()),
            Location::Remote(_) => {
                let context = format!("{location} is not a local database");
                return Err(Error::new(ErrorKind::Unsupported, context));
            }
        };
        Ok(Self {
            place,
            identity: Identity::default(),
            config: Arc::new(config),
            statements: Arc::new(OneUnitEach),
        })
    }

    /// Has each connection keep compiled statements in a cache made by
    /// `caches`. The default keeps them while one program runs.
    #[must_use]
    pub fn with_statement_caches(mut self, caches: Arc<dyn StatementCaches>) -> Self {
        self.statements = caches;
        self
    }

    /// The configuration.
    pub fn config(&self) -> &LocalConfig {
        &self.config
    }

    fn name(&self) -> String {
        match &self.place {
            Place::File(path) => path.display().to_string(),
            Place::Memory(_) => ":memory:".to_owned(),
        }
    }

    async fn open(&self) -> Result<LocalConnection> {
        let deadline = Instant::now() + self.config.deadline.min(FAR);
        for attempt in 0.. {
            let this = self.clone();
            let opened = runtime()?.spawn_blocking(move || this.open_once());
            let pause = Backoff::LOCK.delay(attempt, jitter());
            match joined(opened.await) {
                Err(error)
                    if error.kind() == ErrorKind::Busy && Instant::now() + pause < deadline =>
                {
                    tokio::time::sleep(pause).await;
                }
                answer => return answer,
            }
        }
        Err(Error::new(ErrorKind::Busy, "the database stayed busy"))
    }

    fn open_once(&self) -> Result<LocalConnection> {
        let (path, file) = match &self.place {
            Place::File(path) => (path.as_path(), true),
            Place::Memory(_) => (Path::new(":memory:"), false),
        };
        if file {
            self.look_at(path)?;
        }
        let builder = libsql::Builder::new_local(path).flags(flags(self.config.access));
        let database = now(builder.build())?;
        let conn = database.connect().map_err(super::raw::error)?;
        pragma::configure(&conn, &self.config, file)?;
        if file {
            // It may have been made, or replaced, since it was looked at.
            self.look_at(path)?;
        }
        let session = Session::new(conn, self.statements.for_connection())?;
        Ok(LocalConnection::new(
            session,
            Arc::clone(&self.config),
            file,
        ))
    }

    fn look_at(&self, path: &Path) -> Result<()> {
        match look_at(path, self.config.access)? {
            Some(found) => self.identity.confirm(&found),
            None => Ok(()),
        }
    }
}

impl Connect for LocalConnector {
    type Conn = LocalConnection;

    async fn connect(&self) -> Result<LocalConnection> {
        let claim = Claim::of(&self.place)?;
        let opened = self.open().await;
        let conn = opened.map_err(|error| error.during(&format!("opening {}", self.name())))?;
        claim.keep();
        tracing::debug!(place = self.name(), "opened a local connection");
        Ok(conn)
    }

    async fn recycle(&self, conn: &mut LocalConnection) -> Result<()> {
        conn.recycle().await
    }

    async fn check(&self, conn: &mut LocalConnection) -> Result<()> {
        conn.check().await
    }
}

/// The right to make the one connection of a memory database; given back
/// unless the connection was made.
struct Claim<'a> {
    taken: Option<&'a AtomicBool>,
}

impl<'a> Claim<'a> {
    fn of(place: &'a Place) -> Result<Self> {
        let Place::Memory(taken) = place else {
            return Ok(Self { taken: None });
        };
        if taken.swap(true, Ordering::Relaxed) {
            let context = "a database in memory has one connection, and it was made before";
            return Err(Error::new(ErrorKind::Closed, context));
        }
        Ok(Self { taken: Some(taken) })
    }

    fn keep(mut self) {
        self.taken = None;
    }
}

impl Drop for Claim<'_> {
    fn drop(&mut self) {
        if let Some(taken) = self.taken {
            taken.store(false, Ordering::Relaxed);
        }
    }
}

fn absolute(path: &Path) -> Result<PathBuf> {
    std::path::absolute(path).map_err(|error| {
        Error::new(ErrorKind::Disconnected, "finding the working directory").with_source(error)
    })
}

fn flags(access: Access) -> libsql::OpenFlags {
    use libsql::OpenFlags;
    match access {
        Access::Create => OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE,
        Access::ReadWrite => OpenFlags::SQLITE_OPEN_READ_WRITE,
        Access::ReadOnly => OpenFlags::SQLITE_OPEN_READ_ONLY,
    }
}

/// Finds the plain reasons for which opening must fail, and says them better
/// than SQLite does. It only looks: to open the file here and close it again
/// would release every lock this process has on it. `None` when it is still to be made.
fn look_at(path: &Path, access: Access) -> Result<Option<Metadata>> {
    let reason = |source| Error::new(ErrorKind::Disconnected, "looking at it").with_source(source);
    match std::fs::metadata(path) {
        Ok(found) if found.is_dir() => Err(reason(std::io::Error::from(
            std::io::ErrorKind::IsADirectory,
        ))),
        Ok(found) => Ok(Some(found)),
        Err(error) if error.kind() != std::io::ErrorKind::NotFound || access != Access::Create => {
            Err(reason(error))
        }
        Err(_) => path.parent().map_or(Ok(None), |parent| {
            std::fs::metadata(parent).map(|_| None).map_err(reason)
        }),
    }
}
