//! From the server's answers to what was asked for.

use super::answer::{BatchAnswer, Outcome, StatementAnswer};
use super::classify::is_failed_guard;
use super::fault::{Fault, refusal};
use super::plan::{GroupPlan, Plan, StepPlan};
use super::retry::Work;
use crate::program::GroupResult;
use crate::{Batch, Error, ErrorKind, Expect, Limits, Result, Rows, Statement, Step};

/// The rows of one statement.
pub(super) fn statement(outcomes: Vec<Outcome>, statement: &Statement) -> Result<Rows, Fault> {
    match only(outcomes)? {
        Outcome::Execute(answer) => {
            rows(answer, statement.answer_limits()).map_err(Fault::unusable)
        }
        _ => Err(Fault::malformed("another result than asked for")),
    }
}

/// The rows of each of `statements`, or why there are none. The outer error is about the
/// answer as a whole.
pub(super) fn each(
    outcomes: Vec<Outcome>,
    statements: &[&Statement],
) -> Result<Vec<Result<Rows>>, Fault> {
    let mut outcomes = outcomes
        .into_iter()
        .skip_while(|one| *one == Outcome::Stored);
    let answers: Vec<Outcome> = outcomes.by_ref().take(statements.len()).collect();
    // Whatever is missing or too much, it is not known which answer is whose.
    if answers.len() < statements.len() || !outcomes.eq([Outcome::Close]) {
        return Err(Fault::malformed("another number of results than asked for"));
    }
    let answers = answers.into_iter().zip(statements);
    answers
        .map(|(answer, statement)| match answer {
            Outcome::Execute(answer) => Ok(rows(answer, statement.answer_limits())),
            Outcome::Error(failure) => Ok(Err(refusal(failure))),
            _ => Err(Fault::malformed("another result than asked for")),
        })
        .collect()
}

/// The results of the groups of a program. The outer error means that the
/// transaction was lost as a whole.
pub(super) fn program(
    outcomes: Vec<Outcome>,
    groups: &[Batch],
    plan: &Plan,
    work: Work,
) -> Result<Vec<GroupResult>, Fault> {
    let Outcome::Batch(mut answer) = only(outcomes)? else {
        return Err(Fault::malformed("another result than asked for"));
    };
    let ended: Vec<_> = groups
        .iter()
        .zip(&plan.groups)
        .map(|(group, planned)| end_of(group, planned, &mut answer))
        .collect();
    if !answer.results.contains_key(&plan.commit) {
        return lost(ended, plan, answer);
    }
    let groups = groups.iter().zip(&plan.groups).zip(ended);
    groups
        .map(|((group, planned), ended)| match ended {
            End::Ran(answers) => Ok(all_rows(group, answers).map_err(|error| stored(error, work))),
            End::Failed(error) if is_half_undone(planned, &answer) => {
                Ok(Err(error.with_kind(ErrorKind::OutcomeUnknown)))
            }
            End::Failed(error) => Ok(Err(error)),
            End::NotRun => Err(Fault::malformed("committed, but not all of it was run")),
        })
        .collect()
}

/// The result of the one request before `close`. A text that was not kept fails
/// the steps that name it, or all of them.
fn only(outcomes: Vec<Outcome>) -> Result<Outcome, Fault> {
    let mut outcomes = outcomes
        .into_iter()
        .skip_while(|one| *one == Outcome::Stored);
    match (outcomes.next(), outcomes.next(), outcomes.next()) {
        (Some(Outcome::Error(failure)), _, None) => Err(Fault::refused(failure)),
        (Some(first), Some(_), None) => Ok(first),
        _ => Err(Fault::malformed("another number of results than asked for")),
    }
}

/// How far a group came.
enum End {
    Ran(Vec<StatementAnswer>),
    Failed(Error),
    NotRun,
}

fn end_of(group: &Batch, planned: &GroupPlan, answer: &mut BatchAnswer) -> End {
    if let Some(failure) = planned.savepoint.and_then(|at| answer.errors.remove(&at)) {
        return End::Failed(refusal(failure));
    }
    let mut answers = Vec::with_capacity(planned.steps.len());
    for (number, (step, at)) in group.steps().iter().zip(&planned.steps).enumerate() {
        if let Some(error) = failure_of(step, at, answer) {
            return End::Failed(error.with_step(number));
        }
        match answer.results.remove(&at.at) {
            Some(ran) => answers.push(ran),
            None => return End::NotRun,
        }
    }
    End::Ran(answers)
}

fn failure_of(step: &Step, planned: &StepPlan, answer: &mut BatchAnswer) -> Option<Error> {
    if let Some(failure) = answer.errors.remove(&planned.at) {
        let unmet = step.expect() == Some(Expect::Guard) && is_failed_guard(&failure);
        let error = refusal(failure);
        return Some(if unmet {
            error.with_kind(ErrorKind::Conflict)
        } else {
            error
        });
    }
    let failure = answer.errors.remove(&planned.check?)?;
    if !is_failed_guard(&failure) {
        return Some(refusal(failure));
    }
    let changes = answer.results.get(&planned.at).map_or(0, |ran| ran.changes);
    let context = match step.expect() {
        Some(Expect::Changes(wanted)) => {
            format!("{changes} rows changed where {wanted} should")
        }
        _ => "other than the expected rows changed".to_owned(),
    };
    Some(Error::new(ErrorKind::Conflict, context))
}

/// A group that failed and whose savepoint could not be rolled back to.
fn is_half_undone(planned: &GroupPlan, answer: &BatchAnswer) -> bool {
    planned
        .undo
        .is_some_and(|undo| !answer.results.contains_key(&undo))
}

