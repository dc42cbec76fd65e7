//! The one connection and its lane, with a connector that fails on demand.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::support::{Place, insert, integers};
use turso_conn::{
    Acquire, Connect, Error, ErrorKind, Execute, GroupResult, Program, Result, Rows, Single,
    Statement,
};

/// Counts what is asked of it; recycling fails while `bad` is not 0.
#[derive(Default)]
struct Fake {
    connected: AtomicUsize,
    recycled: AtomicUsize,
    bad: AtomicUsize,
    down: AtomicUsize,
}

struct FakeConn;

impl Execute for FakeConn {
    async fn query(&mut self, _: Statement) -> Result<Rows> {
        Ok(Rows::default())
    }

    async fn atomic(&mut self, program: Program) -> Result<Vec<GroupResult>> {
        Ok(program.groups().iter().map(|_| Ok(Vec::new())).collect())
    }
}

impl Connect for Fake {
    type Conn = FakeConn;

    async fn connect(&self) -> Result<FakeConn> {
        if self.down.load(Ordering::SeqCst) > 0 {
            return Err(Error::new(ErrorKind::Disconnected, "down"));
        }
        self.connected.fetch_add(1, Ordering::SeqCst);
        Ok(FakeConn)
    }

    async fn recycle(&self, _: &mut FakeConn) -> Result<()> {
        self.recycled.fetch_add(1, Ordering::SeqCst);
        match self.bad.load(Ordering::SeqCst) {
            0 => Ok(()),
            _ => Err(Error::new(ErrorKind::Closed, "bad")),
        }
    }

    async fn check(&self, _: &mut FakeConn) -> Result<()> {
        Ok(())
    }
}

fn counts(fake: &Fake) -> (usize, usize) {
    (
        fake.connected.load(Ordering::SeqCst),
        fake.recycled.load(Ordering::SeqCst),
    )
}

#[tokio::test]
async fn the_connection_is_opened_once_and_recycled_before_each_next_use() {
    let fake = Arc::new(Fake::default());
    let single = Single::new(Arc::clone(&fake));
    assert_eq!(counts(&fake), (0, 0));
    for _ in 0..3 {
        drop(single.acquire().await.unwrap());
    }
    assert_eq!(counts(&fake), (1, 2));
}

#[tokio::test]
async fn an_unfit_connection_is_replaced() {
    let fake = Arc::new(Fake::default());
    let single = Single::open(Arc::clone(&fake)).await.unwrap();
    fake.bad.store(1, Ordering::SeqCst);
    drop(single.acquire().await.unwrap());
    assert_eq!(counts(&fake), (2, 1));
}

#[tokio::test]
async fn a_failed_connect_is_the_error_and_the_next_one_tries_again() {
    let fake = Arc::new(Fake::default());
    let single = Single::new(Arc::clone(&fake));
    fake.down.store(1, Ordering::SeqCst);
    assert_eq!(
        single.acquire().await.unwrap_err().kind(),
        ErrorKind::Disconnected
    );
    fake.down.store(0, Ordering::SeqCst);
    assert!(single.acquire().await.is_ok());
}

#[tokio::test]
async fn waiters_are_served_in_turn_and_a_cancelled_one_is_skipped() {
    let single = Single::new(Arc::new(Fake::default()));
    let held = single.acquire().await.unwrap();
    let order = Arc::new(std::sync::Mutex::new(Vec::new()));
    let mut waiters = Vec::new();
    for i in 0..4 {
        let (single, order) = (single.clone(), Arc::clone(&order));
        waiters.push(tokio::spawn(async move {
            let _lease = single.acquire().await.unwrap();
            order.lock().unwrap().push(i);
        }));
        tokio::task::yield_now().await;
    }
    waiters[1].abort();
    drop(held);
    for waiter in waiters {
        let _ = waiter.await;
    }
    assert_eq!(*order.lock().unwrap(), [0, 2, 3]);
}

/// A task that panics with the lease in its hand: the next one gets the connection.
#[tokio::test]
async fn f52_a_panic_with_the_lease_in_hand_frees_the_lane() {
    let place = Place::new();
    let _ = place.with_table().await;
    let single = Single::new(place.connector());
    let theirs = single.clone();
    let task = tokio::spawn(async move {
        let mut lease = theirs.acquire().await.unwrap();
        lease.query(insert(1, 1)).await.unwrap();
        panic!("on purpose");
    });
    assert!(task.await.is_err());
    let mut lease = single.acquire().await.unwrap();
    lease.query(insert(2, 2)).await.unwrap();
    assert_eq!(
        integers(&mut *lease, "SELECT x FROM t ORDER BY x").await,
        [1, 2]
    );
}
