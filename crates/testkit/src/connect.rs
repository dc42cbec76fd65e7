use std::future::Future;

use turso_conn::{
    Connect, Error, ErrorKind, Execute, GroupResult, Program, Result, Rows, Statement,
};

use crate::Faults;

/// A connector whose calls, and those of its connections, can fail.
///
/// The operations are `connect`, `recycle`, `check`, `query` and `atomic`;
/// `batch` counts as `atomic`, and `query_all` as a `query` for each statement.
#[derive(Debug, Clone)]
pub struct FaultConnect<C> {
    inner: C,
    faults: Faults<ErrorKind>,
}

/// A connection of a [`FaultConnect`].
#[derive(Debug)]
pub struct FaultConn<E> {
    inner: E,
    faults: Faults<ErrorKind>,
}

fn injected(kind: ErrorKind, operation: &'static str) -> Error {
    Error::new(kind, format!("{operation}: a fault was injected"))
}

impl<C> FaultConnect<C> {
    /// Wraps a connector.
    pub fn new(inner: C, faults: Faults<ErrorKind>) -> Self {
        Self { inner, faults }
    }

    /// What is wrapped.
    pub fn get_ref(&self) -> &C {
        &self.inner
    }

    /// What is wrapped, to keep.
    pub fn into_inner(self) -> C {
        self.inner
    }
}

impl<C: Connect> Connect for FaultConnect<C> {
    type Conn = FaultConn<C::Conn>;

    async fn connect(&self) -> Result<Self::Conn> {
        let inner = self
            .faults
            .around("connect", self.inner.connect(), injected)
            .await?;
        Ok(FaultConn {
            inner,
            faults: self.faults.clone(),
        })
    }

    fn recycle(&self, conn: &mut Self::Conn) -> impl Future<Output = Result<()>> + Send {
        self.faults
            .around("recycle", self.inner.recycle(&mut conn.inner), injected)
    }

    fn check(&self, conn: &mut Self::Conn) -> impl Future<Output = Result<()>> + Send {
        self.faults
            .around("check", self.inner.check(&mut conn.inner), injected)
    }
}

impl<E> FaultConn<E> {
    /// What is wrapped.
    pub fn get_ref(&self) -> &E {
        &self.inner
    }

    /// What is wrapped, for calls that no fault meets.
    pub fn get_mut(&mut self) -> &mut E {
        &mut self.inner
    }

    /// What is wrapped, to keep.
    pub fn into_inner(self) -> E {
        self.inner
    }
}

impl<E: Execute> Execute for FaultConn<E> {
    fn query(&mut self, statement: Statement) -> impl Future<Output = Result<Rows>> + Send {
        self.faults
            .around("query", self.inner.query(statement), injected)
    }

    /// Each statement is a `query` of its own for the faults; those that no fault meets are
    /// asked together.
    fn query_all(
        &mut self,
        statements: Vec<Statement>,
    ) -> impl Future<Output = Vec<Result<Rows>>> + Send {
        let (faults, inner) = (&self.faults, &mut self.inner);
        faults.around_each("query", statements, |all| inner.query_all(all), injected)
    }

    fn atomic(
        &mut self,
        program: Program,
    ) -> impl Future<Output = Result<Vec<GroupResult>>> + Send {
        self.faults
            .around("atomic", self.inner.atomic(program), injected)
    }
}
