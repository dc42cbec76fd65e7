//! The layers by hand, without the storage: a connector whose connections keep compiled statements,
//! metrics over it, a pool of such connections, group commits through it, and a cache before the reads.
//!
//! usage: layers
#![allow(clippy::print_stdout)]

use std::error::Error;
use std::sync::Arc;
use turso_batch::{GroupCommit, Submission};
use turso_cache::{Cache, CacheConfig, Stamps, StampsConfig};
use turso_conn::{Batch, Execute as _, LocalConfig, LocalConnector, Location, Statement};
use turso_metrics::Metered;
use turso_pool::{Config, Pool};
use turso_prepared::Prepared;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let folder = tempfile::tempdir()?;
    let place = Location::file(folder.path().join("notes.db"))?;

    let statements = Prepared::new(turso_prepared::Config::default());
    let connector = LocalConnector::new(&place, LocalConfig::default())?
        .with_statement_caches(Arc::new(statements.clone()));
    let metered = Metered::new(connector, ["notes.add", "notes.get"]);
    let pool = Pool::builder(metered.clone())
        .config(Config::local(4))
        .build()
        .await?;

    let create = "CREATE TABLE notes (id INTEGER PRIMARY KEY, body TEXT NOT NULL)";
    pool.acquire().await?.query(Statement::new(create)).await?;

    // What is submitted while a commit is in flight goes into the next one together.
    let writes = GroupCommit::new(pool.clone(), turso_batch::Config::default());

    let (stamps, [notes]) = Stamps::new(StampsConfig::default());
    let cache = Cache::<i64, Arc<str>>::builder(CacheConfig::default())
        .stamps(&stamps)
        .weigher(|_, body| u64::try_from(body.len()).unwrap_or(u64::MAX))
        .build()?;

    // All or nothing; what is cached of these rows is not served from before it to after it.
    let ids = [1_i64, 2, 3];
    let write = stamps.write(&ids.map(|id| notes.row(&id)));
    let insert = |id| Statement::new("INSERT INTO notes VALUES (?1, ?2)").bind_all([id, id]);
    let batch = ids.into_iter().map(insert).fold(Batch::new(), Batch::step);
    let stored = writes.submit(Submission::new(batch)).await;
    write.settle();
    stored?;

    let row = [notes.row(&2)];
    for _ in 0..1_000 {
        let get = Statement::new("SELECT body FROM notes WHERE id = ?1").bind(2);
        let body = cache.get_or_load(&2, &row, async || -> Result<Option<Arc<str>>, String> {
            let mut conn = pool.acquire().await.map_err(|e| e.to_string())?;
            let get = get.clone().named("notes.get").point_read();
            let rows = conn.query(get).await.map_err(|e| e.to_string())?;
            let body = rows.one().and_then(|row| row.text(0).map(Arc::from));
            body.map(Some).map_err(|e| e.to_string())
        });
        assert_eq!(body.await?.as_deref(), Some("2"));
    }

    report(&metered, &statements);
    Ok(())
}

fn report(metered: &Metered<LocalConnector>, statements: &Prepared) {
    let operations = metered.stats().operations;
    let gets = operations
        .iter()
        .filter(|operation| operation.name == "notes.get");
    let asked: u64 = gets.map(|operation| operation.ever.count).sum();
    println!("1000 reads, {asked} question to the database");
    println!("{} statements compiled", statements.stats().misses);
}
