//! Benchmarks across the crates.
