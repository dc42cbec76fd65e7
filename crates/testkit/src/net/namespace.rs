use std::io;
use std::net::SocketAddr;

use super::ask::ask;
use super::{Message, runtime};
use crate::{Error, ErrorKind, Result};

/// One of the databases of a server that has many. Deleted on drop, in the
/// background: each costs the server five open files.
#[derive(Debug)]
pub(crate) struct Namespace {
    admin: SocketAddr,
    name: String,
}

impl Namespace {
    pub(crate) fn create(admin: SocketAddr, name: String) -> Result<Self> {
        let created = post(admin, &format!("/v1/namespaces/{name}/create"));
        created.map_err(|e| Error::because(ErrorKind::Io, "creating a database", e))?;
        Ok(Self { admin, name })
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }
}

impl Drop for Namespace {
    fn drop(&mut self) {
        let (admin, path) = (self.admin, format!("/v1/namespaces/{}", self.name));
        if let Ok(runtime) = runtime::handle() {
            // Whoever is not deleted goes with the server.
            runtime.spawn_blocking(move || ask(admin, Message::request("DELETE", &path, "{}")));
        }
    }
}

fn post(admin: SocketAddr, path: &str) -> io::Result<()> {
    match ask(admin, Message::request("POST", path, "{}"))? {
        200 => Ok(()),
        status => Err(io::Error::other(format!("status {status}"))),
    }
}
