//! What is stored does not reach the logs, the metrics or the errors.

use testkit::Said;
use turso_conn::{Connect, Execute, Statement};
use turso_metrics::Metered;

use crate::support::memory;

#[test]
fn spans_have_names_and_kinds_of_errors_and_no_content() {
    let said = Said::default();
    tracing::subscriber::with_default(said.clone(), || {
        let runtime = tokio::runtime::Builder::new_current_thread().build();
        runtime.unwrap().block_on(async {
            let connector = Metered::new(memory(), ["notes.get"]);
            let mut conn = connector.connect().await.unwrap();
            let get = |sql| {
                Statement::new(sql)
                    .bind("canary")
                    .named("notes.get")
                    .point_read()
            };
            conn.query(get("SELECT ?1")).await.unwrap();
            let error = conn.query(get("SELECT ?1, ?2")).await.unwrap_err();
            assert!(!format!("{error:?} {:?}", connector.stats()).contains("canary"));
        });
    });
    let said = said.text();
    assert!(said.contains("db.operation.name=\"notes.get\""), "{said}");
    assert!(said.contains("error.type=\"misuse\""), "{said}");
    assert!(!said.contains("canary"), "{said}");
}
