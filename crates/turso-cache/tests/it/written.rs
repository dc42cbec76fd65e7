//! Values that were not read but written.

use turso_cache::{
    Cache, CacheConfig, Lookup, Reading, Scope, Settled, Stamps, StampsConfig, Table,
};

struct World {
    cache: Cache<u32, u32>,
    stamps: Stamps,
    rows: Table,
    names: Table,
}

impl World {
    /// A value depends on its row, and on a name that only the value tells.
    fn new() -> Self {
        let (stamps, [rows, names]) = Stamps::new(StampsConfig::default());
        let cache = Cache::builder(CacheConfig::default())
            .stamps(&stamps)
            .depends_also(names, move |_, value| vec![names.row(value)]);
        Self {
            cache: cache.build().unwrap(),
            stamps,
            rows,
            names,
        }
    }

    /// What a write of the value 5 under the key 1 changes.
    fn changes(&self) -> [Scope; 2] {
        [self.rows.row(&1), self.names.row(&5_u32)]
    }

    fn begin(&self) -> Reading {
        self.cache.begin(&[self.rows.row(&1)])
    }

    fn write(&self) -> Settled {
        self.stamps.write(&self.changes()).settle()
    }

    fn offer(&self, reading: &Reading, settled: &Settled) -> bool {
        self.cache.offer(&1, Some(5), &reading.after(settled))
    }
}

#[test]
fn what_was_written_is_found() {
    let world = World::new();
    let reading = world.begin();
    let settled = world.write();
    assert!(world.offer(&reading, &settled));
    assert_eq!(world.cache.get(&1), Lookup::Value(5));
    world.write();
    assert_eq!(world.cache.get(&1), Lookup::Unknown);
}

#[test]
fn the_stamps_of_before_are_not_enough_by_themselves() {
    let world = World::new();
    let reading = world.begin();
    world.write();
    assert!(!world.cache.offer(&1, Some(5), &reading));
}

/// A write to either of what the value depends on.
fn others(world: &World) -> [Scope; 3] {
    [
        world.rows.row(&1),
        world.names.row(&5_u32),
        world.rows.all(),
    ]
}

#[test]
fn f76_a_write_that_ended_meanwhile_forbids_it() {
    for which in 0..3 {
        let world = World::new();
        let other = [others(&world)[which]];
        let reading = world.begin();
        world.stamps.write(&other).settle();
        let settled = world.write();
        assert!(!world.offer(&reading, &settled), "{which} before");

        let reading = world.begin();
        let settled = world.write();
        world.stamps.write(&other).settle();
        assert!(!world.offer(&reading, &settled), "{which} after");
    }
}

#[test]
fn f76_a_write_under_way_forbids_it() {
    for which in 0..3 {
        let world = World::new();
        let other = world.stamps.write(&[others(&world)[which]]);
        let reading = world.begin();
        let settled = world.write();
        assert!(!world.offer(&reading, &settled), "{which} from before");
        other.settle();

        let reading = world.begin();
        let settled = world.write();
        let other = world.stamps.write(&[others(&world)[which]]);
        assert!(!world.offer(&reading, &settled), "{which} still");
        other.settle();
    }
}

#[test]
fn f77_what_others_are_said_to_have_written_forbids_it() {
    let world = World::new();
    let reading = world.begin();
    let settled = world.write();
    world.stamps.touch(&[world.rows.all()]);
    assert!(!world.offer(&reading, &settled));
}
