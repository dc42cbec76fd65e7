//! The real types under shuttle: readers, writers, cancelled callers, and
//! writes of unknown outcome, in orders that a machine would rarely try. The
//! exhaustive search over a model is in `tests/it/explorer`.
//!
//! moka is not shuttle's and each call to it counts as one step; the locks and
//! atomics of this crate's protocol are.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use shuttle::future::{block_on, yield_now};
use shuttle::scheduler::{PctScheduler, RandomScheduler};
use shuttle::sync::Mutex;
use shuttle::{Config, Runner, thread};

use crate::{Cache, CacheConfig, Lookup, ManualClock, Scope, Stamps, StampsConfig};

const KEY: u32 = 7;
const QUARANTINE: Duration = Duration::from_mins(1);

/// How many schedules each test tries; a million in the long run.
fn schedules() -> usize {
    let wanted = std::env::var("CACHE_SCHEDULES").ok();
    wanted.and_then(|n| n.parse().ok()).unwrap_or(500)
}

/// The seed of the schedules, so that a run can be repeated; another one looks elsewhere.
fn seed() -> u64 {
    let wanted = std::env::var("CACHE_SEED").ok();
    wanted.and_then(|n| n.parse().ok()).unwrap_or(1)
}

/// Half of the schedules at random, half with few changes of threads at
/// unlikely places.
fn check(test: impl Fn() + Send + Sync + Clone + 'static) {
    let mut config = Config::new();
    config.stack_size = 1 << 18;
    let half = schedules().div_ceil(2);
    let random = RandomScheduler::new_from_seed(seed(), half);
    Runner::new(random, config.clone()).run(test.clone());
    let few = PctScheduler::new_from_seed(seed(), 4, half);
    Runner::new(few, config).run(test);
}

/// A row whose versions only grow, and a cache before it.
#[derive(Clone)]
struct World {
    row: Arc<Mutex<u32>>,
    cache: Cache<u32, u32>,
    stamps: Stamps,
    clock: ManualClock,
    reads: Scope,
    /// What writers write: the row, or its whole table.
    writes: [Scope; 2],
}

impl World {
    fn new() -> Self {
        let clock = ManualClock::new();
        let config = StampsConfig {
            stripes: 2,
            quarantine: QUARANTINE,
        };
        let (stamps, [table]) = Stamps::with_clock(config, Arc::new(clock.clone()));
        let cache = Cache::builder(CacheConfig::default())
            .stamps(&stamps)
            .clock(clock.clone())
            .seed(1);
        Self {
            row: Arc::new(Mutex::new(0)),
            cache: cache.build().unwrap(),
            stamps,
            clock,
            reads: table.row(&KEY),
            writes: [table.row(&KEY), table.all()],
        }
    }

    fn row(&self) -> u32 {
        *self.row.lock().unwrap()
    }

    fn commit(&self) -> u32 {
        let mut row = self.row.lock().unwrap();
        *row += 1;
        *row
    }

    async fn load(&self) -> Result<Option<u32>, String> {
        yield_now().await;
        let row = self.row();
        yield_now().await;
        Ok(Some(row))
    }

    /// One read, given up after so many polls. What it answers was true at
    /// some instant while it went on.
    async fn read(&self, polls: usize) {
        let before = self.row();
        let reads = [self.reads];
        let read = self.cache.get_or_load(&KEY, &reads, || self.load());
        let read = Box::pin(read);
        if let Some(answer) = (Impatient { read, polls }).await {
            self.judge(before, answer.unwrap().unwrap());
        }
    }

    fn look(&self) {
        let before = self.row();
        if let Lookup::Value(answer) = self.cache.get(&KEY) {
            self.judge(before, answer);
        }
    }

    fn judge(&self, before: u32, answer: u32) {
        let after = self.row();
        assert!(
            (before..=after).contains(&answer),
            "stale: {answer} is not in {before}..={after}"
        );
    }

    /// A write that commits or not, and is settled then.
    fn write(&self, scope: usize, commits: bool) {
        let pending = self.stamps.write(&[self.writes[scope]]);
        if commits {
            self.commit();
        }
        pending.settle();
    }

    /// A write that its caller gives up, and that commits late.
    fn write_and_lose(&self, scope: usize) {
        drop(self.stamps.write(&[self.writes[scope]]));
        thread::yield_now();
        self.commit();
        self.clock.advance(QUARANTINE);
    }
}

/// A caller who waits for so many polls.
struct Impatient<F> {
    read: Pin<Box<F>>,
    polls: usize,
}

impl<F: Future> Future for Impatient<F> {
    type Output = Option<F::Output>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let Some(left) = self.polls.checked_sub(1) else {
            return Poll::Ready(None);
        };
        self.polls = left;
        self.read.as_mut().poll(context).map(Some)
    }
}

type Job = Box<dyn FnOnce(&World) + Send>;

