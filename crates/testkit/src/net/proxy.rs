use std::net::SocketAddr;
use std::ops::Deref;

use super::Front;
use super::forward::Forward;
use super::knobs::Knobs;
use crate::Result;

/// A front that hands requests on to an HTTP server on this machine.
///
/// Each connection of a client has one of its own to the server. A request is
/// read whole before it is handed on, and so is its answer. When the client
/// goes, its request on the server is abandoned too.
#[derive(Debug)]
pub struct Proxy {
    front: Front,
}

impl Proxy {
    /// Before the server at `address`.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Io`](crate::ErrorKind::Io) when no port can be had.
    pub fn before(address: SocketAddr) -> Result<Self> {
        Self::with_host(address, None)
    }

    /// Before a server that is to be called `host`, whatever the client calls
    /// the proxy.
    pub(crate) fn with_host(address: SocketAddr, host: Option<&str>) -> Result<Self> {
        let host = host.map(ToOwned::to_owned);
        let backends = move || Box::new(Forward::new(address, host.clone())) as Box<_>;
        let front = Front::start(Knobs::default(), Box::new(backends))?;
        Ok(Self { front })
    }
}

impl Deref for Proxy {
    type Target = Front;

    fn deref(&self) -> &Front {
        &self.front
    }
}
