#!/usr/bin/env bash
# The cache for longer than a test may take: every order of steps of the larger casts of the
# explorer, more than a million schedules of the real types under shuttle, and ten
# minutes of churn within 64 MiB. Takes an hour or so on two cores.
#
#     scripts/cache_long.sh [SCHEDULES_PER_TEST] [SECONDS_OF_CHURN]
set -euo pipefail
cd "$(dirname "$0")/.."

# Seven tests run all their schedules: 7 x 175,000 is more than a million.
export CACHE_SCHEDULES="${1:-175000}"
export CACHE_CHURN_SECONDS="${2:-600}"
export CACHE_LONG=1
# Other schedules each time; the seed repeats them.
export CACHE_SEED="${CACHE_SEED:-$RANDOM}"
echo "CACHE_SEED=$CACHE_SEED"

cargo test --release -p turso-cache --lib schedules -- --nocapture
cargo test --release -p turso-cache --test it explorer -- --nocapture
cargo test --release -p turso-cache --test it budget -- --nocapture
