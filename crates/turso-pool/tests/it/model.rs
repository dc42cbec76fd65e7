//! A random history of one pool, looked at after every step: users who come,
//! poll a few times and go away, connectors and hooks that fail, hang and
//! panic, and a size that changes.

use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use proptest::prelude::*;
use proptest::sample::Index;
use tokio::time::{Instant, advance};
use turso_conn::ErrorKind;
use turso_pool::{Config, Lease, Pool, Result};

use crate::fake::{Fake, Mode, Op, hooked};
use crate::invariants::{Watch, fresh, whole};
use crate::support::{fixed, millis, secs, settle};

const SIZE_MAX: usize = 6;

#[derive(Clone, Debug)]
enum Step {
    Ask,
    Poll(Index),
    GiveUp(Index),
    Release(Index),
    ReleasePanicking(Index),
    Break(Index),
    Detach(Index),
    Dirty(Index, Dirt),
    Set(usize, Mode),
    Resize(usize),
    Retain(u8),
    Advance(u64),
    Maintain(u64),
    RunTasks(usize),
}

#[derive(Clone, Copy, Debug)]
enum Dirt {
    Transaction,
    Setting,
    InFlight,
}

fn mode() -> impl Strategy<Value = Mode> {
    prop_oneof![
        6 => Just(Mode::Ok),
        1 => Just(Mode::Fails(ErrorKind::Disconnected)),
        1 => Just(Mode::Fails(ErrorKind::Unauthorized)),
        1 => (1_u64..200).prop_map(|time| Mode::Slow(millis(time))),
        1 => Just(Mode::Never),
        1 => Just(Mode::Panics),
    ]
}

fn dirt() -> impl Strategy<Value = Dirt> {
    prop_oneof![
        Just(Dirt::Transaction),
        Just(Dirt::Setting),
        Just(Dirt::InFlight)
    ]
}

fn step() -> impl Strategy<Value = Step> {
    let index = any::<Index>;
    prop_oneof![
        6 => Just(Step::Ask),
        6 => index().prop_map(Step::Poll),
        3 => index().prop_map(Step::GiveUp),
        4 => index().prop_map(Step::Release),
        1 => index().prop_map(Step::ReleasePanicking),
        1 => index().prop_map(Step::Break),
        1 => index().prop_map(Step::Detach),
        2 => (index(), dirt()).prop_map(|(lease, dirt)| Step::Dirty(lease, dirt)),
        3 => (0..Op::ALL.len(), mode()).prop_map(|(op, mode)| Step::Set(op, mode)),
        2 => (0..=SIZE_MAX).prop_map(Step::Resize),
        1 => any::<u8>().prop_map(Step::Retain),
        2 => (1_u64..5_000).prop_map(Step::Advance),
        1 => (0_u64..100_000).prop_map(Step::Maintain),
        5 => (1_usize..4).prop_map(Step::RunTasks),
    ]
}

type Asking = Pin<Box<dyn Future<Output = Result<Lease<Fake>>> + Send>>;

struct World {
    pool: Pool<Fake>,
    asking: Vec<Asking>,
    held: Vec<Lease<Fake>>,
}

impl World {
    fn new() -> Self {
        let config = Config {
            idle_timeout: Some(secs(3)),
            max_lifetime: Some(secs(20)),
            keep_alive: Some(secs(1)),
            check_after: Some(secs(2)),
            leak_after: Some(secs(2)),
            ..fixed(1, 3)
        };
        let pool = hooked(Fake::new()).config(config).build_lazy().unwrap();
        Self {
            pool,
            asking: Vec::new(),
            held: Vec::new(),
        }
    }

    async fn step(&mut self, step: Step) {
        match step {
            Step::Ask => {
                let pool = self.pool.clone();
                self.asking
                    .push(Box::pin(async move { pool.acquire().await }));
            }
            Step::Poll(index) => self.poll(index),
            Step::GiveUp(index) => drop(pick(&mut self.asking, index)),
            Step::Advance(time) => advance(millis(time)).await,
            Step::RunTasks(turns) => {
                for _ in 0..turns {
                    tokio::task::yield_now().await;
                }
            }
            other => self.step_at_once(other),
        }
    }

    fn step_at_once(&mut self, step: Step) {
        let pool = &self.pool;
        match step {
            Step::Set(op, mode) => pool.connector().world.set(Op::ALL[op], mode),
            Step::Resize(size) => pool.resize(size),
            Step::Retain(bits) => {
                pool.retain(|_, meta| meta.age.subsec_nanos() % 7 < u32::from(bits % 8));
            }
            Step::Maintain(ahead) => {
                pool.maintain(Instant::now() + millis(ahead));
            }
            other => self.step_with_lease(&other),
        }
    }

    fn step_with_lease(&mut self, step: &Step) {
        match *step {
            Step::Release(index) => drop(pick(&mut self.held, index)),
            Step::ReleasePanicking(index) => {
                let lease = pick(&mut self.held, index);
                let user = AssertUnwindSafe(move || {
                    let _lease = lease;
                    panic!("the user of a lease was told to");
                });
                assert!(catch_unwind(user).is_err());
            }
            Step::Break(index) => {
                if let Some(mut lease) = pick(&mut self.held, index) {
                    lease.mark_broken();
                }
            }
            Step::Detach(index) => drop(pick(&mut self.held, index).map(Lease::detach)),
            Step::Dirty(index, dirt) if !self.held.is_empty() => {
                let lease = index.get_mut(&mut self.held);
                match dirt {
                    Dirt::Transaction => lease.in_transaction = true,
                    Dirt::Setting => lease.altered = true,
                    Dirt::InFlight => lease.in_flight = true,
                }
            }
            _ => (),
        }
    }

    fn poll(&mut self, index: Index) {
        if self.asking.is_empty() {
            return;
        }
        let place = index.index(self.asking.len());
        let mut cx = Context::from_waker(Waker::noop());
        if let Poll::Ready(answer) = self.asking[place].as_mut().poll(&mut cx) {
            drop(self.asking.swap_remove(place));
            if let Ok(lease) = answer {
                fresh(&lease);
                self.held.push(lease);
            }
        }
    }

    /// All users go, the trouble is over: everything must be there again.
    async fn end(mut self) {
        self.pool.connector().world.heal();
        self.asking.clear();
        self.held.clear();
        self.pool.resize(SIZE_MAX);
        for _ in 0..200 {
            advance(millis(100)).await;
            settle().await;
        }
        whole(&self.pool, SIZE_MAX).await;
        self.pool.drain(secs(10)).await.unwrap();
        assert_eq!(self.pool.connector().world.live(), 0);
    }
}

fn pick<T>(list: &mut Vec<T>, index: Index) -> Option<T> {
    (!list.is_empty()).then(|| list.swap_remove(index.index(list.len())))
}

fn run(steps: Vec<Step>) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .start_paused(true)
        .build()
        .unwrap();
    runtime.block_on(async {
        let mut world = World::new();
        let mut watch = Watch::new(&world.pool);
        for step in steps {
            world.step(step).await;
            watch.look(&world.held);
        }
        world.end().await;
    });
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    /// Invariants 3 and 4 of design.md hold after every step.
    #[test]
    fn f50_invariants_hold_after_every_step(steps in prop::collection::vec(step(), 0..120)) {
        run(steps);
    }
}