/// Each job on a thread of its own, in one world.
fn together(jobs: Vec<Job>) -> World {
    together_in(World::new(), jobs)
}

fn together_in(world: World, jobs: Vec<Job>) -> World {
    let start = |job: Job| {
        let world = world.clone();
        thread::spawn(move || job(&world))
    };
    let threads: Vec<_> = jobs.into_iter().map(start).collect();
    for thread in threads {
        thread.join().unwrap();
    }
    world
}

fn reads(count: usize) -> Job {
    Box::new(move |world| {
        for _ in 0..count {
            block_on(world.read(usize::MAX));
        }
    })
}

fn gives_up(polls: usize) -> Job {
    Box::new(move |world| block_on(world.read(polls)))
}

fn writes(scope: usize, commits: bool) -> Job {
    Box::new(move |world| world.write(scope, commits))
}

#[test]
fn f76_a_reader_never_gets_what_a_finished_write_has_replaced() {
    check(|| {
        let world = together(vec![reads(2), reads(2), writes(0, true), writes(1, true)]);
        assert_eq!(world.row(), 2);
        block_on(world.read(usize::MAX));
    });
}

#[test]
fn f76_a_look_never_finds_what_a_finished_write_has_replaced() {
    check(|| {
        let looks: Job = Box::new(|world| (0..3).for_each(|_| world.look()));
        together(vec![reads(2), looks, writes(0, true), writes(1, false)]);
    });
}

#[test]
fn f75_callers_who_give_up_leave_nobody_waiting() {
    check(|| {
        together(vec![gives_up(1), gives_up(2), reads(1), writes(0, true)]);
    });
}

#[test]
fn f77_a_write_that_commits_late_is_not_followed_by_a_stale_answer() {
    check(|| {
        let loses: Job = Box::new(|world| world.write_and_lose(0));
        let world = together(vec![reads(2), reads(2), loses]);
        block_on(world.read(usize::MAX));
        assert_eq!(world.stamps.quarantined(), 0);
    });
}

#[test]
#[should_panic(expected = "stale")]
fn a_writer_who_settles_before_the_commit_is_found_out() {
    check(|| {
        let early: Job = Box::new(|world| {
            world.stamps.write(&[world.writes[0]]).settle();
            world.commit();
        });
        together(vec![reads(2), reads(1), early]);
    });
}

/// Two writers who mean the row by its other name, as one that stores under an
/// external id does; the readers know of that name from the value alone.
#[test]
fn f76_a_write_under_another_name_of_the_row_is_seen_as_well() {
    check(|| {
        let (stamps, [rows, names]) = Stamps::new(StampsConfig {
            stripes: 2,
            ..StampsConfig::default()
        });
        let cache = Cache::builder(CacheConfig::default())
            .stamps(&stamps)
            .depends_also(names, move |_, _| vec![names.row("other")])
            .seed(1);
        let world = World {
            cache: cache.build().unwrap(),
            reads: rows.row(&KEY),
            writes: [names.row("other"), names.all()],
            stamps,
            ..World::new()
        };
        let jobs = vec![reads(2), reads(2), writes(0, true), writes(1, true)];
        let world = together_in(world, jobs);
        block_on(world.read(usize::MAX));
        block_on(world.read(usize::MAX));
    });
}

impl World {
    /// A write whose value is put into the cache when it has ended.
    fn write_through(&self) {
        let reading = self.cache.begin(&[self.reads]);
        let pending = self.stamps.write(&[self.writes[0]]);
        let row = self.commit();
        let settled = pending.settle();
        self.cache.offer(&KEY, Some(row), &reading.after(&settled));
    }

    /// The same with stamps that were taken after the write.
    fn write_and_offer_late(&self) {
        let pending = self.stamps.write(&[self.writes[0]]);
        let row = self.commit();
        pending.settle();
        let reading = self.cache.begin(&[self.reads]);
        self.cache.offer(&KEY, Some(row), &reading);
    }
}

#[test]
fn f76_what_a_write_left_in_the_cache_is_what_it_wrote_and_nobody_after_it() {
    check(|| {
        let through = || -> Job { Box::new(World::write_through) };
        let jobs = vec![through(), through(), reads(2), writes(1, true)];
        let world = together(jobs);
        world.look();
        world.write_through();
        assert_eq!(world.cache.get(&KEY), Lookup::Value(world.row()));
    });
}

#[test]
#[should_panic(expected = "stale")]
fn a_write_that_takes_the_stamps_of_its_value_afterwards_is_found_out() {
    check(|| {
        let late: Job = Box::new(World::write_and_offer_late);
        together(vec![late, writes(1, true), reads(2)]);
    });
}

#[test]
fn offers_are_judged_like_loads() {
    check(|| {
        let offers: Job = Box::new(|world| {
            let reading = world.cache.begin(&[world.reads]);
            let row = world.row();
            world.cache.offer(&KEY, Some(row), &reading);
        });
        together(vec![offers, reads(1), writes(1, true)]);
    });
}
