use std::net::SocketAddr;
use std::ops::Deref;

use super::elsewhere::Elsewhere;
use super::namespace::Namespace;
use super::target::Target;
use super::{Front, Proxy, Sqld};
use crate::Result;

/// An empty database of a real server, behind a fault proxy of its own: the
/// URL is the proxy's, and nothing in it names the database.
///
/// A sqld chooses a database by the first label of the `host` header; the
/// proxy sets it. What was stored is gone when this is dropped.
#[derive(Debug)]
pub struct Database {
    // Dropped in this order: first nobody can use it any more.
    proxy: Proxy,
    _held: Held,
}

#[derive(Debug)]
enum Held {
    Namespace(#[expect(dead_code, reason = "held until the drop")] Namespace),
    Elsewhere(#[expect(dead_code, reason = "held until the drop")] Elsewhere),
}

impl Database {
    /// A new database of the [shared server](Sqld::shared), or `None` after
    /// standard error says that `test` is skipped for want of a server.
    ///
    /// When the environment variable `TURSO_TEST_URL` names a server
    /// (`libsql`, `https` or `http`), it is the database there; the proxy sends
    /// the token, which is `TURSO_TEST_TOKEN`. One test has it at a time, of all
    /// processes, and a test that asks for a second waits in vain. It is emptied before and after; if it is not empty at first,
    /// that is an error unless `TURSO_TEST_WIPE` is set.
    ///
    /// # Errors
    ///
    /// As [`Sqld::start`]; and when the server named does not do as it is
    /// asked, or is not free after ten minutes.
    pub fn fresh(test: &str) -> Result<Option<Self>> {
        if let Some(elsewhere) = Elsewhere::named()? {
            return Ok(Some(Self {
                proxy: Proxy::to(elsewhere.target().clone())?,
                _held: Held::Elsewhere(elsewhere),
            }));
        }
        let sqld = Sqld::shared(test)?;
        sqld.map(Sqld::fresh_database).transpose()
    }

    pub(crate) fn in_namespace(server: SocketAddr, namespace: Namespace) -> Result<Self> {
        let host = format!("{}.sqld", namespace.name());
        Ok(Self {
            proxy: Proxy::to(Target::local(server, Some(host)))?,
            _held: Held::Namespace(namespace),
        })
    }
}

impl Deref for Database {
    type Target = Front;

    fn deref(&self) -> &Front {
        &self.proxy
    }
}
