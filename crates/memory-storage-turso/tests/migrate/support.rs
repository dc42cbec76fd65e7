//! The database that the real crate made (`benches/versus/do-memory/src/bin/fixture.rs`).

use memory_storage_turso::Namespace;
use memory_storage_turso::migrate::do_memory::{DoMemory, Record, Row};
use std::io::Read as _;
use testkit::TempDb;
use turso_conn::{Connect as _, Execute as _, LocalConfig, LocalConnector, Location, Statement};

const PACKED: &[u8] = include_bytes!("../data/do-memory-0.1.47.db.gz");

/// A copy of it in a folder of its own.
pub(crate) fn copy() -> TempDb {
    let temp = TempDb::new().unwrap();
    std::fs::write(temp.path(), bytes()).unwrap();
    temp
}

pub(crate) fn bytes() -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut reader = flate2::read::GzDecoder::new(PACKED);
    reader.read_to_end(&mut bytes).unwrap();
    bytes
}

/// A copy that was changed by `statements`.
pub(crate) async fn changed(statements: &[&str]) -> TempDb {
    let temp = copy();
    let location = Location::file(temp.path()).unwrap();
    let connector = LocalConnector::new(&location, LocalConfig::default()).unwrap();
    let mut conn = connector.connect().await.unwrap();
    for sql in statements {
        conn.query(Statement::new((*sql).to_owned())).await.unwrap();
    }
    temp
}

pub(crate) async fn open(temp: &TempDb) -> DoMemory {
    let opened = DoMemory::open(temp.path(), Namespace::default()).await;
    opened.unwrap()
}

/// All rows that are left.
pub(crate) async fn rest(reader: &mut DoMemory) -> Vec<Row> {
    let mut rows = Vec::new();
    while let Some(page) = reader.next_page().await.unwrap() {
        assert!(!page.is_empty());
        rows.extend(page);
    }
    rows
}

pub(crate) async fn rows(temp: &TempDb) -> Vec<Row> {
    rest(&mut open(temp).await).await
}

/// What is wrong with rows, as `table number: why`.
pub(crate) fn complaints(rows: &[Row]) -> Vec<String> {
    let bad = rows.iter().filter_map(|row| {
        let error = row.record.as_ref().err()?;
        Some(format!("{} {}: {error}", row.table, row.number))
    });
    bad.collect()
}

/// How many episodes, patterns and relationships there are.
pub(crate) fn counts(rows: &[Row]) -> [usize; 3] {
    let mut counts = [0; 3];
    for row in rows {
        match &row.record {
            Ok(Record::Episode(_)) => counts[0] += 1,
            Ok(Record::Pattern(_)) => counts[1] += 1,
            Ok(Record::Relationship(_)) => counts[2] += 1,
            Err(_) => {}
        }
    }
    counts
}
