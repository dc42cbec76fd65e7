//! Files that are missing, no files, or damaged.

use std::path::Path;

use turso_conn::{Connect, ErrorKind, Execute, LocalConfig, LocalConnector, Location, Statement};

use crate::support::{Place, insert, integers, run};

async fn refusal(path: &Path) -> (ErrorKind, String) {
    let place = Location::file(path).unwrap();
    let connector = LocalConnector::new(&place, LocalConfig::default()).unwrap();
    let error = connector.connect().await.unwrap_err();
    (error.kind(), error.to_string())
}

#[tokio::test]
async fn f12_a_missing_folder_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("no/such/place.db");
    let (kind, text) = refusal(&path).await;
    assert_eq!(kind, ErrorKind::Disconnected);
    assert!(text.contains("no/such/place.db"), "{text}");
}

#[tokio::test]
async fn f12_a_folder_is_no_database() {
    let folder = tempfile::tempdir().unwrap();
    let (kind, text) = refusal(folder.path()).await;
    assert_eq!(kind, ErrorKind::Disconnected);
    assert!(text.contains(folder.path().to_str().unwrap()), "{text}");
}

#[tokio::test]
async fn f12_a_file_is_no_folder() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("file"), "").unwrap();
    let (kind, _) = refusal(&folder.path().join("file/x.db")).await;
    assert_eq!(kind, ErrorKind::Disconnected);
}

/// What SQLite itself cannot open: a name longer than the system takes.
#[tokio::test]
async fn f12_a_name_the_system_refuses_is_disconnected() {
    let folder = tempfile::tempdir().unwrap();
    let (kind, _) = refusal(&folder.path().join("x".repeat(300))).await;
    assert_eq!(kind, ErrorKind::Disconnected);
}

/// A file of several pages, closed and checkpointed.
async fn healthy(place: &Place) -> Vec<u8> {
    let mut conn = place.with_table().await;
    conn.batch((0..2000).map(|x| insert(x, x)).collect())
        .await
        .unwrap();
    run(&mut conn, "CREATE INDEX i ON t (y)").await;
    drop(conn);
    std::fs::read(place.path()).unwrap()
}

#[tokio::test]
async fn f13_damage_at_the_beginning_is_found_when_connecting() {
    let place = Place::new();
    let bytes = healthy(&place).await;
    let spoilt = |at: usize, with: &[u8]| {
        let mut bytes = bytes.clone();
        bytes[at..at + with.len()].copy_from_slice(with);
        bytes
    };
    let cases = [
        ("header", spoilt(0, &[0xff; 16])),
        ("page type", spoilt(100, &[0x77])),
        ("half", bytes[..bytes.len() / 2].to_vec()),
        ("not a database", b"%PDF-1.7 and so on".repeat(300)),
    ];
    for (name, bytes) in cases {
        std::fs::write(place.path(), &bytes).unwrap();
        let (kind, text) = refusal(&place.path()).await;
        assert_eq!(kind, ErrorKind::Corrupt, "{name}");
        assert!(text.contains("test.db"), "{text}");
        assert_eq!(
            std::fs::read(place.path()).unwrap(),
            bytes,
            "{name}: it was changed"
        );
    }
}

#[tokio::test]
async fn f13_an_empty_file_is_an_empty_database() {
    let place = Place::new();
    std::fs::write(place.path(), "").unwrap();
    let mut conn = place.connect().await;
    assert_eq!(
        integers(&mut conn, "SELECT count(*) FROM sqlite_schema").await,
        [0]
    );
}

/// Damage further in is found by whoever reads it, as an error.
#[tokio::test]
async fn f13_damage_in_a_table_is_an_error_of_its_readers() {
    let place = Place::new();
    let mut bytes = healthy(&place).await;
    for byte in &mut bytes[4096..] {
        *byte = 0x77;
    }
    std::fs::write(place.path(), &bytes).unwrap();
    let mut conn = place.connect().await;
    let error = conn
        .query(Statement::new("SELECT sum(y) FROM t"))
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Corrupt);
    assert_eq!(error.sqlite_code().map(|code| code & 0xff), Some(11));
}
