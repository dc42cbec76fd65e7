//! Remote connections behind the traits that others use.

use std::time::Duration;

use testkit::net::Action;
use tokio::time::timeout;
use turso_conn::{
    Acquire, AnyConfig, AnyConnector, Batch, Connect, ErrorKind, Execute, Location, Single,
    Statement,
};

use crate::scripted::Server;
use crate::support::{database, integers, run};

/// The next user gets a new connection, not the one of the cancelled call.
#[tokio::test(start_paused = true)]
async fn f35_a_broken_connection_is_replaced_by_its_lender() {
    let server = Server::new();
    let lane = Single::open(server.connector.clone()).await.unwrap();
    for fault in [Action::Hang, Action::CloseBefore, Action::Truncate(40)] {
        let before = server.seen();
        server.front.queue([fault]);
        let mut lease = lane.acquire().await.unwrap();
        let call = lease.query(Statement::new("INSERT INTO t VALUES (1)"));
        let failed = timeout(Duration::from_secs(1), call).await;
        assert!(failed.is_err() || failed.is_ok_and(|answer| answer.is_err()));
        drop(lease);
        run(&mut *lane.acquire().await.unwrap(), "SELECT 1").await;
        assert_eq!(server.seen(), (before.0 + 2, before.1 + 1));
    }
}

#[tokio::test]
async fn a_server_is_reached_through_the_connector_for_any_location() {
    let test = "a_server_is_reached_through_the_connector_for_any_location";
    let Some(database) = database(test) else {
        return;
    };
    let place: Location = database.url().parse().unwrap();
    let server = AnyConnector::open(&place, AnyConfig::default()).unwrap();
    let mut conn = server.connect().await.unwrap();
    run(&mut conn, "CREATE TABLE t (x)").await;
    let batch = Batch::new().step("INSERT INTO t VALUES (1)");
    conn.batch(batch).await.unwrap();
    server.recycle(&mut conn).await.unwrap();
    server.check(&mut conn).await.unwrap();
    assert_eq!(integers(&mut conn, "SELECT x FROM t").await, [1]);

    let memory = AnyConnector::open(&Location::Memory, AnyConfig::default()).unwrap();
    let mut stranger = memory.connect().await.unwrap();
    for refused in [
        server.recycle(&mut stranger).await,
        memory.check(&mut conn).await,
    ] {
        assert_eq!(refused.unwrap_err().kind(), ErrorKind::Misuse);
    }
}
