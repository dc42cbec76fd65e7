use std::fs;

use testkit::net::{Certificate, Database, Proxy, Sqld, Tls};
use testkit::{Job, JobResult, TempDb, Worker, WorkerCommand};
use tokio::runtime::Runtime;

use crate::client::{client, statement, value};

pub(crate) const JOBS: &[(&str, Job)] = &[("test against the server named", test_twice)];

const TOKEN: &str = "canary";

/// What tests leave behind, awkward to drop in the wrong order.
const LEFT_BEHIND: [&str; 6] = [
    "CREATE TABLE parent (id INTEGER PRIMARY KEY)",
    "CREATE TABLE \"a \"\"child\"\"\" (parent INTEGER NOT NULL REFERENCES parent (id))",
    "INSERT INTO parent VALUES (1)",
    "INSERT INTO \"a \"\"child\"\"\" VALUES (1)",
    "CREATE VIEW v AS SELECT * FROM parent",
    "CREATE VIRTUAL TABLE words USING fts5 (word)",
];

async fn sql(database: &Database, sql: &str) -> String {
    let request = statement(sql);
    value(&client(database).await.ask(&request).await.unwrap())
}

fn test_twice(worker: &Worker) -> JobResult {
    let runtime = Runtime::new()?;
    for _ in 0..2 {
        let database = Database::fresh("elsewhere")?.expect("it is named");
        let count = sql(&database, "SELECT count(*) FROM sqlite_master");
        worker.ack(runtime.block_on(count))?;
        for statement in LEFT_BEHIND {
            assert_eq!(runtime.block_on(sql(&database, statement)), "");
        }
    }
    Ok(())
}

/// A sqld behind TLS that asks for a token, and the file with its CA.
fn secured(test: &str) -> Option<(Sqld, Proxy, TempDb)> {
    let sqld = Sqld::start(test).unwrap()?;
    let tls = Tls::new(Certificate::Good).unwrap();
    let front = Proxy::before(sqld.address()).unwrap();
    front.set_tls(Some(&tls));
    front.set_token(Some(TOKEN));
    let files = TempDb::new().unwrap();
    fs::write(files.path(), tls.ca_pem()).unwrap();
    Some((sqld, front, files))
}

fn command(front: &Proxy, files: &TempDb) -> WorkerCommand {
    let port = front.address().port();
    WorkerCommand::new("test against the server named")
        .env("TURSO_TEST_URL", format!("libsql://localhost:{port}"))
        .env("TURSO_TEST_TOKEN", TOKEN)
        .env("SSL_CERT_FILE", files.path())
}

#[test]
fn a_server_named_serves_one_test_after_the_other() {
    let Some((sqld, front, files)) = secured("server named") else {
        return;
    };
    let exit = command(&front, &files).spawn().unwrap().wait().unwrap();
    assert_eq!(exit.acks, ["0", "0"], "{exit:?}");
    let left = statement("SELECT count(*) FROM sqlite_master");
    assert_eq!(plainly(&sqld, &left), "0");
}

#[test]
fn a_database_in_use_is_left_alone() {
    let Some((sqld, front, files)) = secured("database in use") else {
        return;
    };
    plainly(&sqld, &statement("CREATE TABLE precious (id)"));
    let exit = command(&front, &files).spawn().unwrap().wait().unwrap();
    assert!(exit.acks.is_empty(), "{exit:?}");
    let count = statement("SELECT count(*) FROM precious");
    assert_eq!(plainly(&sqld, &count), "0");
    let wiped = command(&front, &files).env("TURSO_TEST_WIPE", "1");
    let exit = wiped.spawn().unwrap().wait().unwrap();
    assert_eq!(exit.acks, ["0", "0"], "{exit:?}");
    assert!(plainly(&sqld, &count).contains("no such table"));
}

fn plainly(sqld: &Sqld, request: &testkit::net::Message) -> String {
    let ask = async {
        let mut client = crate::client::Client::to(sqld.address()).await.unwrap();
        value(&client.ask(request).await.unwrap())
    };
    Runtime::new().unwrap().block_on(ask)
}
