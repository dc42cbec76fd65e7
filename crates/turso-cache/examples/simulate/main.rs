//! How many reads a cache answers, and how many of its answers are stale, with
//! lives that adapt, that are fixed, that follow popularity alone, and that
//! have no end. Prints Markdown tables.
//!
//! ```sh
//! cargo run --release -p turso-cache --example simulate
//! ```
#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    unreachable_pub
)]

mod rng;
mod run;
mod trace;

use std::time::Duration;

use run::run;
use turso_cache::{CacheConfig, Eviction};

const HOURS: f64 = 8.0;

fn main() {
    let traces = trace::all(HOURS);
    lives(&traces);
    println!();
    room(&traces);
}

/// Room for all keys: what the life of a value does.
fn lives(traces: &[trace::Trace]) {
    let policies = [
        fixed(300),
        fixed(1 << 30),
        popular(),
        CacheConfig::default(),
    ];
    println!("| trace | fixed 300 s | no end | popularity alone | adaptive | hits | stale hits |");
    println!("|---|--:|--:|--:|--:|--:|--:|");
    for trace in traces {
        let outcomes = policies.clone().map(|config| run(trace, config));
        let cells = outcomes.each_ref().map(cell).join(" | ");
        let [fixed, .., adaptive] = &outcomes;
        let hits = 100.0 * (adaptive.hit_percent() / fixed.hit_percent() - 1.0);
        let stale = adaptive.stale as f64 / fixed.stale as f64;
        println!("| {} | {cells} | {hits:+.0} % | × {stale:.2} |", trace.name);
    }
}

/// Room for a tenth of the keys: what eviction does.
fn room(traces: &[trace::Trace]) {
    println!("| trace, room for 1,000 | TinyLFU | LRU |");
    println!("|---|--:|--:|");
    for trace in traces {
        let [lfu, lru] = [Eviction::TinyLfu, Eviction::Lru].map(|eviction| {
            let config = CacheConfig {
                max_entries: 1_000,
                eviction,
                ..CacheConfig::default()
            };
            cell(&run(trace, config))
        });
        println!("| {} | {lfu} | {lru} |", trace.name);
    }
}

fn cell(outcome: &run::Outcome) -> String {
    let (hits, stale) = (outcome.hit_percent(), outcome.stale_percent());
    format!("{hits:.1} / {stale:.1}")
}

fn fixed(seconds: u64) -> CacheConfig {
    let life = Duration::from_secs(seconds);
    CacheConfig {
        min_ttl: life,
        base_ttl: life,
        max_ttl: life,
        ..CacheConfig::default()
    }
}

fn popular() -> CacheConfig {
    CacheConfig {
        caution: 0.0,
        enough_accesses: 0.0,
        ..CacheConfig::default()
    }
}
