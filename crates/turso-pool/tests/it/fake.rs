//! A connector without a database: it counts, and it behaves as it is told.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use turso_conn::{
    Connect, Error, ErrorKind, Execute, GroupResult, Program, Result, Rows, Statement,
};
use turso_pool::{Builder, HookFuture, Pool};

/// How an operation goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    Ok,
    Fails(ErrorKind),
    Slow(Duration),
    Never,
    Panics,
}

impl Mode {
    pub async fn pass(self, what: &'static str) -> Result<()> {
        match self {
            Self::Ok => Ok(()),
            Self::Fails(kind) => Err(Error::new(kind, what)),
            Self::Slow(time) => {
                tokio::time::sleep(time).await;
                Ok(())
            }
            Self::Never => std::future::pending().await,
            Self::Panics => panic!("{what} was told to panic"),
        }
    }
}

/// The operations of a connector and of its connections, and hooks that do
/// nothing else than these.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Op {
    Connect,
    Recycle,
    Check,
    Query,
    AfterConnect,
    BeforeAcquire,
    AfterRelease,
}

impl Op {
    pub const ALL: [Self; 7] = [
        Self::Connect,
        Self::Recycle,
        Self::Check,
        Self::Query,
        Self::AfterConnect,
        Self::BeforeAcquire,
        Self::AfterRelease,
    ];
}

/// What the fakes of one test share: the server, so to speak.
#[derive(Debug)]
pub struct World {
    modes: Mutex<[Mode; 7]>,
    calls: [AtomicUsize; 7],
    live: AtomicUsize,
    most_live: AtomicUsize,
    dialing: AtomicUsize,
    most_dialing: AtomicUsize,
}

impl World {
    pub fn set(&self, op: Op, mode: Mode) {
        self.modes.lock().unwrap()[op as usize] = mode;
    }

    pub fn calls(&self, op: Op) -> usize {
        self.calls[op as usize].load(Ordering::SeqCst)
    }

    /// Connections that exist now, and at most.
    pub fn live(&self) -> usize {
        self.live.load(Ordering::SeqCst)
    }

    pub fn most_live(&self) -> usize {
        self.most_live.load(Ordering::SeqCst)
    }

    pub fn most_dialing(&self) -> usize {
        self.most_dialing.load(Ordering::SeqCst)
    }

    /// Lets everything go well again.
    pub fn heal(&self) {
        *self.modes.lock().unwrap() = [Mode::Ok; 7];
    }

    async fn call(&self, op: Op) -> Result<()> {
        self.calls[op as usize].fetch_add(1, Ordering::SeqCst);
        let mode = self.modes.lock().unwrap()[op as usize];
        mode.pass("a fake operation").await
    }
}

/// Counts up, and down when dropped.
struct Counted<'a>(&'a AtomicUsize);

impl<'a> Counted<'a> {
    fn new(count: &'a AtomicUsize, most: &AtomicUsize) -> Self {
        let now = count.fetch_add(1, Ordering::SeqCst) + 1;
        most.fetch_max(now, Ordering::SeqCst);
        Self(count)
    }
}

impl Drop for Counted<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

#[derive(Clone, Debug)]
pub struct Fake {
    pub world: Arc<World>,
}

impl Fake {
    pub fn new() -> Self {
        let world = World {
            modes: Mutex::new([Mode::Ok; 7]),
            calls: Default::default(),
            live: AtomicUsize::new(0),
            most_live: AtomicUsize::new(0),
            dialing: AtomicUsize::new(0),
            most_dialing: AtomicUsize::new(0),
        };
        Self {
            world: Arc::new(world),
        }
    }

    pub fn with(op: Op, mode: Mode) -> Self {
        let fake = Self::new();
        fake.world.set(op, mode);
        fake
    }
}

/// A pool with all hooks, which go as the world is set for them.
pub fn hooked(fake: Fake) -> Builder<Fake> {
    fn call(conn: &FakeConn, op: Op) -> HookFuture<'_> {
        Box::pin(conn.world.call(op))
    }
    Pool::builder(fake)
        .after_connect(|conn, _| call(conn, Op::AfterConnect))
        .before_acquire(|conn, _| call(conn, Op::BeforeAcquire))
        .after_release(|conn, _| call(conn, Op::AfterRelease))
}

/// A connection that remembers what was left on it.
#[derive(Debug)]
#[allow(clippy::struct_excessive_bools)]
pub struct FakeConn {
    world: Arc<World>,
    /// Somebody left a transaction open.
    pub in_transaction: bool,
    /// Somebody changed a setting.
    pub altered: bool,
    /// A call was dropped half-way.
    pub in_flight: bool,
    /// For tests that want to recognise a connection.
    pub mark: usize,
    pub panics_when_dropped: bool,
}

impl FakeConn {
    pub fn is_clean(&self) -> bool {
        !self.in_transaction && !self.altered && !self.in_flight
    }
}

impl Drop for FakeConn {
    fn drop(&mut self) {
        self.world.live.fetch_sub(1, Ordering::SeqCst);
        assert!(
            !self.panics_when_dropped,
            "the destructor was told to panic"
        );
    }
}

impl Connect for Fake {
    type Conn = FakeConn;

    async fn connect(&self) -> Result<FakeConn> {
        let world = &self.world;
        let _dialing = Counted::new(&world.dialing, &world.most_dialing);
        world.call(Op::Connect).await?;
        let live = world.live.fetch_add(1, Ordering::SeqCst) + 1;
        world.most_live.fetch_max(live, Ordering::SeqCst);
        Ok(FakeConn {
            world: Arc::clone(world),
            in_transaction: false,
            altered: false,
            in_flight: false,
            mark: 0,
            panics_when_dropped: false,
        })
    }

    async fn recycle(&self, conn: &mut FakeConn) -> Result<()> {
        self.world.call(Op::Recycle).await?;
        conn.in_transaction = false;
        if conn.altered || conn.in_flight {
            return Err(Error::new(ErrorKind::Closed, "not fit for use"));
        }
        Ok(())
    }

    async fn check(&self, _: &mut FakeConn) -> Result<()> {
        self.world.call(Op::Check).await
    }
}

impl Execute for FakeConn {
    async fn query(&mut self, statement: Statement) -> Result<Rows> {
        match statement.sql() {
            "BEGIN" => self.in_transaction = true,
            sql if sql.starts_with("PRAGMA") => self.altered = true,
            _ => (),
        }
        self.in_flight = true;
        let answer = self.world.call(Op::Query).await;
        self.in_flight = false;
        answer.map(|()| Rows::default())
    }

    async fn atomic(&mut self, program: Program) -> Result<Vec<GroupResult>> {
        self.query(Statement::new("ATOMIC")).await?;
        Ok(program.groups().iter().map(|_| Ok(Vec::new())).collect())
    }
}
