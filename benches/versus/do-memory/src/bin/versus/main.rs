//! do-memory-storage-turso and deadpool-libsql beside ours, on the same made-up episodes.
//!
//! ```sh
//! cargo run --release --manifest-path benches/versus/do-memory/Cargo.toml
//! ```

mod convert;
mod deadpool;
mod hits;
mod peer;
mod storages;

use versus_common::places;

fn main() {
    storages::sizes();
    let places = places();
    for place in &places {
        storages::beside(place);
    }
    for place in places.iter().filter(|place| place.medium == "on disk") {
        hits::beside(place);
        deadpool::beside(place);
    }
}
