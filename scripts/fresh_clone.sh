#!/usr/bin/env bash
# What somebody new meets: clones the repository into an empty folder, with an
# empty cargo home, and runs the two commands of the README, timed.
#
#     scripts/fresh_clone.sh [FOLDER]      a temporary one unless told
#
# What is committed counts, nothing else. Downloads are copied from this
# machine's cargo home, to be kind to the registry; what is built is not. The
# real server is not fetched, as it is not for somebody new: the tests say
# which of them did not run.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

readonly root=$PWD
readonly old_home=${CARGO_HOME:-$HOME/.cargo}
folder=${1:-$(mktemp -d)}
[[ $# -gt 0 ]] || trap 'rm -rf "$folder"' EXIT

timed() {
    local begin=$SECONDS
    printf '== %s\n' "$1"
    if ! (cd "$folder/clone" && $1) >"$folder/log" 2>&1; then
        tail -40 "$folder/log"
        printf '== %s: FAILED after %d s\n' "$1" "$((SECONDS - begin))"
        exit 1
    fi
    printf '== %s: ok, %d s\n' "$1" "$((SECONDS - begin))"
}

mkdir -p "$folder/home/registry"
if [[ -d $old_home/registry ]]; then
    for part in index cache; do
        cp -r "$old_home/registry/$part" "$folder/home/registry/"
    done
fi
git clone --quiet --no-hardlinks "$root" "$folder/clone"
# The toolchain may be known under another name only, as for .ci/run.
toolchain=$(cd "$root" && rustc --version | cut -d' ' -f2)
readonly toolchain
export CARGO_HOME=$folder/home CARGO_TERM_COLOR=never
export RUSTUP_TOOLCHAIN=${RUSTUP_TOOLCHAIN:-$toolchain}
unset CARGO_TARGET_DIR CI
# The commands are those that the README shows.
commands=$(sed -n '/^```sh$/,/^```$/{/^cargo /p}' README.md)
[[ $(wc -l <<<"$commands") -ge 2 ]] || { echo 'the README shows no two commands' >&2 && exit 1; }
while read -r command; do
    timed "$command"
    grep -E '^(test result|SKIPPED)' "$folder/log" | sort | uniq -c | sort -rn | head -3 || true
done <<<"$commands"
du -sh "$folder/clone/target" | cut -f1 | sed 's/^/target: /'
