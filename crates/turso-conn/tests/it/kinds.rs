//! Every kind that a local database can give, brought about for real.

use std::collections::BTreeSet;
use std::time::Duration;

use turso_conn::{
    Access, Batch, Connect, ErrorKind, Execute, LocalConfig, LocalConnector, Location, Statement,
    Step,
};

use crate::support::{Place, endless, insert, kind_of, run};

/// Kinds that need a server or a failing medium; their tests are elsewhere:
/// `Unauthorized` and `OutcomeUnknown` with the remote connection, `Io` by
/// injected faults, `Bug` by nothing that is known.
const NOT_LOCAL: [ErrorKind; 4] = [
    ErrorKind::Unauthorized,
    ErrorKind::OutcomeUnknown,
    ErrorKind::Io,
    ErrorKind::Bug,
];

#[tokio::test]
async fn every_local_kind_is_produced() {
    let mut seen: BTreeSet<ErrorKind> = NOT_LOCAL.into();
    seen.extend(kinds_of_statements().await);
    seen.extend(kinds_of_connecting().await);
    let missing: Vec<_> = ErrorKind::ALL
        .iter()
        .filter(|kind| !seen.contains(kind))
        .collect();
    assert!(missing.is_empty(), "{missing:?}");
}

async fn kinds_of_statements() -> Vec<ErrorKind> {
    let place = Place::new();
    let mut conn = place.with_table().await;
    run(&mut conn, "INSERT INTO t VALUES (1, CAST(x'ff' AS TEXT))").await;
    let unmet = Batch::new().step(Step::exactly(
        Statement::new("DELETE FROM t WHERE x = 9"),
        1,
    ));
    let mut kinds = vec![
        kind_of(&mut conn, insert(1, 1)).await,
        kind_of(&mut conn, Statement::new("SELECT nothing FROM nowhere")).await,
        kind_of(&mut conn, endless().within(Duration::from_millis(10))).await,
        kind_of(&mut conn, Statement::new("SELECT y FROM t")).await,
        kind_of(&mut conn, Statement::new("SELECT zeroblob(2000000000)")).await,
        conn.batch(unmet).await.unwrap_err().kind(),
    ];
    let holder = place.raw().await;
    holder.execute("BEGIN IMMEDIATE", ()).await.unwrap();
    kinds.push(kind_of(&mut conn, insert(2, 2).within(Duration::from_millis(10))).await);
    holder.execute("ROLLBACK", ()).await.unwrap();
    run(&mut conn, "PRAGMA max_page_count = 1").await;
    kinds.push(
        kind_of(
            &mut conn,
            Statement::new("INSERT INTO t VALUES (2, zeroblob(99999))"),
        )
        .await,
    );
    kinds
}

async fn kinds_of_connecting() -> Vec<ErrorKind> {
    let place = Place::new();
    let _conn = place.with_table().await;
    let read_only = LocalConfig {
        access: Access::ReadOnly,
        ..LocalConfig::default()
    };
    let mut reader = place.connector_with(read_only).connect().await.unwrap();
    let memory = LocalConnector::new(&Location::Memory, LocalConfig::default()).unwrap();
    memory.connect().await.unwrap();
    let nowhere = Location::file("/nonexistent/x.db").unwrap();
    let nowhere = LocalConnector::new(&nowhere, LocalConfig::default()).unwrap();
    let server = "libsql://example.org".parse().unwrap();
    vec![
        kind_of(&mut reader, insert(1, 1)).await,
        memory.connect().await.unwrap_err().kind(),
        nowhere.connect().await.unwrap_err().kind(),
        LocalConnector::new(&server, LocalConfig::default())
            .unwrap_err()
            .kind(),
    ]
}
