#!/usr/bin/env bash
# Everything that takes too long for CI, all of it or by name:
#
#     scripts/long.sh [disk schedules fuzz soak minimal features peers]
#
#   disk       lost power, every failing call, every damaged byte, each in full
#   schedules  the cache's protocol: a million schedules, and the larger casts
#   fuzz       FUZZ_INPUTS (10,000,000 unless told) to what reads payloads
#   soak       SOAK_SECONDS (600 unless told) of processes on one database
#   minimal    the workspace with the oldest versions that Cargo.toml allows
#   features   each combination of features of each of the small crates
#   peers      whether what is compared with other projects still compiles
#
# A piece that fails does not stop the others; the last lines say which did.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

readonly root=$PWD
export CARGO_TERM_COLOR=never

disk() {
    scripts/sqld.sh >/dev/null &&
        MEMORY_LONG_TESTS=1 cargo test --locked -p memory-storage-turso --test disk
}

schedules() {
    CACHE_LONG=1 CACHE_SCHEDULES=${CACHE_SCHEDULES:-1000000} \
        cargo test --locked --release -p turso-cache
}

# The same target is there for cargo-fuzz, in crates/turso-compression/fuzz.
fuzz() {
    cargo run --locked --release --all-features -p turso-compression --example fuzz -- \
        "${FUZZ_INPUTS:-10000000}" "${FUZZ_SEED:-1}"
}

soak() {
    scripts/soak.sh "${SOAK_SECONDS:-600}"
}

# In a copy, since it changes Cargo.lock.
minimal() {
    local copy status=0
    copy=$(mktemp -d)
    git archive HEAD | tar -x -C "$copy" &&
        (cd "$copy" && RUSTC_BOOTSTRAP=1 cargo update -Z direct-minimal-versions &&
            CARGO_TARGET_DIR=$root/target/minimal cargo check --locked --workspace --all-targets) ||
        status=1
    rm -rf "$copy"
    return "$status"
}

# The features that `cargo metadata` names, but `default`, in every combination.
combinations() {
    cargo metadata --format-version 1 --no-deps --locked | python3 -c '
import itertools, json, sys
for package in json.load(sys.stdin)["packages"]:
    if package["name"].startswith(("turso-", "memory-core", "testkit")):
        names = sorted(set(package["features"]) - {"default"})
        for size in range(len(names) + 1):
            for some in itertools.combinations(names, size):
                print(package["name"], ",".join(some))
'
}

features() {
    local name some
    while read -r name some; do
        echo "$name [$some]"
        cargo clippy --locked --quiet -p "$name" --no-default-features --features "$some" \
            -- -D warnings || return 1
    done < <(combinations)
}

# Packages of their own, which the workspace does not see.
peers() {
    local package
    for package in benches/versus/*/; do
        echo "$package"
        cargo clippy --locked --quiet --manifest-path "$package/Cargo.toml" --all-targets \
            -- -D warnings || return 1
    done
}

readonly all=(disk schedules fuzz features minimal peers soak)
(($# > 0)) || set -- "${all[@]}"
failed=()
for piece in "$@"; do
    [[ " ${all[*]} " == *" $piece "* ]] || { echo "long.sh: no piece is called $piece" >&2 && exit 2; }
    begin=$SECONDS
    printf '\n== %s\n' "$piece"
    if "$piece"; then
        printf '== %s: ok, %d s\n' "$piece" "$((SECONDS - begin))"
    else
        printf '== %s: FAILED after %d s\n' "$piece" "$((SECONDS - begin))"
        failed+=("$piece")
    fi
done
((${#failed[@]} == 0)) || { printf 'failed: %s\n' "${failed[*]}" && exit 1; }
