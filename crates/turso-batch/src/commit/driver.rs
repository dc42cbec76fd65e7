//! The task that commits, while there is something to commit.

use std::sync::Arc;

use tokio::time::Instant;
use turso_conn::{
    Acquire, Backoff, Batch, Error, ErrorKind, Execute, GroupResult, Program, Result, jitter,
};

use super::entry::Member;
use super::{FAR, Shared, no_turn};

/// The name of a commit of several operations, for metrics.
pub const OPERATION_GROUP: &str = "group_commit";

/// Commits until the queue is empty. Tells those who wait when it ends before its time: by a
/// panic of a connection, or with its runtime.
pub(super) struct Driver<A> {
    shared: Arc<Shared<A>>,
    ended: bool,
}

impl<A> Drop for Driver<A> {
    fn drop(&mut self) {
        if !self.ended {
            self.shared.queue.abandon();
        }
    }
}

/// What has become of a group that was tried and could not be answered.
enum Tried {
    /// Nothing is stored, or nobody knows; it makes sense to try again.
    Again(Error),
    /// Nothing is stored, because of some of them; it makes sense to try each alone.
    Apart,
}

impl<A: Acquire> Driver<A> {
    pub(super) fn new(shared: Arc<Shared<A>>) -> Self {
        Self {
            shared,
            ended: false,
        }
    }

    pub(super) async fn drive(mut self) {
        while !self.ended {
            self.turn().await;
            self.ended = self.shared.queue.end();
        }
    }

    /// One group, with what has queued when the connection is there.
    async fn turn(&self) {
        let lease = self.shared.acquire.acquire().await;
        let group = self.shared.queue.take(&self.shared.config);
        let (batches, members): (Vec<Batch>, Vec<Member>) = group.into_iter().unzip();
        if members.is_empty() {
            return;
        }
        let lease = match lease {
            Ok(lease) => lease,
            Err(error) => return answer_all(members, &error),
        };
        let program = program(batches, &members);
        let apart = self.commit(Some(lease), program, members).await;
        let Some((program, members)) = apart else {
            return;
        };
        for (batch, member) in program.groups().iter().zip(members) {
            if member.deadline <= Instant::now() {
                member.answer(Err(no_turn()));
                continue;
            }
            let alone = [member];
            let program = self::program(vec![batch.clone()], &alone);
            self.commit(None, program, alone.into()).await;
        }
    }

    /// Commits a group, again and again as long as that makes sense. What is to
    /// be tried apart comes back, and is more than one.
    async fn commit(
        &self,
        mut lease: Option<A::Lease>,
        mut program: Program,
        mut members: Vec<Member>,
    ) -> Option<(Program, Vec<Member>)> {
        for attempt in 0_u32.. {
            let tried = match self.lease(lease.take()).await {
                Ok(lease) => self.attempt(lease, &program, &mut members, attempt).await,
                Err(error) if error.kind().is_retryable() => Some(Tried::Again(error)),
                Err(error) => {
                    answer_all(members, &error);
                    return None;
                }
            };
            let error = match tried? {
                Tried::Again(error) => error,
                Tried::Apart => return Some((program, members)),
            };
            let pause = Backoff::LOCK.delay(attempt, jitter());
            let pause = pause.max(error.retry_after().unwrap_or_default());
            let begins = Instant::now() + pause.min(FAR);
            (program, members) = without_late(program, members, begins, &error)?;
            tracing::debug!(attempt, kind = %error.kind(), "repeating a commit");
            tokio::time::sleep_until(begins).await;
        }
        None
    }

    async fn lease(&self, lease: Option<A::Lease>) -> Result<A::Lease> {
        match lease {
            Some(lease) => Ok(lease),
            None => self.shared.acquire.acquire().await,
        }
    }

    /// One transaction; `None` when all members were answered.
    async fn attempt(
        &self,
        mut lease: A::Lease,
        program: &Program,
        members: &mut Vec<Member>,
        attempt: u32,
    ) -> Option<Tried> {
        self.shared.counters.begun(members.len(), attempt > 0);
        let error = match lease.atomic(program.clone()).await {
            Ok(groups) if groups.len() == members.len() => {
                answer_each(std::mem::take(members), groups);
                return None;
            }
            Ok(_) => {
                let context = "a program was answered with another number of groups";
                Error::new(ErrorKind::OutcomeUnknown, context)
            }
            Err(error) => error,
        };
        let kind = error.kind();
        if kind == ErrorKind::OutcomeUnknown {
            for member in members.iter_mut() {
                member.unknown = true;
            }
            // A medium that failed to sync is not asked again: it may find there what it lost.
            if program.is_idempotent() && error.sqlite_code().is_none() {
                return Some(Tried::Again(error));
            }
        } else if members.len() > 1 && is_of_one(kind) {
            return Some(Tried::Apart);
        } else if kind.is_retryable() {
            return Some(Tried::Again(error));
        }
        answer_all(std::mem::take(members), &error);
        None
    }
}

/// Whether one of several can have lost the transaction of all: by what it asks for, or by
/// how long it takes.
fn is_of_one(kind: ErrorKind) -> bool {
    use ErrorKind::{Bug, Conflict, Constraint, Corrupt, Full, Io, Limit, Misuse, Timeout};
    matches!(
        kind,
        Bug | Conflict | Constraint | Corrupt | Full | Io | Limit | Misuse | Timeout
    )
}

/// Answers those whose time is over at `begins`; the others, if there are any.
fn without_late(
    program: Program,
    members: Vec<Member>,
    begins: Instant,
    error: &Error,
) -> Option<(Program, Vec<Member>)> {
    let is_late = |member: &Member| member.deadline <= begins;
    if !members.iter().any(is_late) {
        return Some((program, members));
    }
    let (mut batches, mut left) = (Vec::new(), Vec::new());
    for (batch, member) in program.groups().iter().zip(members) {
        if is_late(&member) {
            member.answer(Err(error.clone()));
        } else {
            batches.push(batch.clone());
            left.push(member);
        }
    }
    (!left.is_empty()).then(|| (self::program(batches, &left), left))
}

/// The members, all of one kind, as one program.
fn program(batches: Vec<Batch>, members: &[Member]) -> Program {
    let mut names = members.iter().map(|member| member.operation);
    let first = names.next().unwrap_or(OPERATION_GROUP);
    let name = if names.all(|name| name == first) {
        first
    } else {
        OPERATION_GROUP
    };
    let program = Program::new(batches).named(name);
    // A group has one kind only.
    if members.iter().all(|member| member.idempotent) {
        program.idempotent()
    } else {
        program
    }
}

fn answer_each(members: Vec<Member>, groups: Vec<GroupResult>) {
    for (member, group) in members.into_iter().zip(groups) {
        member.answer(group);
    }
}

fn answer_all(members: Vec<Member>, error: &Error) {
    for member in members {
        member.answer(Err(error.clone()));
    }
}
