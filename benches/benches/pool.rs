//! What lending a connection costs, beside a bare semaphore and other pools: uncontended, and with
//! 64 tasks on 8 connections. The connections are none, so that nothing else is measured.
#![allow(missing_docs, clippy::unwrap_used, clippy::print_stdout)]

use std::future::Future;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use memory_benches::Sides;
use tokio::runtime::Runtime;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use turso_conn::{Connect, Execute, GroupResult, Program, Rows, Statement};
use turso_pool::{Config, Pool, Sizing};

const CONNECTIONS: usize = 8;
const TASKS: u32 = 64;

/// A connection to nothing, and what makes it.
#[derive(Debug)]
struct Nothing;

impl Execute for Nothing {
    async fn query(&mut self, _: Statement) -> turso_conn::Result<Rows> {
        Ok(Rows::default())
    }

    async fn atomic(&mut self, _: Program) -> turso_conn::Result<Vec<GroupResult>> {
        Ok(Vec::new())
    }
}

impl Connect for Nothing {
    type Conn = Self;

    async fn connect(&self) -> turso_conn::Result<Self> {
        Ok(Self)
    }

    async fn recycle(&self, _: &mut Self) -> turso_conn::Result<()> {
        Ok(())
    }

    async fn check(&self, _: &mut Self) -> turso_conn::Result<()> {
        Ok(())
    }
}

impl deadpool::managed::Manager for Nothing {
    type Type = Self;
    type Error = std::convert::Infallible;

    async fn create(&self) -> Result<Self, Self::Error> {
        Ok(Self)
    }

    async fn recycle(
        &self,
        _: &mut Self,
        _: &deadpool::managed::Metrics,
    ) -> deadpool::managed::RecycleResult<Self::Error> {
        Ok(())
    }
}

impl bb8::ManageConnection for Nothing {
    type Connection = Self;
    type Error = std::convert::Infallible;

    async fn connect(&self) -> Result<Self, Self::Error> {
        Ok(Self)
    }

    async fn is_valid(&self, _: &mut Self) -> Result<(), Self::Error> {
        Ok(())
    }

    fn has_broken(&self, _: &mut Self) -> bool {
        false
    }
}

#[mobc::async_trait]
impl mobc::Manager for Nothing {
    type Connection = Self;
    type Error = std::convert::Infallible;

    async fn connect(&self) -> Result<Self, Self::Error> {
        Ok(Self)
    }

    async fn check(&self, conn: Self) -> Result<Self, Self::Error> {
        Ok(conn)
    }
}

/// The least that a pool can do: a permit and a stack.
#[derive(Clone)]
struct Bare {
    permits: Arc<Semaphore>,
    idle: Arc<Mutex<Vec<Nothing>>>,
}

struct BareLease {
    conn: Option<Nothing>,
    idle: Arc<Mutex<Vec<Nothing>>>,
    _permit: OwnedSemaphorePermit,
}

impl Drop for BareLease {
    fn drop(&mut self) {
        self.idle.lock().unwrap().extend(self.conn.take());
    }
}

impl Bare {
    fn new(size: usize) -> Self {
        Self {
            permits: Arc::new(Semaphore::new(size)),
            idle: Arc::new(Mutex::new((0..size).map(|_| Nothing).collect())),
        }
    }

    async fn acquire(&self) -> BareLease {
        let permit = Arc::clone(&self.permits).acquire_owned().await.unwrap();
        let conn = self.idle.lock().unwrap().pop();
        BareLease {
            conn,
            idle: Arc::clone(&self.idle),
            _permit: permit,
        }
    }
}

/// The same pool of every kind.
struct Peers {
    bare: Bare,
    ours: Pool<Nothing>,
    deadpool: deadpool::managed::Pool<Nothing>,
    deadpool_timed: deadpool::managed::Pool<Nothing>,
    bb8: bb8::Pool<Nothing>,
    mobc: mobc::Pool<Nothing>,
}

