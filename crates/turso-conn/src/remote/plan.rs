//! A program as one batch of conditional steps.
//!
//! Step 0 begins the transaction; each step of a group runs if the one before
//! it succeeded; `COMMIT` runs if the transaction is still open (and, without
//! savepoints, if the last step succeeded), `ROLLBACK` if it was not committed.
//! With several groups each has a savepoint: it is rolled back to unless the
//! group's last step succeeded. `SAVEPOINT`, `ROLLBACK TO`, `RELEASE` and
//! `COMMIT` require that the transaction is still open: SQLite may have rolled
//! it back by itself, and a `SAVEPOINT` would then begin another one, in which
//! the later groups would be committed alone.

use std::borrow::Cow;

use super::ask::{BatchStep, Call, Condition};
use crate::{Batch, Expect, Step, Value};

/// Fails by integer overflow unless the statement before it changed `?1` rows.
const CHECK_CHANGES: &str =
    "SELECT CASE WHEN changes() = ?1 THEN 1 ELSE abs(-9223372036854775807 - 1) END";

/// Where the parts of a program stand in its batch.
#[derive(Debug)]
pub(super) struct Plan {
    pub(super) groups: Vec<GroupPlan>,
    pub(super) commit: u32,
    pub(super) rollback: u32,
}

#[derive(Debug, Default)]
pub(super) struct GroupPlan {
    pub(super) savepoint: Option<u32>,
    pub(super) steps: Vec<StepPlan>,
    pub(super) undo: Option<u32>,
}

#[derive(Debug)]
pub(super) struct StepPlan {
    pub(super) at: u32,
    /// The step that counts what it changed.
    pub(super) check: Option<u32>,
}

/// The batch of `groups`, not all of them empty, and the plan to read its answer.
pub(super) fn plan(groups: &[Batch], reads: bool) -> (Vec<BatchStep<'_>>, Plan) {
    let mut planner = Planner::begin(reads);
    let savepoints = groups.len() > 1;
    let groups: Vec<_> = groups
        .iter()
        .map(|group| planner.group(group, savepoints))
        .collect();
    let (commit, rollback) = planner.end(savepoints);
    let plan = Plan {
        groups,
        commit,
        rollback,
    };
    (planner.steps, plan)
}

struct Planner<'a> {
    steps: Vec<BatchStep<'a>>,
    last: u32,
}

impl<'a> Planner<'a> {
    /// Whoever only reads needs no write lock.
    fn begin(reads: bool) -> Self {
        let sql = if reads { "BEGIN" } else { "BEGIN IMMEDIATE" };
        let begin = BatchStep {
            call: Call::control(sql),
            condition: None,
        };
        Self {
            steps: vec![begin],
            last: 0,
        }
    }

    fn group(&mut self, group: &'a Batch, savepoint: bool) -> GroupPlan {
        let savepoint = savepoint && !group.is_empty();
        let mut planned = GroupPlan::default();
        if savepoint {
            planned.savepoint = Some(self.control("SAVEPOINT turso_group", Condition::open()));
        }
        planned.steps = group.steps().iter().map(|step| self.step(step)).collect();
        if savepoint {
            let failed = Condition::And {
                conds: vec![Condition::open(), Condition::not(Condition::ok(self.last))],
            };
            planned.undo = Some(self.control("ROLLBACK TO turso_group", failed));
            self.control("RELEASE turso_group", Condition::open());
        }
        planned
    }

    fn step(&mut self, step: &'a Step) -> StepPlan {
        let at = self.follow(Call::of(step.statement()));
        let check = match step.expect() {
            Some(Expect::Changes(rows)) => Some(self.follow(check_changes(rows))),
            _ => None,
        };
        StepPlan { at, check }
    }

    fn end(&mut self, savepoints: bool) -> (u32, u32) {
        let may_commit = if savepoints {
            Condition::open()
        } else {
            Condition::ok(self.last)
        };
        let commit = self.control("COMMIT", may_commit);
        let rollback = self.control("ROLLBACK", Condition::not(Condition::ok(commit)));
        (commit, rollback)
    }

