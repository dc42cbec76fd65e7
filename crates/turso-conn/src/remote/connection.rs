//! A remote connection.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use bytes::Bytes;
use tokio::time::{Instant, timeout_at};

use super::answer::{Answer, Outcome};
use super::ask::{Ask, Call};
use super::fault::{Fault, tidy};
use super::plan::plan;
use super::reply::Reply;
use super::retry::Work;
use super::shared::Shared;
use super::socket::{Socket, Unanswered};
use super::target::Target;
use super::tries::Tries;
use super::wire::Wire;
use super::{read, reads};
use crate::program::GroupResult;
use crate::{Batch, Error, ErrorKind, Execute, Program, Result, Rows, Statement};

/// A connection to a server: one keep-alive socket. Each call is one request.
///
/// A socket that the server closed between two calls is replaced without a
/// word, if not a byte of the request had been written. After a call that was
/// cancelled, late or not answered the connection is broken for good: every
/// further call and [`recycle`](crate::Connect::recycle) fail with
/// [`ErrorKind::Closed`]. It needs a tokio runtime with I/O and timer enabled.
pub struct RemoteConnection {
    shared: Arc<Shared>,
    /// Where the next request goes: the location, or what an answer's `base_url` named.
    target: Arc<Target>,
    /// A `base_url` that could not be reached.
    avoided: Option<Arc<Target>>,
    wire: Wire,
    /// None during a call, and for good once the connection is broken.
    socket: Option<Socket>,
}

impl RemoteConnection {
    pub(super) fn new(shared: Arc<Shared>, wire: Wire, socket: Socket) -> Self {
        Self {
            target: Arc::clone(&shared.home),
            avoided: None,
            wire,
            socket: Some(socket),
            shared,
        }
    }

    /// Whether the connection may be used.
    pub(super) fn fit(&self) -> Result<()> {
        match self.socket {
            Some(_) => Ok(()),
            None => Err(broken()),
        }
    }

    pub(super) async fn check(&mut self) -> Result<()> {
        let ask = Statement::new("SELECT 1");
        let mut tries = self.tries(Work::Connect, Some(self.shared.config.connect_deadline));
        let answer = self
            .call(&mut tries, &execute(&ask), |outcomes| {
                read::statement(outcomes, &ask)
            })
            .await;
        answer.map(drop).map_err(|error| self.named(error, "check"))
    }

    pub(super) async fn run_statement(&mut self, statement: &Statement) -> Result<Rows> {
        let work = reads::work_of_statement(statement)?;
        let mut tries = self.tries(work, statement.deadline());
        self.call(&mut tries, &execute(statement), |outcomes| {
            read::statement(outcomes, statement)
        })
        .await
    }

    async fn run_program(&mut self, program: &Program) -> Result<Vec<GroupResult>> {
        let groups = program.groups();
        let work = reads::work_of_program(program)?;
        if groups.iter().all(Batch::is_empty) {
            return Ok(groups.iter().map(|_| Ok(Vec::new())).collect());
        }
        let (steps, plan) = plan(groups, !work.writes());
        let mut tries = self.tries(work, program.deadline());
        let ask = Ask::Batch(steps);
        let results = self.call(&mut tries, &ask, |outcomes| {
            read::program(outcomes, groups, &plan, work)
        });
        let results = results.await?.into_iter();
        Ok(results
            .map(|group| group.map_err(|error| tries.verdict(error)))
            .collect())
    }

    pub(super) fn tries(&self, work: Work, asked: Option<Duration>) -> Tries {
        let within = asked.unwrap_or(self.shared.config.deadline);
        Tries::new(Arc::clone(&self.shared), work, within)
    }

    /// Asks until there is an answer or the tries are over.
    ///
    /// # Cancellation
    /// The socket goes with the call, and the connection is broken.
    async fn call<T>(
        &mut self,
        tries: &mut Tries,
        ask: &Ask<'_>,
        read: impl Fn(Vec<Outcome>) -> Result<T, Fault> + Send + Sync,
    ) -> Result<T> {
        let mut socket = self.take_socket()?;
        let answer = self.ask(&mut socket, tries, ask, read).await;
        self.put_back(socket);
        answer
    }

    /// The socket, until the call ends that uses it.
    pub(super) fn take_socket(&mut self) -> Result<Option<Socket>> {
        self.socket.take().map(Some).ok_or_else(broken)
    }

    pub(super) fn put_back(&mut self, socket: Option<Socket>) {
        self.socket = socket;
    }

    /// The same as [`call`](Self::call) within a call, on its socket if there still is one.
    pub(super) async fn ask<T>(
        &mut self,
        socket: &mut Option<Socket>,
        tries: &mut Tries,
        ask: &Ask<'_>,
        read: impl Fn(Vec<Outcome>) -> Result<T, Fault> + Send + Sync,
    ) -> Result<T> {
        let body = Bytes::from(self.wire.encode(ask)?);
        loop {
            let answer = self.once(socket, &body, tries.deadline()).await;
            let fault = match answer.and_then(|answer| read(answer.results)) {
                Ok(answer) => return Ok(answer),
                Err(fault) => fault,
            };
            if fault.discards() {
                *socket = None;
            }
            tries.after(fault).await?;
        }
    }

