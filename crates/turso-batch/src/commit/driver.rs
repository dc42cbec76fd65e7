//! The task that commits, while there is something to commit.

use std::sync::Arc;

use tokio::time::Instant;
use turso_conn::{
    Acquire, Backoff, Batch, Error, ErrorKind, Execute, GroupResult, Program, Result, jitter,
};

use super::Shared;
use super::entry::Member;

/// The name of a commit of several operations, for metrics.
pub const OPERATION_GROUP: &str = "group_commit";

/// Commits until the queue is empty.
pub(super) async fn drive<A: Acquire>(shared: Arc<Shared<A>>) {
    let mut driver = Driver {
        shared: &shared,
        ended: false,
    };
    while !driver.ended {
        driver.turn().await;
        driver.ended = shared.queue.end();
    }
}

/// Tells those who wait when the task ends before its time: by a panic of a
/// connection, or with its runtime.
struct Driver<'a, A> {
    shared: &'a Shared<A>,
    ended: bool,
}

impl<A> Drop for Driver<'_, A> {
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

impl<A: Acquire> Driver<'_, A> {
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
        let Some((program, members)) = self.commit(Some(lease), program, members).await else {
            return;
        };
        for (batch, member) in program.groups().iter().zip(members) {
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
                Err(error) => Some(Tried::Again(error)),
            };
            let error = match tried? {
                Tried::Again(error) => error,
                Tried::Apart => return Some((program, members)),
            };
            let begins = Instant::now() + Backoff::LOCK.delay(attempt, jitter());
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
        match error.kind() {
            // A medium that failed to sync is not asked again: it may find there what it lost.
            ErrorKind::OutcomeUnknown
                if program.is_idempotent() && error.sqlite_code().is_none() =>
            {
                Some(Tried::Again(error))
            }
            kind if kind.is_retryable() => Some(Tried::Again(error)),
            kind if kind != ErrorKind::OutcomeUnknown && members.len() > 1 => Some(Tried::Apart),
            _ => {
                answer_all(std::mem::take(members), &error);
                None
            }
        }
    }
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
