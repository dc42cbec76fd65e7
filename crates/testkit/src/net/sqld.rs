use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

use tempfile::TempDir;

use super::Database;
use super::binary;
use super::launch::{Process, Site};
use super::namespace::Namespace;
use super::place;
use super::port::Port;
use crate::{Error, ErrorKind, Result};

/// A real libSQL server, on loopback, with its data in a temporary folder.
///
/// It ends by SIGTERM when this is dropped, and by SIGKILL when the test
/// process dies in any other way; its folder goes with it. With the
/// environment variable `TESTKIT_KEEP` set, a dropped server leaves its folder.
/// All calls block, for tens of milliseconds.
#[derive(Debug)]
pub struct Sqld {
    binary: PathBuf,
    folder: TempDir,
    http: Port,
    admin: Option<Port>,
    process: Mutex<Option<Process>>,
    databases: AtomicU64,
}

impl Sqld {
    /// A server of its own with one database, at [`url`](Self::url).
    ///
    /// The binary is the one that the environment variable `SQLD_BIN` names,
    /// else `target/sqld/sqld` in the workspace, where `scripts/sqld.sh` puts
    /// it. Without one the answer is `None`, and standard error says that
    /// `test` is skipped.
    ///
    /// # Errors
    ///
    /// When it does not start; and when there is no binary although
    /// `TESTKIT_REQUIRE_SQLD` or `CI` is set, to anything but `false` or `0`.
    pub fn start(test: &str) -> Result<Option<Self>> {
        let binary = binary::find(test)?;
        let launch = |binary| Self::launch(binary, place::on_disk()?, None);
        binary.map(launch).transpose()
    }

    /// The server that all tests of this process share, with a database for
    /// each of them: [`fresh_database`](Self::fresh_database). Started by the
    /// first call. Its data is in memory where there is room for it.
    ///
    /// # Errors
    ///
    /// As [`start`](Self::start).
    pub fn shared(test: &str) -> Result<Option<&'static Self>> {
        static SHARED: OnceLock<Sqld> = OnceLock::new();
        static STARTING: Mutex<()> = Mutex::new(());
        let _one_at_a_time = STARTING.lock().unwrap_or_else(PoisonError::into_inner);
        if SHARED.get().is_none() {
            let Some(binary) = binary::find(test)? else {
                return Ok(None);
            };
            let sqld = Self::launch(binary, place::in_memory()?, Some(Port::free()?))?;
            // Nobody else sets it while we hold the lock.
            let _ = SHARED.set(sqld);
        }
        Ok(SHARED.get())
    }

    fn launch(binary: PathBuf, folder: TempDir, admin: Option<Port>) -> Result<Self> {
        let sqld = Self {
            binary,
            folder,
            http: Port::free()?,
            admin,
            process: Mutex::new(None),
            databases: AtomicU64::new(0),
        };
        sqld.restart()?;
        Ok(sqld)
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.http.address()
    }

    /// What a client connects to: `http://127.0.0.1:PORT`. Only the databases
    /// of the [`shared`](Self::shared) server can be reached there, each at a
    /// URL of its own.
    pub fn url(&self) -> String {
        format!("http://{}", self.address())
    }

    /// The id of its process, for tools that look at it from outside; none while it does not run.
    pub fn id(&self) -> Option<u32> {
        self.process().as_ref().map(Process::id)
    }

    /// Where its data is.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// A new, empty database behind a fault proxy of its own. Takes a few
    /// milliseconds.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Data`] for a server that has one database only, see
    /// [`shared`](Self::shared); [`ErrorKind::Io`] when it does not answer.
    pub fn fresh_database(&self) -> Result<Database> {
        let admin = self.admin.as_ref().map(Port::address).ok_or_else(|| {
            let context = "a database from a server without namespaces";
            Error::new(ErrorKind::Data, context)
        })?;
        let number = self.databases.fetch_add(1, Ordering::Relaxed);
        let namespace = Namespace::create(admin, format!("test{number}"))?;
        Database::in_namespace(self.address(), namespace)
    }

    /// Ends it by SIGKILL, as a crash would. Its port refuses connections
    /// until [`restart`](Self::restart).
    pub fn kill(&self) {
        if let Some(process) = self.process().take() {
            process.kill();
        }
    }

    /// Ends it by SIGTERM. Its port refuses connections until
    /// [`restart`](Self::restart).
    pub fn stop(&self) {
        if let Some(process) = self.process().take() {
            process.stop();
        }
    }

    /// Starts it again on the same port with the same data; ends it by SIGTERM
    /// first if it runs.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Exited`] or [`ErrorKind::Timeout`] with the end of its
    /// log, [`ErrorKind::Io`] when the binary cannot be run.
    pub fn restart(&self) -> Result<()> {
        self.stop();
        let process = Process::start(Site {
            binary: &self.binary,
            folder: self.folder.path(),
            http: self.http.address(),
            admin: self.admin.as_ref().map(Port::address),
        })?;
        *self.process() = Some(process);
        Ok(())
    }

    fn process(&self) -> MutexGuard<'_, Option<Process>> {
        self.process.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Sqld {
    fn drop(&mut self) {
        self.stop();
    }
}
