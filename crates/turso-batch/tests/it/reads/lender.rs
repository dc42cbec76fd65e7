//! A lender of some connections, which answer a statement with its own text.

use std::collections::VecDeque;
use std::ops::{Deref, DerefMut};
use std::sync::{Arc, Mutex};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::JoinHandle;
use turso_batch::GroupRead;
use turso_conn::{Acquire, ErrorKind, Execute, GroupResult, Program, Result, Rows, Statement};

use crate::fake::settle;

/// A statement with this text is refused.
pub const BAD: &str = "bad";
/// A connection that is asked this panics.
pub const PANIC: &str = "panic";

#[derive(Clone)]
pub struct Lender {
    inner: Arc<Inner>,
}

struct Inner {
    connections: Arc<Semaphore>,
    refused: Mutex<VecDeque<ErrorKind>>,
    asked: Mutex<Vec<Vec<String>>>,
    /// One permit lets one request be answered.
    go: Semaphore,
}

impl Lender {
    /// Lends `connections`; each request waits for [`Self::go`].
    pub fn gated(connections: usize) -> Self {
        let inner = Inner {
            connections: Arc::new(Semaphore::new(connections)),
            refused: Mutex::default(),
            asked: Mutex::default(),
            go: Semaphore::new(0),
        };
        Self {
            inner: Arc::new(inner),
        }
    }

    pub fn go(&self, requests: usize) {
        self.inner.go.add_permits(requests);
    }

    /// Whoever gets a connection next is told this instead.
    pub fn refuse(&self, kinds: impl IntoIterator<Item = ErrorKind>) {
        self.inner.refused.lock().unwrap().extend(kinds);
    }

    /// The texts of each request so far.
    pub fn asked(&self) -> Vec<Vec<String>> {
        self.inner.asked.lock().unwrap().clone()
    }

    async fn answer(&self, statements: Vec<Statement>) -> Vec<Result<Rows>> {
        let texts = statements.iter().map(|one| one.sql().to_owned()).collect();
        self.inner.asked.lock().unwrap().push(texts);
        self.inner.go.acquire().await.unwrap().forget();
        let answer = |one: &Statement| match one.sql() {
            BAD => Err(ErrorKind::Misuse.into()),
            PANIC => panic!("on purpose"),
            text => Rows::new(["text"], [vec![text.into()]], 0),
        };
        statements.iter().map(answer).collect()
    }
}

impl Acquire for Lender {
    type Lease = Lent;

    async fn acquire(&self) -> Result<Lent> {
        let connections = Arc::clone(&self.inner.connections);
        let permit = connections.acquire_owned().await.unwrap();
        match self.inner.refused.lock().unwrap().pop_front() {
            Some(kind) => Err(kind.into()),
            None => Ok(Lent(self.clone(), permit)),
        }
    }
}

pub struct Lent(
    Lender,
    #[expect(dead_code, reason = "the connection itself")] OwnedSemaphorePermit,
);

impl Deref for Lent {
    type Target = Lender;

    fn deref(&self) -> &Lender {
        &self.0
    }
}

impl DerefMut for Lent {
    fn deref_mut(&mut self) -> &mut Lender {
        &mut self.0
    }
}

impl Execute for Lender {
    async fn query(&mut self, statement: Statement) -> Result<Rows> {
        self.answer(vec![statement]).await.remove(0)
    }

    async fn query_all(&mut self, statements: Vec<Statement>) -> Vec<Result<Rows>> {
        self.answer(statements).await
    }

    async fn atomic(&mut self, _: Program) -> Result<Vec<GroupResult>> {
        Err(ErrorKind::Unsupported.into())
    }
}

pub fn read(text: &str) -> Statement {
    Statement::new(text.to_owned()).point_read()
}

/// The kind of failure, or the text that it was answered with.
pub fn said(answer: Result<Rows>) -> Result<String, ErrorKind> {
    let rows = answer.map_err(|error| error.kind())?;
    Ok(rows.one().unwrap().text(0).unwrap().to_owned())
}

pub type Asking = JoinHandle<Result<String, ErrorKind>>;

/// Reads this text in a task of its own.
pub fn ask(reads: &GroupRead<Lender>, text: impl Into<String>) -> Asking {
    let (reads, text) = (reads.clone(), text.into());
    tokio::spawn(async move { said(reads.query(read(&text)).await) })
}

/// Reads all of them in order, each in a task of its own, after `first` has taken the only
/// connection.
pub async fn behind(
    reads: &GroupRead<Lender>,
    first: &str,
    texts: impl IntoIterator<Item = &str>,
) -> Vec<Asking> {
    let mut tasks = vec![ask(reads, first)];
    settle().await;
    for text in texts {
        tasks.push(ask(reads, text));
        tokio::task::yield_now().await;
    }
    settle().await;
    tasks
}

pub async fn all(tasks: Vec<Asking>) -> Vec<Result<String, ErrorKind>> {
    let mut answers = Vec::new();
    for task in tasks {
        answers.push(task.await.unwrap());
    }
    answers
}
