//! Local or remote, decided at run time by the location.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::program::GroupResult;
use crate::{
    Connect, Error, ErrorKind, Execute, LocalConfig, LocalConnection, LocalConnector, Location,
    Program, Result, Rows, Statement, StatementCaches,
};
#[cfg(feature = "remote")]
use crate::{RemoteConfig, RemoteConnection, RemoteConnector};

/// The configuration of every kind of connection; the location says which part counts.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct AnyConfig {
    /// For files and memory.
    pub local: LocalConfig,
    /// For servers.
    #[cfg(feature = "remote")]
    pub remote: RemoteConfig,
}

/// A connector for any [`Location`]. It keeps those who are given a location
/// free of a type parameter.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum AnyConnector {
    /// A file or memory.
    Local(LocalConnector),
    /// A server.
    #[cfg(feature = "remote")]
    Remote(RemoteConnector),
}

impl AnyConnector {
    /// The connector for `location`. Touches nothing yet.
    ///
    /// # Errors
    /// [`ErrorKind::Unsupported`] when this build cannot reach such a location;
    /// for a server also those of `RemoteConnector::new`.
    pub fn open(location: &Location, config: AnyConfig) -> Result<Self> {
        match location {
            #[cfg(feature = "remote")]
            Location::Remote(_) => RemoteConnector::new(location, config.remote).map(Self::Remote),
            #[cfg(not(feature = "remote"))]
            Location::Remote(_) => {
                let context = format!("{location}: this build has no remote connections");
                Err(Error::new(ErrorKind::Unsupported, context))
            }
            _ => LocalConnector::new(location, config.local).map(Self::Local),
        }
    }

    /// As `LocalConnector::with_statement_caches`. On a server nothing is
    /// compiled ahead: the text travels with every request.
    #[must_use]
    pub fn with_statement_caches(self, caches: Arc<dyn StatementCaches>) -> Self {
        match self {
            Self::Local(connector) => Self::Local(connector.with_statement_caches(caches)),
            #[cfg(feature = "remote")]
            remote @ Self::Remote(_) => remote,
        }
    }
}

impl Connect for AnyConnector {
    type Conn = AnyConnection;

    async fn connect(&self) -> Result<AnyConnection> {
        match self {
            Self::Local(connector) => connector.connect().await.map(AnyConnection::Local),
            #[cfg(feature = "remote")]
            Self::Remote(connector) => connector.connect().await.map(AnyConnection::Remote),
        }
    }

    async fn recycle(&self, conn: &mut AnyConnection) -> Result<()> {
        match (self, conn) {
            (Self::Local(connector), AnyConnection::Local(conn)) => connector.recycle(conn).await,
            #[cfg(feature = "remote")]
            (Self::Remote(connector), AnyConnection::Remote(conn)) => connector.recycle(conn).await,
            #[cfg(feature = "remote")]
            _ => Err(stranger()),
        }
    }

    async fn check(&self, conn: &mut AnyConnection) -> Result<()> {
        match (self, conn) {
            (Self::Local(connector), AnyConnection::Local(conn)) => connector.check(conn).await,
            #[cfg(feature = "remote")]
            (Self::Remote(connector), AnyConnection::Remote(conn)) => connector.check(conn).await,
            #[cfg(feature = "remote")]
            _ => Err(stranger()),
        }
    }
}

/// A connection of an [`AnyConnector`].
#[derive(Debug)]
#[non_exhaustive]
pub enum AnyConnection {
    /// To a file or memory.
    Local(LocalConnection),
    /// To a server.
    #[cfg(feature = "remote")]
    Remote(RemoteConnection),
}

impl Execute for AnyConnection {
    async fn query(&mut self, statement: Statement) -> Result<Rows> {
        match self {
            Self::Local(conn) => conn.query(statement).await,
            #[cfg(feature = "remote")]
            Self::Remote(conn) => conn.query(statement).await,
        }
    }

    async fn query_all(&mut self, statements: Vec<Statement>) -> Vec<Result<Rows>> {
        match self {
            Self::Local(conn) => conn.query_all(statements).await,
            #[cfg(feature = "remote")]
            Self::Remote(conn) => conn.query_all(statements).await,
        }
    }

    async fn atomic(&mut self, program: Program) -> Result<Vec<GroupResult>> {
        match self {
            Self::Local(conn) => conn.atomic(program).await,
            #[cfg(feature = "remote")]
            Self::Remote(conn) => conn.atomic(program).await,
        }
    }
}

#[cfg(feature = "remote")]
fn stranger() -> Error {
    Error::new(ErrorKind::Misuse, "a connection of another connector")
}
