//! What the invented agent works on.

mod service;
mod software;

use service::{RESEARCH, SUPPORT};
use software::{BUG_FIX, DATA_QUERY, DEPLOYMENT};

/// One tool call as it goes well and as it goes wrong.
pub(crate) struct Call {
    pub(crate) tool: &'static str,
    pub(crate) action: &'static str,
    pub(crate) thought: &'static str,
    pub(crate) good: &'static str,
    pub(crate) bad: &'static str,
}

const fn call(
    tool: &'static str,
    action: &'static str,
    thought: &'static str,
    good: &'static str,
    bad: &'static str,
) -> Call {
    Call {
        tool,
        action,
        thought,
        good,
        bad,
    }
}

/// A sort of task.
pub(crate) struct Kind {
    pub(crate) task_type: &'static str,
    pub(crate) domain: &'static str,
    pub(crate) language: Option<&'static str>,
    pub(crate) framework: Option<&'static str>,
    pub(crate) tags: &'static [&'static str],
    /// What stands before the subject and behind it.
    pub(crate) descriptions: &'static [(&'static str, &'static str)],
    pub(crate) subjects: &'static [&'static str],
    pub(crate) calls: &'static [Call],
    pub(crate) verdict: &'static str,
    pub(crate) artifact: &'static str,
    pub(crate) reason: &'static str,
    pub(crate) reflection: &'static str,
}

pub(crate) const KINDS: [Kind; 5] = [BUG_FIX, DATA_QUERY, DEPLOYMENT, SUPPORT, RESEARCH];