    /// One request, its answer, and where the next one goes.
    async fn once(
        &mut self,
        socket: &mut Option<Socket>,
        body: &Bytes,
        deadline: Instant,
    ) -> Result<Answer, Fault> {
        let sent = AtomicBool::new(false);
        let exchange = self.exchange(socket, body, deadline, &sent);
        let reply = match timeout_at(deadline, exchange).await {
            Ok(reply) => reply?,
            Err(_) => return Err(late(sent.load(Ordering::Relaxed))),
        };
        if reply.status != 200 {
            let said = Wire::failure(&reply).map(|said| tidy(&said, self.shared.token.as_ref()));
            return Err(Fault::status(reply.status, said, reply.retry_after));
        }
        let mut answer = self.wire.decode(&reply)?;
        for said in answer.failures_mut() {
            *said = tidy(said, self.shared.token.as_ref());
        }
        self.follow(answer.base_url.as_deref());
        Ok(answer)
    }

    /// Sends on the kept socket; if that turns out to be closed before a byte
    /// was written, or must not be used, on a new one.
    async fn exchange(
        &mut self,
        kept: &mut Option<Socket>,
        body: &Bytes,
        deadline: Instant,
        sent: &AtomicBool,
    ) -> Result<Reply, Fault> {
        if let Some(socket) = kept.take().filter(|kept| kept.is_fit(&self.target)) {
            // Lets the runtime look at its sockets: whether the server has
            // closed this one is better known before the request is written.
            tokio::task::yield_now().await;
            match self.send(socket, kept, body, sent).await {
                Err(Unanswered::NotSent(error)) => {
                    tracing::debug!(place = self.shared.name, %error, "replacing a closed socket");
                }
                Err(Unanswered::Lost(fault)) => return Err(fault),
                Ok(reply) => return Ok(reply),
            }
        }
        let socket = self.reopen(deadline).await.map_err(Fault::not_sent)?;
        match self.send(socket, kept, body, sent).await {
            Err(Unanswered::NotSent(error)) => Err(Fault::not_sent(error)),
            Err(Unanswered::Lost(fault)) => Err(fault),
            Ok(reply) => Ok(reply),
        }
    }

    async fn send(
        &self,
        mut socket: Socket,
        kept: &mut Option<Socket>,
        body: &Bytes,
        sent: &AtomicBool,
    ) -> Result<Reply, Unanswered> {
        let request = self.shared.pipeline(&self.target, self.wire, body.clone());
        let request = request.map_err(Unanswered::NotSent)?;
        let reply = socket.send(request, sent).await?;
        *kept = Some(socket);
        Ok(reply)
    }

    /// Opens a socket to the target; if it cannot be reached, the next try goes
    /// to the location itself.
    async fn reopen(&mut self, deadline: Instant) -> Result<Socket> {
        let deadline = deadline.min(Instant::now() + self.shared.config.connect_deadline);
        let opened = timeout_at(deadline, Socket::open(&self.shared, &self.target)).await;
        let opened = opened.unwrap_or_else(|_| {
            let context = "no connection before the deadline";
            Err(Error::new(ErrorKind::Timeout, context))
        });
        if opened.is_err() && self.target != self.shared.home {
            let home = Arc::clone(&self.shared.home);
            self.avoided = Some(std::mem::replace(&mut self.target, home));
        }
        opened
    }

    /// Takes an answer's `base_url` for the next request, if it may be followed.
    fn follow(&mut self, base_url: Option<&str>) {
        let token = self.shared.token.is_some();
        let named = base_url.and_then(|url| self.shared.home.follow(url, token));
        let named = named.filter(|named| self.avoided.as_deref() != Some(named));
        if let Some(named) = named.filter(|named| *named != *self.target) {
            tracing::debug!(place = self.shared.name, "the server names another address");
            self.target = Arc::new(named);
        }
    }

    pub(super) fn within(&self, statement: &Statement) -> Duration {
        statement.deadline().unwrap_or(self.shared.config.deadline)
    }

    fn named(&self, error: Error, operation: &str) -> Error {
        error.during(&format!("{operation} on {}", self.shared.name))
    }
}

impl Execute for RemoteConnection {
    async fn query(&mut self, statement: Statement) -> Result<Rows> {
        let answer = self.run_statement(&statement).await;
        answer.map_err(|error| self.named(error, statement.operation()))
    }

    async fn query_all(&mut self, statements: Vec<Statement>) -> Vec<Result<Rows>> {
        let answers = self.run_all(&statements).await.into_iter();
        let named = answers.zip(&statements).map(|(answer, statement)| {
            answer.map_err(|error| self.named(error, statement.operation()))
        });
        named.collect()
    }

    async fn atomic(&mut self, program: Program) -> Result<Vec<GroupResult>> {
        let operation = program.operation();
        let answer = self.run_program(&program).await;
        let groups = answer.map_err(|error| self.named(error, operation))?;
        let name = |group: GroupResult| group.map_err(|error| self.named(error, operation));
        Ok(groups.into_iter().map(name).collect())
    }
}

impl fmt::Debug for RemoteConnection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RemoteConnection")
            .field("location", &self.shared.name)
            .field("fit", &self.socket.is_some())
            .finish_non_exhaustive()
    }
}

pub(super) fn execute(statement: &Statement) -> Ask<'_> {
    Ask::Execute(Call::of(statement))
}

fn late(sent: bool) -> Fault {
    let error = Error::new(ErrorKind::Timeout, "no answer before the deadline");
    if sent {
        Fault::unclear(error)
    } else {
        Fault::not_sent(error)
    }
}

fn broken() -> Error {
    let context = "the connection is broken: an earlier call was cancelled, late or not answered";
    Error::new(ErrorKind::Closed, context)
}
