use std::net::SocketAddr;
use std::ops::Deref;

use super::Front;
use super::backend::Backend;
use super::forward::Forward;
use super::knobs::Knobs;
use super::target::Target;
use crate::Result;

/// A front that hands requests on to an HTTP server.
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
        Self::to(Target::local(address, None))
    }

    pub(crate) fn to(target: Target) -> Result<Self> {
        let backends = move || Box::new(Forward::new(target.clone())) as Box<dyn Backend>;
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
