//! bb8-libsql beside turso-pool.
//!
//! ```sh
//! cargo run --release --manifest-path benches/versus/bb8-libsql/Cargo.toml
//! ```

use bb8_libsql::LibsqlConnectionManager;
use versus_common::places;

#[path = "../../../versus-common/src/pooled.rs"]
mod pooled;

type Pool = bb8::Pool<LibsqlConnectionManager>;

const NAME: &str = "bb8-libsql";

async fn pool(manager: LibsqlConnectionManager) -> Pool {
    let pool = bb8::Pool::builder().max_size(8).build(manager).await;
    pool.expect("a pool")
}

fn main() {
    let places = places();
    for place in places.iter().filter(|place| place.medium == "on disk") {
        pooled::local(NAME, place, |path| {
            pool(LibsqlConnectionManager::local(path))
        });
        pooled::remote(NAME, place, |url| async move {
            pool(LibsqlConnectionManager::remote(&url, "")).await
        });
    }
}
