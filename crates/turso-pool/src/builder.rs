//! Makes pools.

use std::sync::Arc;

use tokio::task::JoinSet;
use turso_conn::{Connect, ErrorKind};

use crate::dial::Dial;
use crate::hooks::{HookFuture, Hooks};
use crate::shared::Shared;
use crate::{Config, Error, Meta, Pool, Result, maintain};

/// A pool in the making.
#[derive(Debug)]
#[must_use = "a builder does nothing until built"]
pub struct Builder<C: Connect + 'static> {
    connector: C,
    config: Config,
    hooks: Hooks<C::Conn>,
}

impl<C: Connect + 'static> Builder<C> {
    /// A pool with the default configuration and no hooks.
    pub fn new(connector: C) -> Self {
        Self {
            connector,
            config: Config::default(),
            hooks: Hooks::default(),
        }
    }

    /// Sets the configuration.
    pub fn config(mut self, config: Config) -> Self {
        self.config = config;
        self
    }

    /// Runs on each connection after it was opened, within
    /// [`connect_timeout`](Config::connect_timeout). An error or a panic counts
    /// as a failure to connect. Replaces an earlier one.
    pub fn after_connect(
        mut self,
        hook: impl for<'a> Fn(&'a mut C::Conn, Meta) -> HookFuture<'a> + Send + Sync + 'static,
    ) -> Self {
        self.hooks.after_connect = Some(Box::new(hook));
        self
    }

    /// Runs on a connection each time before it is lent, within
    /// [`check_timeout`](Config::check_timeout). After an error or a panic the
    /// connection is closed and another one is tried; one that nobody has used
    /// yet ends the acquisition with that error. Replaces an earlier one.
    pub fn before_acquire(
        mut self,
        hook: impl for<'a> Fn(&'a mut C::Conn, Meta) -> HookFuture<'a> + Send + Sync + 'static,
    ) -> Self {
        self.hooks.before_acquire = Some(Box::new(hook));
        self
    }

    /// Runs on a connection each time it has come back and was recycled, in a
    /// task of the pool and within [`check_timeout`](Config::check_timeout); the
    /// connection is recycled once more after it. After an error or a panic it
    /// is closed. Replaces an earlier one.
    pub fn after_release(
        mut self,
        hook: impl for<'a> Fn(&'a mut C::Conn, Meta) -> HookFuture<'a> + Send + Sync + 'static,
    ) -> Self {
        self.hooks.after_release = Some(Box::new(hook));
        self
    }

    /// Makes the pool and opens its first connections: as many as it always
    /// keeps, at least one.
    ///
    /// # Errors
    /// [`Misuse`](ErrorKind::Misuse) for a configuration without sense; else the
    /// first connect error, at once.
    ///
    /// # Cancellation
    /// What was opened is closed.
    pub async fn build(self) -> Result<Pool<C>> {
        let (min, _) = self.config.sizing.bounds();
        self.open(min.max(1)).await
    }

    /// Makes the pool and opens one connection; the others that it always keeps
    /// follow in the background. For those who want to start soon, and still to
    /// be told at once that the database cannot be reached.
    ///
    /// # Errors
    /// As [`build`](Self::build).
    ///
    /// # Cancellation
    /// As [`build`](Self::build).
    pub async fn build_one(self) -> Result<Pool<C>> {
        self.open(1).await
    }

    async fn open(self, first: usize) -> Result<Pool<C>> {
        let pool = self.assemble()?;
        open_first(pool.shared(), first).await?;
        maintain::ensure(pool.shared());
        Ok(pool)
    }

    /// Makes the pool and connects to nothing yet. Inside a runtime, the
    /// connections it always keeps are opened in the background; outside, when
    /// it is first used.
    ///
    /// # Errors
    /// [`Misuse`](ErrorKind::Misuse) for a configuration without sense.
    pub fn build_lazy(self) -> Result<Pool<C>> {
        let pool = self.assemble()?;
        maintain::ensure(pool.shared());
        Ok(pool)
    }

    fn assemble(self) -> Result<Pool<C>> {
        self.config.validate()?;
        let shared = Shared::new(self.connector, self.config, self.hooks);
        Ok(Pool::from_shared(Arc::new(shared)))
    }
}

/// Opens so many, some at once.
async fn open_first<C: Connect + 'static>(shared: &Arc<Shared<C>>, first: usize) -> Result<()> {
    if shared.home().is_none() {
        return Err(Error::new(
            ErrorKind::Misuse,
            "a pool was built outside a tokio runtime",
        ));
    }
    // All are on the books from the start, so that nobody opens more.
    shared.state().opening += first;
    let mut dials = JoinSet::new();
    for _ in 0..first {
        if dials.len() >= shared.config.dial_concurrency {
            first_error(dials.join_next().await)?;
        }
        dials.spawn(Dial::new(shared).run());
    }
    while let Some(dial) = dials.join_next().await {
        first_error(Some(dial))?;
    }
    Ok(())
}

type Joined = Result<turso_conn::Result<()>, tokio::task::JoinError>;

fn first_error(dial: Option<Joined>) -> Result<()> {
    match dial {
        None | Some(Ok(Ok(()))) => Ok(()),
        Some(Ok(Err(error))) => Err(Error::connecting(error)),
        Some(Err(error)) => {
            let cause = turso_conn::Error::new(ErrorKind::Bug, "opening a connection ended early");
            Err(Error::connecting(cause.with_source(error)))
        }
    }
}
