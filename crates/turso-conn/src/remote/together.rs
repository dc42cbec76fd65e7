//! Several reads by one request.

use std::time::Duration;

use tokio::time::Instant;

use super::ask::{Ask, Call};
use super::connection::{RemoteConnection, execute};
use super::read;
use super::reads::work_of_statement;
use super::retry::Work;
use super::socket::Socket;
use crate::{Error, ErrorKind, Result, Rows, Statement};

impl RemoteConnection {
    /// All of them by one request. Those of which it is not known whether they fail by
    /// themselves or because of another are then asked alone.
    pub(super) async fn run_all(&mut self, statements: &[Statement]) -> Vec<Result<Rows>> {
        let works: Vec<_> = statements.iter().map(work_of_statement).collect();
        if statements.len() < 2 || works.iter().flatten().any(|work| work.writes()) {
            return self.one_by_one(statements).await;
        }
        let mut socket = match self.take_socket() {
            Ok(socket) => socket,
            Err(error) => return statements.iter().map(|_| Err(error.clone())).collect(),
        };
        let began = Instant::now();
        let mut answers: Vec<_> = works.into_iter().map(|work| work.err().map(Err)).collect();
        self.together(&mut socket, statements, &mut answers).await;
        let mut all = Vec::with_capacity(statements.len());
        for (statement, answer) in statements.iter().zip(answers) {
            all.push(match answer {
                Some(answer) => answer,
                None => self.alone(&mut socket, statement, began).await,
            });
        }
        self.put_back(socket);
        all
    }

    async fn one_by_one(&mut self, statements: &[Statement]) -> Vec<Result<Rows>> {
        let mut answers = Vec::with_capacity(statements.len());
        for statement in statements {
            answers.push(self.run_statement(statement).await);
        }
        answers
    }

    /// Asks for what has no answer yet, and fills in those that count.
    async fn together(
        &mut self,
        socket: &mut Option<Socket>,
        statements: &[Statement],
        answers: &mut [Option<Result<Rows>>],
    ) {
        let open = statements.iter().zip(answers);
        let (asked, open): (Vec<_>, Vec<_>) = open.filter(|(_, answer)| answer.is_none()).unzip();
        if asked.is_empty() {
            return;
        }
        let within = asked.iter().map(|statement| self.within(statement)).max();
        let mut tries = self.tries(Work::Read, within);
        let ask = Ask::Each(asked.iter().copied().map(Call::of).collect());
        let read = |outcomes| read::each(outcomes, &asked);
        match self.ask(socket, &mut tries, &ask, read).await {
            Ok(results) => {
                for (slot, result) in open.into_iter().zip(results) {
                    *slot = Some(result).filter(is_its_own);
                }
            }
            Err(error) if is_of_all(error.kind()) => {
                for slot in open {
                    *slot = Some(Err(error.clone()));
                }
            }
            Err(error) => tracing::debug!(%error, "asking for each alone"),
        }
    }

    /// Asks for one of several, in what is left of its time.
    async fn alone(
        &mut self,
        socket: &mut Option<Socket>,
        statement: &Statement,
        began: Instant,
    ) -> Result<Rows> {
        let left: Duration = self.within(statement).saturating_sub(began.elapsed());
        if left.is_zero() {
            return Err(Error::new(
                ErrorKind::Timeout,
                "no answer before the deadline",
            ));
        }
        let mut tries = self.tries(Work::Read, Some(left));
        let read = |outcomes| read::statement(outcomes, statement);
        self.ask(socket, &mut tries, &execute(statement), read)
            .await
    }
}

/// Whether it is the same when asked alone: not what passes, and not a limit or a failure of the
/// server that others may have brought about.
fn is_its_own(answer: &Result<Rows>) -> bool {
    use ErrorKind::{Bug, Busy, Disconnected, Io, Limit, Timeout};
    let Err(error) = answer else {
        return true;
    };
    !matches!(
        error.kind(),
        Bug | Busy | Disconnected | Io | Limit | Timeout
    )
}

/// Whether a request without an answer says the same of each alone: nobody answers in time, or
/// answers nobody. Anything else may be the fault of one.
fn is_of_all(kind: ErrorKind) -> bool {
    use ErrorKind::{Busy, Disconnected, Timeout, Unauthorized};
    matches!(kind, Busy | Disconnected | Timeout | Unauthorized)
}
