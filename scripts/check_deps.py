#!/usr/bin/env python3
"""Holds the workspace to its one direction of dependencies.

Reads `cargo metadata` and fails on an edge between two of our crates that is
not in the tables below, on a crate that the tables do not know, and on any
crate but turso-conn that depends on libsql. Prints the edges it found.

    python3 scripts/check_deps.py [--self-test]
"""

import json
import subprocess
import sys

LAYERS = {
    "turso-batch",
    "turso-cache",
    "turso-compression",
    "turso-conn",
    "turso-metrics",
    "turso-pool",
    "turso-prepared",
}
LIBRARIES = LAYERS | {"memory-core", "memory-storage-turso"}

# crate -> what it may need to be built (normal and build dependencies).
ALLOWED = {
    "memory-core": set(),
    "turso-cache": set(),
    "turso-compression": set(),
    "turso-conn": {"turso-compression"},
    "turso-batch": {"turso-conn"},
    "turso-metrics": {"turso-conn"},
    "turso-pool": {"turso-conn"},
    "turso-prepared": {"turso-conn"},
    "memory-storage-turso": LAYERS | {"memory-core"},
    "memory-cli": {"memory-storage-turso"},
    "testkit": {"memory-core", "turso-conn"},
    "memory-benches": LIBRARIES | {"testkit"},
}

# What its tests may use on top of that: itself (with a feature), testkit, and
# a sibling only by name.
ALLOWED_IN_TESTS = {"turso-batch": {"turso-pool"}}
FOR_ALL_TESTS = {"testkit"}

# Crates of the libsql family, and who may name them. libsql-hrana is no
# database: it holds the protocol's types and serves testkit as an independent
# decoder of what turso-conn sends.
LIBSQL_OWNER = "turso-conn"
LIBSQL_EXCEPTIONS = {("testkit", "libsql-hrana")}


def edges(metadata):
    """Every dependency of every workspace crate: (from, to, kind), sorted."""
    members = set(metadata["workspace_members"])
    found = set()
    for package in metadata["packages"]:
        if package["id"] in members:
            for dependency in package["dependencies"]:
                kind = dependency["kind"] or "normal"
                found.add((package["name"], dependency["name"], kind))
    return sorted(found)


def may_use(crate, kind):
    """The crates of ours that `crate` may name in a dependency of this kind."""
    allowed = ALLOWED.get(crate, set())
    if kind == "dev":
        return allowed | {crate} | ALLOWED_IN_TESTS.get(crate, set()) | FOR_ALL_TESTS
    return allowed


def complaint(edge, ours):
    """What is wrong with this edge, or None."""
    crate, target, kind = edge
    if target in ours:
        if target not in may_use(crate, kind):
            return f"{crate} must not depend on {target} ({kind})"
    elif target == "libsql" or target.startswith("libsql-"):
        if crate != LIBSQL_OWNER and (crate, target) not in LIBSQL_EXCEPTIONS:
            return f"{crate} names {target} ({kind}); only {LIBSQL_OWNER} may"
    return None


def check(metadata):
    """The edges between our crates and the list of complaints."""
    members = set(metadata["workspace_members"])
    ours = {p["name"] for p in metadata["packages"] if p["id"] in members}
    found = edges(metadata)
    wrong = [f"{name} is not in the table of crates" for name in sorted(ours - set(ALLOWED))]
    wrong += [text for edge in found if (text := complaint(edge, ours))]
    return [edge for edge in found if edge[1] in ours], wrong


def table(found):
    """The edges as a Markdown table."""
    lines = ["| crate | depends on | kind |", "|---|---|---|"]
    return "\n".join(lines + [f"| {a} | {b} | {kind} |" for a, b, kind in found])


def made_up(*dependencies):
    """Metadata of a workspace in which the given (from, to, kind) exist."""
    names = {name for a, b, _ in dependencies for name in (a, b)}
    ours = sorted(name for name in names if not name.startswith("libsql"))
    packages = [
        {
            "name": name,
            "id": name,
            "dependencies": [
                {"name": b, "kind": kind} for a, b, kind in dependencies if a == name
            ],
        }
        for name in ours
    ]
    return {"packages": packages, "workspace_members": ours}


def self_test():
    """The rules, each shown on a workspace that keeps or breaks it."""
    good = [
        ("turso-conn", "turso-compression", None),
        ("turso-conn", "libsql", None),
        ("turso-pool", "testkit", "dev"),
        ("turso-batch", "turso-pool", "dev"),
        ("memory-core", "memory-core", "dev"),
        ("memory-storage-turso", "turso-cache", None),
        ("testkit", "libsql-hrana", None),
    ]
    bad = [
        ("memory-core", "turso-conn", None),
        ("memory-cli", "turso-conn", "build"),
        ("memory-cli", "memory-core", "dev"),
        ("turso-pool", "turso-batch", "dev"),
        ("turso-batch", "turso-pool", None),
        ("turso-pool", "testkit", None),
        ("turso-pool", "libsql", "dev"),
        ("memory-core", "libsql-sys", None),
        ("memory-core", "newcomer", None),
    ]
    found, wrong = check(made_up(*good))
    assert not wrong, wrong
    assert len(found) == 5, found
    for edge in bad:
        _, wrong = check(made_up(edge))
        assert wrong, f"{edge} went through"
    outside = made_up(("turso-pool", "serde", None))
    outside["workspace_members"].remove("serde")
    assert check(outside) == ([], [])
    print("check_deps: self-test ok")


def main():
    if "--self-test" in sys.argv[1:]:
        return self_test()
    command = ["cargo", "metadata", "--format-version", "1", "--no-deps"]
    metadata = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)
    found, wrong = check(metadata)
    print(table(found))
    for text in wrong:
        print(f"check_deps: {text}", file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
