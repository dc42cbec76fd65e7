#!/usr/bin/env bash
# Fault 24, the long way: ten million mutated inputs through everything that unpacks bytes, then
# cargo-fuzz for a minute if it is there (`cargo install cargo-fuzz`).
#
#     scripts/fuzz.sh [INPUTS [SEED [SECONDS]]]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../crates/turso-compression"

cargo run --release --quiet --features transport,zstd --example fuzz -- "${1:-10000000}" "${2:-1}"
if cargo fuzz --version >/dev/null 2>&1; then
    RUSTC_BOOTSTRAP=1 cargo fuzz run --sanitizer=none envelope -- -max_total_time="${3:-60}"
else
    echo 'SKIPPED cargo-fuzz: it is not installed'
fi
