//! Opens remote connections.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use tokio::time::{Instant, timeout_at};

use super::config::{Encoding, RemoteConfig};
use super::connection::RemoteConnection;
use super::dial::{Dial, TcpDialer};
use super::fault::{Fault, tidy};
use super::reply::{Media, Reply};
use super::retry::Work;
use super::shared::Shared;
use super::socket::{Socket, Unanswered};
use super::stats::RemoteStats;
use super::tries::Tries;
use super::wire::Wire;
use crate::{Connect, Error, ErrorKind, Location, Result};

/// Opens connections to one server. Clones share it, and its counters.
#[derive(Clone, Debug)]
pub struct RemoteConnector {
    shared: Arc<Shared>,
}

impl RemoteConnector {
    /// A connector for the server at `location`. Touches nothing yet.
    ///
    /// # Errors
    /// [`ErrorKind::Unsupported`] when the location is no server, or wants
    /// encryption and the feature `tls` is off; [`ErrorKind::Misuse`] when a
    /// token would travel unencrypted to another machine
    /// ([`RemoteConfig::allow_plaintext`]), and for a token or namespace that
    /// no HTTP header can hold; [`ErrorKind::Unauthorized`] when there are no
    /// certificates to trust.
    pub fn new(location: &Location, config: RemoteConfig) -> Result<Self> {
        Self::with_dialer(location, config, TcpDialer)
    }

    /// The same over streams that `dialer` opens.
    ///
    /// # Errors
    /// Those of [`new`](Self::new).
    pub fn with_dialer(
        location: &Location,
        config: RemoteConfig,
        dialer: impl Dial,
    ) -> Result<Self> {
        let Location::Remote(location) = location else {
            let context = format!("{location} is not a server");
            return Err(Error::new(ErrorKind::Unsupported, context));
        };
        let shared = Shared::new(location, config, Box::new(dialer))?;
        Ok(Self {
            shared: Arc::new(shared),
        })
    }

    /// The configuration.
    pub fn config(&self) -> &RemoteConfig {
        &self.shared.config
    }

    /// What all its connections did until now.
    pub fn stats(&self) -> RemoteStats {
        self.shared.stats()
    }

    async fn open(&self) -> Result<RemoteConnection> {
        let within = self.shared.config.connect_deadline;
        let mut tries = Tries::new(Arc::clone(&self.shared), Work::Connect, within);
        loop {
            match self.open_once(tries.deadline()).await {
                Ok(conn) => return Ok(conn),
                Err(fault) => tries.after(fault).await?,
            }
        }
    }

    async fn open_once(&self, deadline: Instant) -> Result<RemoteConnection, Fault> {
        let opened = timeout_at(deadline, async {
            let mut socket = Socket::open(&self.shared, &self.shared.home)
                .await
                .map_err(Fault::not_sent)?;
            let wire = self
                .shared
                .wire
                .get_or_try_init(|| self.negotiate(&mut socket));
            let wire = *wire.await?;
            Ok(RemoteConnection::new(
                Arc::clone(&self.shared),
                wire,
                socket,
            ))
        });
        opened.await.unwrap_or_else(|_| {
            let context = "no connection before the deadline";
            Err(Fault::not_sent(Error::new(ErrorKind::Timeout, context)))
        })
    }

    /// Asks for the best encoding that the server knows.
    async fn negotiate(&self, socket: &mut Socket) -> Result<Wire, Fault> {
        let wished: &[Wire] = match self.shared.config.encoding {
            Encoding::Negotiated => &[Wire::Protobuf, Wire::Json],
            Encoding::Json => &[Wire::Json],
        };
        for &wire in wished {
            if self.speaks(socket, wire).await? {
                return Ok(wire);
            }
        }
        let context = "the server does not speak Hrana 3";
        Err(Fault::clean(Error::new(ErrorKind::Unsupported, context)))
    }

    async fn speaks(&self, socket: &mut Socket, wire: Wire) -> Result<bool, Fault> {
        let reply = self.probe(socket, wire).await?;
        match reply.status {
            200 if reply.media == Media::Html => {
                let context = "a web page answers in place of the server";
                Err(Fault::unclear(Error::new(ErrorKind::Disconnected, context)))
            }
            200 => Ok(true),
            404 | 405 | 406 | 415 | 501 => Ok(false),
            status => {
                let said = Wire::failure(&reply);
                let said = said.map(|said| tidy(&said, self.shared.token.as_ref()));
                Err(Fault::status(status, said, reply.retry_after))
            }
        }
    }

    async fn probe(&self, socket: &mut Socket, wire: Wire) -> Result<Reply, Fault> {
        let request = self.shared.probe(&self.shared.home, wire);
        let request = request.map_err(Fault::not_sent)?;
        let answer = socket.send(request, &AtomicBool::new(false)).await;
        answer.map_err(|unanswered| match unanswered {
            Unanswered::NotSent(error) => Fault::not_sent(error),
            Unanswered::Lost(fault) => fault,
        })
    }
}

impl Connect for RemoteConnector {
    type Conn = RemoteConnection;

    async fn connect(&self) -> Result<RemoteConnection> {
        let opened = self.open().await;
        let conn =
            opened.map_err(|error| error.during(&format!("connecting to {}", self.shared.name)))?;
        tracing::debug!(place = self.shared.name, "opened a remote connection");
        Ok(conn)
    }

    async fn recycle(&self, conn: &mut RemoteConnection) -> Result<()> {
        conn.fit()
    }

    async fn check(&self, conn: &mut RemoteConnection) -> Result<()> {
        conn.check().await
    }
}
