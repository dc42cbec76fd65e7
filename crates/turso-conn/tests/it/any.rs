//! The connector that decides by the location.

use turso_conn::{AnyConfig, AnyConnector, Batch, Connect, ErrorKind, Execute, Location};

use crate::support::{Place, integers, run};

async fn round_trip(place: &Location) {
    let connector = AnyConnector::open(place, AnyConfig::default()).unwrap();
    let mut conn = connector.connect().await.unwrap();
    run(&mut conn, "CREATE TABLE t (x)").await;
    conn.batch(Batch::new().step("INSERT INTO t VALUES (1)"))
        .await
        .unwrap();
    connector.recycle(&mut conn).await.unwrap();
    connector.check(&mut conn).await.unwrap();
    assert_eq!(integers(&mut conn, "SELECT x FROM t").await, [1]);
}

#[tokio::test]
async fn files_and_memory_are_served_alike() {
    let place = Place::new();
    round_trip(&Location::file(place.path()).unwrap()).await;
    round_trip(&Location::Memory).await;
}

#[tokio::test]
async fn what_is_refused_is_named_without_its_token() {
    let server: Location = "http://db.example.org?authToken=canary".parse().unwrap();
    let error = AnyConnector::open(&server, AnyConfig::default()).unwrap_err();
    let expected = if cfg!(feature = "remote") {
        ErrorKind::Misuse
    } else {
        ErrorKind::Unsupported
    };
    assert_eq!(error.kind(), expected);
    assert!(error.to_string().contains("db.example.org"), "{error}");
    assert!(!format!("{error:?}").contains("canary"));
}
