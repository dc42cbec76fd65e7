use super::{Kind, call};

pub(super) const BUG_FIX: Kind = Kind {
    task_type: "bug_fix",
    domain: "backend",
    language: Some("rust"),
    framework: Some("tokio"),
    tags: &["bug", "rust"],
    descriptions: &[
        (
            "Requests to ",
            " hang once the connection pool is exhausted",
        ),
        (
            "Stop ",
            " from losing one connection with every request that times out",
        ),
        (
            "After a failed query, ",
            " never uses that connection again",
        ),
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
            "Whoever takes a connection must give it back.",
            "src/pool.rs:88: let lease = pool.acquire().await?;",
            "grep: src/: No such file or directory",
        ),
        call(
            "read_file",
            "src/pool.rs:60-120",
            "What happens to a lease that broke?",
            "fn drop(&mut self) { if self.healthy { self.pool.put_back(…) } }",
            "the file has changed since it was listed",
        ),
        call(
            "edit_file",
            "return the permit on every path",
            "The permit of a broken connection is never returned.",
            "1 hunk applied",
            "hunk failed: the context does not match",
        ),
        call(
            "run_tests",
            "cargo test pool::",
            "The test that hung must end now.",
            "test result: ok. 42 passed; 0 failed",
            "timed out: pool::broken_leases_are_replaced has been running for over 60 seconds",
        ),
    ],
    verdict: "the permit is returned on every path, with a regression test",
    artifact: "src/pool.rs",
    reason: "the test still hangs once in fifty runs",
    reflection: "Reproduce the hang under load before editing: the first two guesses were wrong.",
};

pub(super) const DATA_QUERY: Kind = Kind {
    task_type: "data_query",
    domain: "analytics",
    language: Some("sql"),
    framework: None,
    tags: &["sql", "report"],
    descriptions: &[
        ("How many customers of ", " came back within 30 days?"),
        ("Which share of the customers of ", " orders a second time?"),
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
            "SELECT count(DISTINCT a.customer_id) FROM orders a JOIN orders b USING (customer_id) …",
            "A self join on the customer finds those who came back.",
            "1 row: 18,204",
            "ERROR: column ordered_on does not exist",
        ),
    ],
    verdict: "18,204 customers, 23 % of all",
    artifact: "reports/returning.csv",
    reason: "the column names in the task do not exist",
    reflection: "Describe the tables first: guessing column names costs two steps each time.",
};

pub(super) const DEPLOYMENT: Kind = Kind {
    task_type: "deployment",
    domain: "operations",
    language: None,
    framework: Some("kubernetes"),
    tags: &["deploy", "production"],
    descriptions: &[
        ("Roll out version 2.14 of ", " without downtime"),
        ("Bring the hotfix of ", " into production"),
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
};