/// The limits of the answer are the caller's; the server has stored it.
fn stored(error: Error, work: Work) -> Error {
    if work.writes() {
        error.with_kind(ErrorKind::OutcomeUnknown)
    } else {
        error
    }
}

/// What a program came to that was not committed.
fn lost(ended: Vec<End>, plan: &Plan, mut answer: BatchAnswer) -> Result<Vec<GroupResult>, Fault> {
    if let Some(failure) = answer.errors.remove(&0) {
        return Err(Fault::clean(refusal(failure)));
    }
    if let Some(failure) = answer.errors.remove(&plan.commit) {
        return Err(Fault::uncommitted(refusal(failure)));
    }
    let single = ended.len() == 1;
    let failed = (0..).zip(ended).filter_map(|(number, end)| match end {
        End::Failed(error) => Some((number, error)),
        _ => None,
    });
    let Some((number, error)) = failed.last() else {
        return Err(Fault::malformed("not committed, and nothing failed"));
    };
    let rolled_back = answer.results.contains_key(&plan.rollback);
    if single && rolled_back && !error.is_retryable() {
        return Ok(vec![Err(error)]);
    }
    Err(Fault::clean(error.during(&format!("group {number}"))))
}

fn all_rows(group: &Batch, answers: Vec<StatementAnswer>) -> GroupResult {
    let steps = group.steps().iter().zip(answers).enumerate();
    steps
        .map(|(number, (step, answer))| {
            rows(answer, step.statement().answer_limits()).map_err(|error| error.with_step(number))
        })
        .collect()
}

fn rows(answer: StatementAnswer, limits: Limits) -> Result<Rows> {
    let exceeded =
        |what: &str| Error::new(ErrorKind::Limit, format!("the answer has too many {what}"));
    if answer.rows.len() > limits.rows {
        return Err(exceeded("rows"));
    }
    let rows = Rows::new(answer.columns, answer.rows, answer.changes)?;
    if rows.size() > limits.bytes {
        return Err(exceeded("bytes"));
    }
    Ok(rows)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;
    use crate::remote::answer::Failure;
    use crate::remote::plan::plan;

    fn answered(results: &[u32], errors: &[u32]) -> Vec<Outcome> {
        let ran = |&at: &u32| (at, StatementAnswer::default());
        let failed = |&at: &u32| {
            let code = "SQLITE_CONSTRAINT".into();
            let message = "x".into();
            (at, Failure { message, code })
        };
        let batch = BatchAnswer {
            results: results.iter().map(ran).collect(),
            errors: errors.iter().map(failed).collect::<BTreeMap<_, _>>(),
        };
        vec![Outcome::Batch(batch), Outcome::Close]
    }

    fn groups(sizes: &[usize]) -> Vec<Batch> {
        let group = |size: &usize| {
            (0..*size)
                .map(|_| Step::exactly("DELETE FROM t", 1))
                .collect()
        };
        sizes.iter().map(group).collect()
    }

    fn kinds(groups: &[Batch], results: &[u32], errors: &[u32]) -> Result<Vec<Option<ErrorKind>>> {
        let (_, plan) = plan(groups, false);
        let read = program(answered(results, errors), groups, &plan, Work::Write);
        let kind = |group: GroupResult| group.err().map(|error| error.kind());
        read.map(|read| read.into_iter().map(kind).collect())
            .map_err(|fault| fault.into_error(Work::Write))
    }

    #[test]
    fn what_could_not_be_undone_is_unknown() {
        // BEGIN, SAVEPOINT, step, check, ROLLBACK TO, RELEASE, twice; COMMIT.
        let two = groups(&[1, 1]);
        let undone = kinds(&two, &[0, 1, 4, 5, 6, 7, 8, 10, 11], &[2]).unwrap();
        assert_eq!(undone, [Some(ErrorKind::Constraint), None]);
        let kept = kinds(&two, &[0, 1, 5, 6, 7, 8, 10, 11], &[2, 4]).unwrap();
        assert_eq!(kept, [Some(ErrorKind::OutcomeUnknown), None]);
    }

    #[test]
    fn of_a_lost_transaction_the_last_failure_is_told() {
        let two = groups(&[1, 1]);
        let error = kinds(&two, &[0, 1, 4, 5, 6], &[2, 7, 12]).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Constraint);
        assert_eq!(error.to_string(), "group 1: the server refused (step 0)");
    }

    proptest! {
        /// Whatever a server says of the steps: a group has succeeded only if
        /// the commit and all its steps have, and a failure without an error to
        /// account for it leaves the outcome unknown.
        #[test]
        fn a_group_is_stored_only_if_the_server_says_all_of_it(
            sizes in prop::collection::vec(0..3_usize, 1..4),
            results in prop::collection::vec(0..24_u32, 0..40),
            errors in prop::collection::vec(0..24_u32, 0..4),
        ) {
            let groups = groups(&sizes);
            let (_, plan) = plan(&groups, false);
            let said = |at: u32| results.contains(&at) && !errors.contains(&at);
            match kinds(&groups, &results, &errors) {
                Ok(kinds) => for (kind, planned) in kinds.iter().zip(&plan.groups) {
                    let all = planned.steps.iter().all(|step| said(step.at));
                    prop_assert!(kind.is_some() || (all && results.contains(&plan.commit)));
                },
                Err(error) if errors.is_empty() => {
                    prop_assert_eq!(error.kind(), ErrorKind::OutcomeUnknown);
                }
                Err(_) => {}
            }
        }
    }
}
