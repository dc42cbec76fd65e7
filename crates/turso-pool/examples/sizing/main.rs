//! What the default policy makes of some shapes of demand, as a table:
//! `cargo run -p turso-pool --example sizing`.
#![allow(
    missing_docs,
    clippy::print_stdout,
    clippy::cast_precision_loss,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    unreachable_pub
)]

mod model;

use model::{reversals, trace};
use turso_pool::ScalingPolicy;

const SECONDS: u32 = 600;

/// SplitMix64 (Steele, Lea, Flood 2014), as a number from 0 to 1.
fn chance(nth: u32) -> f64 {
    let z = u64::from(nth)
        .wrapping_add(1)
        .wrapping_mul(0x9E37_79B9_7F4A_7C15);
    let z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    f64::from(u32::try_from((z ^ (z >> 27)) >> 32).unwrap_or(0)) / f64::from(u32::MAX)
}

/// A shape of demand: callers at each second.
type Shape = (&'static str, fn(u32) -> f64);

const SHAPES: [Shape; 7] = [
    ("constant, 7 callers", |_| 7.0),
    ("constant, 18 callers", |_| 18.0),
    ("step, 2 to 24 callers after a minute", |t| {
        if t < 60 { 2.0 } else { 24.0 }
    }),
    ("square wave, 2 and 16, turns every 150 s", |t| {
        if t / 150 % 2 == 0 { 2.0 } else { 16.0 }
    }),
    ("square wave, 2 and 16, turns every 10 s", |t| {
        if t / 10 % 2 == 0 { 2.0 } else { 16.0 }
    }),
    ("saw, 0 to 19 in 20 s", |t| f64::from(t % 20)),
    ("noise, 0 to 16", |t| 16.0 * chance(t)),
];

/// Seconds after the first of the largest jumps until there are as many connections as callers.
fn covered(demand: &[f64], sizes: &[usize]) -> Option<usize> {
    let jump = |at: usize| demand[at] - demand[at - 1];
    let at = (1..demand.len())
        .rev()
        .max_by(|a, b| jump(*a).total_cmp(&jump(*b)))?;
    let later = sizes.get(at..)?;
    later.iter().position(|size| *size as f64 >= demand[at])
}

fn main() {
    let policy = ScalingPolicy {
        min_size: 1,
        max_size: 100,
        ..ScalingPolicy::default()
    };
    println!("| demand over 10 minutes | covered after | reversals | in use | sizes |");
    println!("|---|--:|--:|--:|--:|");
    for (name, shape) in SHAPES {
        let demand: Vec<f64> = (0..SECONDS).map(shape).collect();
        let sizes = trace(&policy, demand.iter().copied());
        let busy: f64 = demand
            .iter()
            .zip(&sizes)
            .map(|(d, s)| d.min(*s as f64))
            .sum();
        let share = 100.0 * busy / sizes.iter().sum::<usize>() as f64;
        let after = covered(&demand, &sizes).map_or("-".into(), |s| format!("{s} s"));
        let (least, most) = (sizes[10..].iter().min(), sizes.iter().max());
        let range = format!("{} to {}", least.unwrap_or(&0), most.unwrap_or(&0));
        println!(
            "| {name} | {after} | {} | {share:.0} % | {range} |",
            reversals(&sizes)
        );
    }
}
