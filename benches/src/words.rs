//! What the made-up episodes are about: software work, so that texts, paths,
//! code and logs mix as they do in real ones.

pub(crate) const TASK_TYPES: &[&str] = &[
    "bug_fix",
    "feature",
    "refactoring",
    "test_repair",
    "dependency_update",
    "investigation",
];

pub(crate) const DOMAINS: &[&str] = &[
    "web-api",
    "cli",
    "storage",
    "frontend",
    "infrastructure",
    "data-pipeline",
];

pub(crate) const LANGUAGES: &[(&str, &str, &str)] = &[
    ("rust", "tokio", "rs"),
    ("python", "django", "py"),
    ("typescript", "react", "ts"),
    ("go", "grpc", "go"),
];

pub(crate) const AGENTS: &[&str] = &["coder-1", "coder-2", "reviewer-1", "planner-3"];

pub(crate) const TAGS: &[&str] = &[
    "regression",
    "flaky",
    "performance",
    "security",
    "urgent",
    "customer",
    "nightly",
    "ci",
    "migration",
    "cleanup",
    "api",
    "docs",
];

pub(crate) const MODULES: &[&str] = &[
    "session",
    "billing",
    "scheduler",
    "router",
    "parser",
    "index",
    "cache",
    "export",
    "login",
    "queue",
    "report",
    "search",
    "upload",
    "worker",
    "webhook",
    "inventory",
    "calendar",
    "mailer",
];

pub(crate) const NOUNS: &[&str] = &[
    "token",
    "cursor",
    "request",
    "customer",
    "invoice",
    "timeout",
    "record",
    "header",
    "segment",
    "version",
    "offset",
    "tenant",
    "deadline",
    "snapshot",
    "batch",
    "payload",
    "retry",
    "lease",
    "balance",
    "locale",
    "handle",
    "window",
    "checksum",
    "priority",
    "partition",
    "response",
];

pub(crate) const VERBS: &[&str] = &[
    "returns",
    "drops",
    "repeats",
    "ignores",
    "truncates",
    "overwrites",
    "delays",
    "rejects",
    "duplicates",
    "loses",
    "reorders",
    "rounds",
    "reads",
    "merges",
    "rewrites",
    "misses",
];

pub(crate) const CONDITIONS: &[&str] = &[
    "when two of them arrive in the same second",
    "after the clock was set back",
    "if the list is empty",
    "on the last day of a month",
    "while another process writes",
    "when the name holds an umlaut like Zürich",
    "once the file is larger than the buffer",
    "for users without a time zone",
    "if the server answers with 503",
    "as soon as the connection was idle for a while",
];

pub(crate) const THOUGHTS: &[&str] = &[
    "The trace points at",
    "I should look at",
    "Nothing else touches",
    "The simplest explanation is",
    "Before changing anything, I want to see",
    "That confirms my suspicion about",
    "The test covers the wrong side of",
    "A smaller change is possible in",
];

pub(crate) const LEVELS: &[&str] = &["INFO", "DEBUG", "WARN", "ERROR", "TRACE"];
