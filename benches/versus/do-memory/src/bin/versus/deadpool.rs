//! deadpool-libsql beside turso-pool.

use deadpool_libsql::config::{Config, Database, Local, Remote};
use deadpool_libsql::{Pool, Runtime};
use versus_common::Place;

#[path = "../../../../../versus-common/src/pooled.rs"]
mod pooled;

const NAME: &str = "deadpool-libsql";

async fn pool(database: Database) -> Pool {
    let mut config = Config::new(database);
    config.pool.max_size = 8;
    let pool = config.create_pool(Some(Runtime::Tokio1)).await;
    pool.expect("a pool")
}

pub fn beside(place: &Place) {
    pooled::local(NAME, place, |path| {
        pool(Database::Local(Local {
            path,
            encryption_config: None,
            flags: None,
        }))
    });
    pooled::remote(NAME, place, |url| {
        pool(Database::Remote(Remote {
            url,
            auth_token: String::new(),
            namespace: None,
            remote_encryption: None,
        }))
    });
}