impl Peers {
    async fn new() -> Self {
        let size = CONNECTIONS;
        let config = Config {
            sizing: Sizing::Fixed {
                min: size,
                max: size,
            },
            ..Config::remote()
        };
        let deadpool = || {
            deadpool::managed::Pool::builder(Nothing)
                .max_size(size)
                .runtime(deadpool::Runtime::Tokio1)
        };
        let ten = Some(Duration::from_secs(10));
        Self {
            bare: Bare::new(size),
            ours: Pool::builder(Nothing).config(config).build().await.unwrap(),
            deadpool: deadpool().build().unwrap(),
            deadpool_timed: deadpool()
                .wait_timeout(ten)
                .create_timeout(ten)
                .recycle_timeout(ten)
                .build()
                .unwrap(),
            bb8: bb8::Pool::builder()
                .max_size(8)
                .test_on_check_out(false)
                .build(Nothing)
                .await
                .unwrap(),
            mobc: mobc::Pool::builder().max_open(8).max_idle(8).build(Nothing),
        }
    }
}

/// Acquires and releases `times` times, one after the other.
async fn alone<F: Future>(times: u32, acquire: impl Fn() -> F) {
    for _ in 0..times {
        drop(acquire().await);
    }
}

/// The same from many tasks at once, each holding what it has until it was polled again.
async fn crowded<T, F>(times: u32, acquire: impl Fn() -> F + Clone + Send + 'static)
where
    F: Future<Output = T> + Send + 'static,
    T: Send + 'static,
{
    let task = |acquire: _| async move {
        let acquire = acquire;
        run(times / TASKS, acquire).await;
    };
    let tasks: Vec<_> = (0..TASKS)
        .map(|_| tokio::spawn(task(acquire.clone())))
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
}

async fn run<T, F: Future<Output = T>>(times: u32, acquire: impl Fn() -> F) {
    for _ in 0..times {
        let lease = acquire().await;
        tokio::task::yield_now().await;
        drop(lease);
    }
}

/// One comparison of all peers.
macro_rules! compare {
    ($name:expr, $runtime:expr, $rounds:expr, $times:expr, $run:ident) => {{
        let peers = $runtime.block_on(Peers::new());
        let Peers {
            bare,
            ours,
            deadpool,
            deadpool_timed,
            bb8,
            mobc,
        } = &peers;
        let runtime = $runtime;
        let report = Sides::new($name)
            .rounds($rounds)
            .operations($times)
            .side("semaphore and stack", || {
                let pool = bare.clone();
                runtime.block_on($run($times, move || {
                    let pool = pool.clone();
                    async move { pool.acquire().await }
                }));
            })
            .side("turso-pool", || {
                let pool = ours.clone();
                runtime.block_on($run($times, move || {
                    let pool = pool.clone();
                    async move { pool.acquire().await.unwrap() }
                }));
            })
            .side("deadpool", || {
                let pool = deadpool.clone();
                runtime.block_on($run($times, move || {
                    let pool = pool.clone();
                    async move { pool.get().await.unwrap() }
                }));
            })
            .side("deadpool with timeouts", || {
                let pool = deadpool_timed.clone();
                runtime.block_on($run($times, move || {
                    let pool = pool.clone();
                    async move { pool.get().await.unwrap() }
                }));
            })
            .side("bb8", || {
                let pool = bb8.clone();
                runtime.block_on($run($times, move || {
                    let pool = pool.clone();
                    async move { pool.get_owned().await.unwrap() }
                }));
            })
            .side("mobc", || {
                let pool = mobc.clone();
                runtime.block_on($run($times, move || {
                    let pool = pool.clone();
                    async move { pool.get().await.unwrap() }
                }));
            })
            .run();
        println!("{report}");
    }};
}

fn main() {
    // `cargo test` wants to know that it runs, `cargo bench` how fast.
    let measured = std::env::args().any(|argument| argument == "--bench");
    let (rounds, times) = if measured { (40, 32_000) } else { (1, 640) };
    let runtime = &Runtime::new().unwrap();
    compare!("acquire and release, alone", runtime, rounds, times, alone);
    compare!(
        "acquire and release, 64 tasks on 8 connections",
        runtime,
        rounds,
        times,
        crowded
    );
}
