//! Nobody gets ahead of the others.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use tokio::task::JoinSet;
use tokio::time::sleep;

use crate::support::{lazy, millis};

const ROUNDS: u32 = 200;

/// When the first of 64 tasks has had its share of 8 connections, every other one has had at
/// least nine tenths of it.
#[tokio::test(start_paused = true)]
async fn sixty_four_tasks_on_eight_connections_finish_together() {
    let pool = lazy(8);
    let counts: Arc<Vec<AtomicU32>> = Arc::new((0..64).map(|_| AtomicU32::new(0)).collect());
    let mut tasks = JoinSet::new();
    for task in 0..counts.len() {
        let (pool, counts) = (pool.clone(), Arc::clone(&counts));
        tasks.spawn(async move {
            for _ in 0..ROUNDS {
                let lease = pool.acquire().await.unwrap();
                sleep(millis(1)).await;
                drop(lease);
                counts[task].fetch_add(1, Ordering::Relaxed);
            }
        });
    }
    tasks.join_next().await.unwrap().unwrap();
    let had = counts.iter().map(|count| count.load(Ordering::Relaxed));
    let least = had.min().unwrap();
    assert!(least * 10 >= ROUNDS * 9, "{least} of {ROUNDS}");
}
