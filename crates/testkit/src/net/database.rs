use std::net::SocketAddr;
use std::ops::Deref;

use super::{Front, Proxy};
use crate::Result;

/// A database of a server that has many, behind a fault proxy of its own: the
/// URL is the proxy's, and names nothing that the client must know.
///
/// The server chooses a database by the first label of the `host` header; the
/// proxy sets it.
#[derive(Debug)]
pub struct Database {
    proxy: Proxy,
}

impl Database {
    pub(crate) fn named(server: SocketAddr, name: &str) -> Result<Self> {
        let host = format!("{name}.sqld");
        let proxy = Proxy::with_host(server, Some(&host))?;
        Ok(Self { proxy })
    }
}

impl Deref for Database {
    type Target = Front;

    fn deref(&self) -> &Front {
        &self.proxy
    }
}
