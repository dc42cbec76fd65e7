//! Stamps that hear of every write: values have no end.

use std::sync::Arc;
use std::time::Duration;

use turso_cache::{Cache, CacheConfig, Lookup, ManualClock, Scope, Stamps, StampsConfig};

struct World {
    cache: Cache<u32, u32>,
    stamps: Stamps,
    clock: ManualClock,
    row: Scope,
}

/// Longer than any life, and than an entry stays after its end.
const AGES: Duration = Duration::from_hours(1_000);

impl World {
    fn new() -> Self {
        let clock = ManualClock::new();
        let config = StampsConfig::default();
        let (stamps, [table]) = Stamps::with_clock(config, Arc::new(clock.clone()));
        let cache = Cache::builder(CacheConfig::default())
            .stamps(&stamps)
            .clock(clock.clone());
        Self {
            cache: cache.build().unwrap(),
            row: table.row(&7),
            stamps,
            clock,
        }
    }

    /// A value for the key 1, and that there is none for the key 2.
    fn fill(&self) {
        for (key, value) in [(1, Some(1)), (2, None)] {
            let reading = self.cache.begin(&[self.row]);
            assert!(self.cache.offer(&key, value, &reading));
        }
    }

    fn known(&self) -> [Lookup<u32>; 2] {
        [self.cache.get(&1), self.cache.get(&2)]
    }
}

const BOTH: [Lookup<u32>; 2] = [Lookup::Value(1), Lookup::Absent];
const NEITHER: [Lookup<u32>; 2] = [Lookup::Unknown, Lookup::Unknown];

#[test]
fn values_have_no_end_until_a_write() {
    let world = World::new();
    world.stamps.set_complete(true);
    world.fill();
    world.clock.advance(AGES);
    world.cache.sweep();
    assert_eq!(world.known(), BOTH);
    assert_eq!(world.cache.lives().count(), 0);
    world.stamps.touch(&[world.row]);
    assert_eq!(world.known(), NEITHER);
}

#[test]
fn ages_count_again_when_writes_are_no_longer_told() {
    let world = World::new();
    world.stamps.set_complete(true);
    world.fill();
    world.clock.advance(AGES);
    world.stamps.set_complete(false);
    assert_eq!(world.known(), NEITHER);
}

#[test]
fn without_a_word_values_end() {
    let world = World::new();
    world.fill();
    assert_eq!(world.cache.lives().count(), 1);
    world.clock.advance(AGES);
    assert_eq!(world.known(), NEITHER);
}
