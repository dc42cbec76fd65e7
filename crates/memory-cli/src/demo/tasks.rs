//! What the invented agent works on.

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
    /// Each with a place for the subject.
    pub(crate) descriptions: &'static [(&'static str, &'static str)],
    pub(crate) subjects: &'static [&'static str],
    pub(crate) calls: &'static [Call],
    pub(crate) verdict: &'static str,
    pub(crate) artifact: &'static str,
    pub(crate) reason: &'static str,
    pub(crate) reflection: &'static str,
}

pub(crate) const KINDS: [Kind; 5] = [
    Kind {
        task_type: "bug_fix",
        domain: "backend",
        language: Some("rust"),
        framework: Some("tokio"),
        tags: &["bug", "rust"],
        descriptions: &[
            (
                "Requests to ",
                " hang after the connection pool is exhausted",
            ),
            (
                "The counter of ",
                " is wrong after midnight in other time zones",
            ),
            ("", " answers 500 when a name holds an emoji"),
        ],
        subjects: &[
            "billing",
            "search",
            "sessions",
            "the mailer",
            "the gateway",
            "uploads",
        ],
        calls: &[
            call(
                "grep",
                "grep -rn 'acquire(' src/",
                "The pool is the first suspect.",
                "src/pool.rs:88: let lease = pool.acquire().await?;",
                "no matches",
            ),
            call(
                "read_file",
                "src/pool.rs:60-120",
                "I need to see who gives leases back.",
                "fn drop(&mut self) { if self.healthy { … } }",
                "file has changed on disk since it was listed",
            ),
            call(
                "edit_file",
                "return the lease on every path",
                "A lease that is not healthy is never returned.",
                "1 hunk applied",
                "hunk 1 failed: context does not match",
            ),
            call(
                "run_tests",
                "cargo test pool::",
                "The test that failed must pass now.",
                "test result: ok. 42 passed; 0 failed",
                "test result: FAILED. 41 passed; 1 failed: pool::returns_broken_leases",
            ),
        ],
        verdict: "the lease is returned on every path, with a regression test",
        artifact: "src/pool.rs",
        reason: "the test still fails once in fifty runs",
        reflection: "Reproduce the hang under load before editing: the first two guesses were wrong.",
    },
    Kind {
        task_type: "data_query",
        domain: "analytics",
        language: Some("sql"),
        framework: None,
        tags: &["sql", "report"],
        descriptions: &[
            ("How many customers of ", " came back within 30 days?"),
            (
                "Which ten products of ",
                " lose the most between cart and order?",
            ),
        ],
        subjects: &[
            "the web shop",
            "the Berlin store",
            "the app",
            "the wholesale branch",
        ],
        calls: &[
            call(
                "list_tables",
                "SHOW TABLES",
                "Which tables hold orders?",
                "customers, orders, order_lines, carts",
                "permission denied for schema sales",
            ),
            call(
                "describe",
                "DESCRIBE orders",
                "Is there a time of the order?",
                "id, customer_id, ordered_at, total_cents",
                "no such table: order",
            ),
            call(
                "run_sql",
                "SELECT count(*) FROM orders …",
                "A self join on the customer within 30 days.",
                "1 row: 18,204",
                "ERROR: column ordered_on does not exist",
            ),
        ],
        verdict: "18,204 customers came back, 23 % of all",
        artifact: "reports/returning.csv",
        reason: "the column names in the task do not exist",
        reflection: "Describe the tables first: guessing column names costs two steps each time.",
    },
    Kind {
        task_type: "deployment",
        domain: "operations",
        language: None,
        framework: Some("kubernetes"),
        tags: &["deploy", "production"],
        descriptions: &[
            ("Roll out version 2.14 of ", " without downtime"),
            ("Move ", " to the new cluster"),
        ],
        subjects: &["the gateway", "the mailer", "search", "billing"],
        calls: &[
            call(
                "build_image",
                "docker build -t registry/app:2.14 .",
                "The image must exist before anything else.",
                "pushed sha256:9f3c…",
                "no space left on device",
            ),
            call(
                "apply",
                "kubectl apply -f deploy.yaml",
                "A rolling update, one pod at a time.",
                "deployment configured",
                "error: unable to recognize deploy.yaml",
            ),
            call(
                "wait_ready",
                "kubectl rollout status",
                "Ready means that the probe answers.",
                "successfully rolled out",
                "timed out waiting for the condition",
            ),
            call(
                "smoke_test",
                "curl -f https://…/health",
                "One request through the front door.",
                "200 OK in 34 ms",
                "502 Bad Gateway",
            ),
        ],
        verdict: "all pods ready, no request failed",
        artifact: "deploy.yaml",
        reason: "the new pods never became ready; rolled back",
        reflection: "Check the free space of the build host before building.",
    },
    Kind {
        task_type: "support",
        domain: "airline",
        language: None,
        framework: None,
        tags: &["customer", "booking"],
        descriptions: &[
            ("Move a booking ", " to a flight that arrives before noon"),
            ("Cancel a booking ", " and refund it to two certificates"),
        ],
        subjects: &[
            "from Lisbon to Oslo",
            "from Delhi to Leeds",
            "from Osaka to Lima",
        ],
        calls: &[
            call(
                "get_user",
                "{\"user_id\": \"mia_li\"}",
                "The booking hangs on the user.",
                "gold member, 2 certificates",
                "user not found",
            ),
            call(
                "search_flights",
                "{\"before\": \"12:00\"}",
                "One stop is fine, two are not.",
                "3 flights found",
                "0 flights found",
            ),
            call(
                "update_booking",
                "{\"flight\": \"HAT083\"}",
                "The customer said yes to the price.",
                "booking updated",
                "payment refused: certificate is used up",
            ),
        ],
        verdict: "booked, and the customer confirmed it",
        artifact: "booking/HAT083",
        reason: "the fare rules do not allow it; handed to a person",
        reflection: "Ask for the budget before searching, not after.",
    },
    Kind {
        task_type: "research",
        domain: "questions",
        language: None,
        framework: None,
        tags: &["web", "question"],
        descriptions: &[
            ("Who first described ", " in print?"),
            ("In which year was ", " standardised, and by whom?"),
        ],
        subjects: &[
            "the B-tree",
            "the Bloom filter",
            "write-ahead logging",
            "UTF-8",
        ],
        calls: &[
            call(
                "search",
                "first description paper",
                "Begin with the name and `original paper`.",
                "8 results",
                "0 results",
            ),
            call(
                "open_page",
                "https://…/history",
                "The second result is a survey.",
                "12,440 characters of text",
                "403 Forbidden",
            ),
            call(
                "quote",
                "find the year",
                "Only a quotation counts as an answer.",
                "“…, 1972”",
                "the page does not say",
            ),
        ],
        verdict: "answered, with a quotation",
        artifact: "notes/answer.md",
        reason: "two sources disagree and neither quotes a third",
        reflection: "Open the survey before the blog posts.",
    },
];
