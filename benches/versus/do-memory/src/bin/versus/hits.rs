//! What the caches answer.

use tokio::runtime::Runtime;
use versus_common::{Child, Measured, Order, Place, Work, compare};

use crate::peer::{Cached, Ttl};

pub fn beside(place: &Place) {
    let runtime = || Runtime::new().expect("a runtime");
    let (first, second) = (runtime(), runtime());
    let cached = first.block_on(Cached::new(&place.path("cached-theirs.db")));
    // Its cleaning task is spawned in the runtime.
    let ttl = second.block_on(async { Ttl::new() });
    let (mut cached, mut ttl) = (Measured::new(first, cached), Measured::new(second, ttl));
    let mut ours = Child::ours("cached", &place.path("cached.db"));
    let mut uncached = Child::ours("default", &place.path("uncached.db"));
    let mut stored = 0;
    for (entries, hits) in [(100, 2_000), (1_000, 2_000), (10_000, 500)] {
        while stored < entries {
            let count = (entries - stored).min(1_000);
            for answer in [
                cached.order(Order::new(Work::Batch, count)),
                ttl.order(Order::new(Work::Batch, count)),
                ours.order(Order::new(Work::Batch, count)),
                uncached.order(Order::new(Work::Batch, count)),
            ] {
                assert_eq!(answer.errors, 0, "{}", answer.first);
            }
            stored += count;
        }
        // Now all of them are in the caches.
        cached.order(Order::new(Work::Each, 1));
        ours.order(Order::new(Work::Each, 1));
        let name = format!("get from the cache, {entries} entries");
        compare(
            &name,
            21,
            Order::new(Work::Hit, hits),
            &mut [
                ("do-memory", &mut cached),
                ("do-memory, its TTL cache alone", &mut ttl),
                ("ours", &mut ours),
            ],
        )
        .means("ours");
    }
    for (name, work) in [
        ("the same page of 20 of one task type", Work::Page),
        ("the same page of 20 of one agent", Work::Search),
    ] {
        compare(
            &format!("{name}, 10000 stored"),
            11,
            Order::new(work, 20),
            &mut [
                ("do-memory with its cache", &mut cached),
                ("ours with its cache", &mut ours),
                ("ours without", &mut uncached),
            ],
        )
        .means("ours with its cache");
    }
}
