//! The budget holds, by weight and by what the operating system sees.

use std::convert::Infallible;
use std::future::Future;
use std::pin::pin;
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};
use testkit::{JobResult, Worker, WorkerCommand, resident_bytes, skipped};
use turso_cache::{Cache, CacheConfig};

const BUDGET: u64 = 64 << 20;

/// How many values each run puts in at least.
const VALUES: u64 = 8_000;

/// For how long a run goes on; ten minutes in the long script.
fn seconds() -> u64 {
    let wanted = std::env::var("CACHE_CHURN_SECONDS").ok();
    wanted.and_then(|n| n.parse().ok()).unwrap_or(0)
}

/// Puts values of 2 KB to 2 MB in and reads old ones, then tells by how much this process grew.
pub(crate) fn churn(worker: &Worker) -> JobResult {
    let config = CacheConfig {
        max_bytes: BUDGET,
        ..CacheConfig::default()
    };
    let cache: Cache<u64, std::sync::Arc<[u8]>> = Cache::builder(config)
        .weigher(|_, value: &std::sync::Arc<[u8]>| value.len() as u64)
        .build()?;
    let before = resident_bytes()?;
    let (began, span) = (Instant::now(), Duration::from_secs(worker.number(0)?));
    let (mut dice, mut peak, mut values) = (1_u64, 0, 0);
    for nth in (0_u64..).take_while(|nth| *nth < VALUES || began.elapsed() < span) {
        let load = async || Ok::<_, Infallible>(Some(vec![1_u8; size(&mut dice)].into()));
        let Ok(_) = ready(cache.get_or_load(&(nth % 10_007), &[], load));
        if nth % 16 == 0 {
            drop(cache.get(&(nth / 2)));
            peak = peak.max(resident_bytes()?);
        }
        values = nth + 1;
    }
    let stats = cache.stats();
    worker.ack(peak.saturating_sub(before))?;
    worker.ack(stats.bytes_peak)?;
    worker.ack(stats.evicted)?;
    worker.ack(values)?;
    Ok(())
}

/// 2 KB to 2 MB, each power of two as often as any other.
fn size(dice: &mut u64) -> usize {
    *dice = dice
        .wrapping_mul(6_364_136_223_846_793_005)
        .wrapping_add(1_442_695_040_888_963_407);
    2_000 << ((*dice >> 33) % 11)
}

fn ready<F: Future>(future: F) -> F::Output {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => output,
        Poll::Pending => unreachable!("nothing here waits"),
    }
}

#[test]
fn a_budget_of_64_mib_holds_by_weight_and_by_resident_memory() {
    if resident_bytes().is_err() {
        return skipped("memory", "there is no /proc/self/statm");
    }
    let command = WorkerCommand::new("churn").arg(seconds().to_string());
    let mut child = command.timeout(Duration::from_hours(1)).spawn().unwrap();
    child.wait_for_acks(4).unwrap();
    let numbers: Vec<u64> = child
        .acks()
        .iter()
        .map(|ack| ack.parse().unwrap())
        .collect();
    let [grown, weighed, evicted, values] = numbers[..] else {
        panic!("{numbers:?}");
    };
    eprintln!(
        "{values} values: grew by {} MiB, weighed {} MiB at most",
        grown >> 20,
        weighed >> 20
    );
    assert!(evicted > 0, "nothing had to go: the test tests nothing");
    assert!(weighed <= BUDGET + (1 << 20), "{weighed}");
    assert!(grown <= BUDGET + BUDGET / 5, "{grown}");
    child.wait().unwrap();
}
