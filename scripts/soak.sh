#!/usr/bin/env bash
# Days of use in minutes: eight processes of sixteen tasks at work on one file,
# then on one server behind a proxy that lets things go wrong, while some
# processes are killed. What they were told is compared with what is stored.
#
#     scripts/soak.sh [--short | SECONDS]      --short is 60 seconds; 600 unless told
#
# Each half gets half of the time. SEED=N repeats the choices of another run
# (not its timing); a failure prints its seed.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

case ${1:-600} in
--short) seconds=60 ;;
*[!0-9]* | '') printf 'soak.sh: %s is no number of seconds\n' "$1" >&2 && exit 2 ;;
*) seconds=${1:-600} ;;
esac
scripts/sqld.sh >/dev/null
export TESTKIT_REQUIRE_SQLD=1 MEMORY_SOAK_SECONDS=$((seconds / 2))
[[ -z ${SEED:-} ]] || export MEMORY_SOAK_SEED=$SEED
# One after the other: both at once would share the processors.
cargo test --locked -p memory-storage-turso --test soak -- --nocapture --test-threads=1 f16 f32
