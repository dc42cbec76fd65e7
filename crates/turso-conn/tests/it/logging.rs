//! What is stored does not reach the logs.

use testkit::Said;
use turso_conn::{Batch, Execute, Statement};

use crate::support::Place;

/// libsql says the SQL text at TRACE, so values must never be part of it; bound
/// values are not said, neither by it nor by us, and no error shows them.
#[tokio::test]
async fn l25_bound_values_are_neither_logged_nor_shown_in_errors() {
    let said = Said::default();
    // For all threads: the work is done on blocking ones.
    tracing::subscriber::set_global_default(said.clone()).unwrap();
    let place = Place::new();
    let mut conn = place.with_table().await;
    let store = |x: i64| {
        Statement::new("INSERT INTO t VALUES (?1, ?2)")
            .bind(x)
            .bind("canary")
    };
    conn.query(store(1)).await.unwrap();
    let twice = Batch::new().step(store(2)).step(store(2));
    let errors = [
        conn.query(store(1)).await.unwrap_err(),
        conn.batch(twice).await.unwrap_err(),
    ];
    conn.query(Statement::new("SELECT ?1").bind("canary").point_read())
        .await
        .unwrap();
    let raw = place.raw().await;
    raw.execute("UPDATE t SET y = 'spliced'", ()).await.unwrap();

    let said = said.text();
    assert!(said.contains("spliced"), "libsql changed");
    assert!(!said.contains("canary"));
    assert!(!format!("{errors:?}").contains("canary"));
}