    fn follow(&mut self, call: Call<'a>) -> u32 {
        let condition = Condition::ok(self.last);
        self.push(call, condition)
    }

    fn control(&mut self, sql: &'static str, condition: Condition) -> u32 {
        self.push(Call::control(sql), condition)
    }

    fn push(&mut self, call: Call<'a>, condition: Condition) -> u32 {
        self.last = u32::try_from(self.steps.len()).unwrap_or(u32::MAX);
        self.steps.push(BatchStep {
            call,
            condition: Some(condition),
        });
        self.last
    }
}

/// No statement changes more rows than there are row ids.
fn check_changes(rows: u64) -> Call<'static> {
    let rows = i64::try_from(rows).unwrap_or(i64::MAX);
    Call {
        sql: CHECK_CHANGES,
        values: Cow::Owned(vec![Value::Integer(rows)]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(groups: &[Batch]) -> Vec<String> {
        let (steps, _) = plan(groups, false);
        let show = |step: BatchStep<'_>| {
            let condition = serde_json::to_string(&step.condition).unwrap();
            let condition = condition.replace(r#""type":"#, "").replace('"', "");
            format!("{} if {condition}", step.call.sql)
        };
        steps.into_iter().map(show).collect()
    }

    #[test]
    fn one_group_needs_no_savepoint() {
        let batch = Batch::new().step("A").step(Step::exactly("B", 2)).step("C");
        let expected = [
            "BEGIN IMMEDIATE if null",
            "A if {ok,step:0}",
            "B if {ok,step:1}",
            &format!("{CHECK_CHANGES} if {{ok,step:2}}"),
            "C if {ok,step:3}",
            "COMMIT if {ok,step:4}",
            "ROLLBACK if {not,cond:{ok,step:5}}",
        ];
        assert_eq!(shown(&[batch]), expected);
    }

    #[test]
    fn several_groups_have_savepoints_that_need_the_open_transaction() {
        let open = "{and,conds:[{ok,step:0},{not,cond:{is_autocommit}}]}";
        let groups = [Batch::new().step("A"), Batch::new(), Batch::new().step("B")];
        let expected = [
            "BEGIN IMMEDIATE if null".to_owned(),
            format!("SAVEPOINT turso_group if {open}"),
            "A if {ok,step:1}".to_owned(),
            format!("ROLLBACK TO turso_group if {{and,conds:[{open},{{not,cond:{{ok,step:2}}}}]}}"),
            format!("RELEASE turso_group if {open}"),
            format!("SAVEPOINT turso_group if {open}"),
            "B if {ok,step:5}".to_owned(),
            format!("ROLLBACK TO turso_group if {{and,conds:[{open},{{not,cond:{{ok,step:6}}}}]}}"),
            format!("RELEASE turso_group if {open}"),
            format!("COMMIT if {open}"),
            "ROLLBACK if {not,cond:{ok,step:9}}".to_owned(),
        ];
        assert_eq!(shown(&groups), expected);
    }

    #[test]
    fn the_plan_knows_where_each_step_stands() {
        let groups = [
            Batch::new().step(Step::exactly("A", 1)).step("B"),
            Batch::new().step("C"),
        ];
        let (steps, plan) = plan(&groups, true);
        assert_eq!(steps[0].call.sql, "BEGIN");
        for (group, planned) in groups.iter().zip(&plan.groups) {
            for (step, planned) in group.steps().iter().zip(&planned.steps) {
                let found = steps[planned.at as usize].call.sql;
                assert_eq!(found, step.statement().sql());
                assert_eq!(planned.check.is_some(), step.expect().is_some());
            }
        }
        assert_eq!(steps[plan.commit as usize].call.sql, "COMMIT");
        assert_eq!(steps[plan.rollback as usize].call.sql, "ROLLBACK");
    }
}
