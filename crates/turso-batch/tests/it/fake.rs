//! A lender whose connections do what the test says.

use std::collections::VecDeque;
use std::ops::{Deref, DerefMut};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::sync::Semaphore;
use turso_conn::{
    Acquire, Batch, Error, ErrorKind, Execute, GroupResult, Program, Result, Rows, Statement,
};

/// What a transaction ends with. Without one, every group succeeds.
#[derive(Clone, Copy, Debug)]
pub enum Answer {
    /// The transaction is lost.
    Lost(ErrorKind),
    /// The transaction is lost if it has this text, and succeeds else.
    LostWith(&'static str, ErrorKind),
    /// The transaction is lost after this time.
    Slow(Duration, ErrorKind),
    /// The transaction is lost, and the server says when to come again.
    ComeAgain(Duration),
    /// The transaction is stored, and each of its groups fails by itself.
    Refused(ErrorKind),
    Panic,
}

/// One transaction as it was run: the text of the first step of each group.
pub type Ran = Vec<String>;

#[derive(Clone)]
pub struct Fake {
    inner: Arc<Inner>,
}

struct Inner {
    script: Mutex<VecDeque<Answer>>,
    ran: Mutex<Vec<(Ran, bool)>>,
    refused: Mutex<VecDeque<ErrorKind>>,
    /// One permit lets one transaction end.
    go: Semaphore,
}

impl Fake {
    /// Transactions end at once.
    pub fn open() -> Self {
        Self::with(Semaphore::MAX_PERMITS / 2)
    }

    /// Each transaction waits for [`Self::go`].
    pub fn gated() -> Self {
        Self::with(0)
    }

    fn with(permits: usize) -> Self {
        let inner = Inner {
            script: Mutex::default(),
            ran: Mutex::default(),
            refused: Mutex::default(),
            go: Semaphore::new(permits),
        };
        Self {
            inner: Arc::new(inner),
        }
    }

    pub fn script(self, answers: impl IntoIterator<Item = Answer>) -> Self {
        self.inner.script.lock().unwrap().extend(answers);
        self
    }

    /// The next attempts to acquire fail.
    pub fn refuse(self, kinds: impl IntoIterator<Item = ErrorKind>) -> Self {
        self.inner.refused.lock().unwrap().extend(kinds);
        self
    }

    pub fn go(&self, transactions: usize) {
        self.inner.go.add_permits(transactions);
    }

    /// The transactions so far.
    pub fn ran(&self) -> Vec<Ran> {
        let ran = self.inner.ran.lock().unwrap();
        ran.iter().map(|(ran, _)| ran.clone()).collect()
    }

    /// Whether each transaction was promised to be repeatable.
    pub fn promises(&self) -> Vec<bool> {
        let ran = self.inner.ran.lock().unwrap();
        ran.iter().map(|(_, idempotent)| *idempotent).collect()
    }
}

impl Acquire for Fake {
    type Lease = FakeLease;

    async fn acquire(&self) -> Result<FakeLease> {
        match self.inner.refused.lock().unwrap().pop_front() {
            Some(kind) => Err(kind.into()),
            None => Ok(FakeLease(self.clone())),
        }
    }
}

pub struct FakeLease(Fake);

impl Deref for FakeLease {
    type Target = Fake;

    fn deref(&self) -> &Fake {
        &self.0
    }
}

impl DerefMut for FakeLease {
    fn deref_mut(&mut self) -> &mut Fake {
        &mut self.0
    }
}

impl Execute for Fake {
    async fn query(&mut self, _: Statement) -> Result<Rows> {
        Err(Error::new(ErrorKind::Unsupported, "not faked"))
    }

    async fn atomic(&mut self, program: Program) -> Result<Vec<GroupResult>> {
        let texts: Ran = program
            .groups()
            .iter()
            .map(|group| group.steps()[0].statement().sql().to_owned())
            .collect();
        let ran = (texts.clone(), program.is_idempotent());
        self.inner.ran.lock().unwrap().push(ran);
        self.inner.go.acquire().await.unwrap().forget();
        let answer = self.inner.script.lock().unwrap().pop_front();
        let done = || Ok(texts.iter().map(|_| Ok(Vec::new())).collect());
        match answer {
            Some(Answer::Lost(kind)) => Err(kind.into()),
            Some(again @ Answer::LostWith(text, kind)) => {
                self.inner.script.lock().unwrap().push_front(again);
                if texts.iter().any(|t| t == text) {
                    Err(kind.into())
                } else {
                    done()
                }
            }
            Some(Answer::Slow(time, kind)) => {
                tokio::time::sleep(time).await;
                Err(kind.into())
            }
            Some(Answer::ComeAgain(pause)) => {
                Err(Error::from(ErrorKind::Busy).with_retry_after(pause))
            }
            Some(Answer::Refused(kind)) => Ok(texts.iter().map(|_| Err(kind.into())).collect()),
            Some(Answer::Panic) => panic!("on purpose"),
            None => done(),
        }
    }
}

/// A submission of one step with this text, which may be repeated.
pub fn named(text: impl Into<String>) -> turso_batch::Submission {
    once(text).idempotent()
}

/// The same without the promise.
pub fn once(text: impl Into<String>) -> turso_batch::Submission {
    let step = Statement::new(text.into());
    turso_batch::Submission::new(Batch::new().step(step))
}

pub fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap()
}

/// Lets every other task run until nothing moves any more.
pub async fn settle() {
    for _ in 0..100 {
        tokio::task::yield_now().await;
    }
}

/// Submits all of them in order, each as a task, and lets the first begin before the others queue.
pub async fn in_order(
    writes: &turso_batch::GroupCommit<Fake>,
    submissions: impl IntoIterator<Item = turso_batch::Submission>,
) -> Vec<tokio::task::JoinHandle<Result<Vec<Rows>>>> {
    let mut tasks = Vec::new();
    for submission in submissions {
        let writes = writes.clone();
        tasks.push(tokio::spawn(async move { writes.submit(submission).await }));
        settle().await;
    }
    tasks
}
