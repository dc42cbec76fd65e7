use std::io;
use std::net::{Ipv4Addr, SocketAddr};

use tokio::net::{TcpListener, TcpSocket};

use crate::{Error, ErrorKind, Result};

/// How many connections may wait to be accepted.
const BACKLOG: u32 = 1024;

/// A loopback port that is ours until this is dropped.
///
/// A socket stays bound to it without listening. Where both ask for address
/// reuse, the kernel lets another socket, also that of a child, listen on the
/// port, gives it to nobody who asks for any free port, and refuses
/// connections while nobody listens.
#[derive(Debug)]
pub(crate) struct Port {
    _reserved: TcpSocket,
    address: SocketAddr,
}

impl Port {
    /// A port that nobody uses.
    pub(crate) fn free() -> Result<Self> {
        Self::reserve().map_err(|e| Error::because(ErrorKind::Io, "reserving a port", e))
    }

    fn reserve() -> io::Result<Self> {
        let reserved = bound((Ipv4Addr::LOCALHOST, 0).into())?;
        let address = reserved.local_addr()?;
        Ok(Self {
            _reserved: reserved,
            address,
        })
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Listens on it. Needs a runtime to be entered.
    pub(crate) fn listen(&self) -> Result<TcpListener> {
        bound(self.address)
            .and_then(|socket| socket.listen(BACKLOG))
            .map_err(|e| Error::because(ErrorKind::Io, "listening on a port", e))
    }
}

fn bound(address: SocketAddr) -> io::Result<TcpSocket> {
    let socket = TcpSocket::new_v4()?;
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    Ok(socket)
}
