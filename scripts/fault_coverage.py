#!/usr/bin/env python3
"""Says which row of the fault matrix is shown by which test.

A row is covered by a test named `fNN_...`, or by a line `| NN | why |` in the
table "Rows without a test" of docs/guarantees.md. Prints the tests of every
row; fails when a row has neither, or has both.

    python3 scripts/fault_coverage.py [--self-test]
"""

import re
import subprocess
import sys
from pathlib import Path

ROWS = range(1, 79)
TEST = re.compile(r"\bfn (f(\d\d)_\w+)\s*\(")
REASON = re.compile(r"^\| (\d+) \| (.+) \|$")
REASONS = Path("docs/guarantees.md")
HEADING = "Rows without a test"


def tests_by_row(files):
    """row -> [(path, name)] over (path, text) pairs."""
    found = {}
    for path, text in files:
        for name, row in TEST.findall(text):
            found.setdefault(int(row), []).append((path, name))
    return found


def reasons_by_row(text):
    """row -> why it has no test, from the table under HEADING."""
    _, _, section = text.partition(f"## {HEADING}\n")
    section = section.split("\n## ")[0]
    matches = (REASON.match(line) for line in section.splitlines())
    return {int(match[1]): match[2] for match in matches if match}


def complaints(tests, reasons):
    """What is wrong, a line each."""
    for row in ROWS:
        if row in tests and row in reasons:
            yield f"row {row} has a test and a reason why it has none"
        elif row not in tests and row not in reasons:
            yield f"row {row} has neither a test named f{row:02}_ nor a reason in {REASONS}"
    for row in sorted(set(tests) | set(reasons)):
        if row not in ROWS:
            yield f"there is no row {row}"


def listing(tests, reasons):
    """The coverage as text, a line for every test or reason."""
    for row in ROWS:
        for path, name in sorted(tests.get(row, [])):
            yield f"{row:>3}  {name}  {path}"
        if row in reasons:
            yield f"{row:>3}  no test: {reasons[row]}"


def self_test():
    """Names, reasons, and what is missing."""
    text = "    fn f07_quota() {}\nasync fn f07_again() {\nfn f8_short() {}\n"
    assert tests_by_row([("a.rs", text)]) == {7: [("a.rs", "f07_quota"), ("a.rs", "f07_again")]}
    page = f"| 1 | no |\n## {HEADING}\n\n| row | why |\n| 4 | needs power |\n\n## Next\n| 5 | no |\n"
    assert reasons_by_row(page) == {4: "needs power"}
    all_rows = {row: [("a.rs", f"f{row:02}_x")] for row in ROWS}
    assert not list(complaints(all_rows, {}))
    assert len(list(complaints(all_rows, {4: "needs power"}))) == 1
    del all_rows[4]
    assert len(list(complaints(all_rows, {}))) == 1
    assert not list(complaints(all_rows, {4: "needs power"}))
    assert list(complaints(all_rows | {79: []}, {4: "needs power"})) == ["there is no row 79"]
    print("fault_coverage: self-test ok")


def main():
    if "--self-test" in sys.argv[1:]:
        return self_test()
    listed = subprocess.run(["git", "ls-files", "*.rs"], check=True, stdout=subprocess.PIPE, text=True)
    files = [(path, Path(path).read_text()) for path in listed.stdout.split() if Path(path).exists()]
    tests = tests_by_row(files)
    reasons = reasons_by_row(REASONS.read_text()) if REASONS.exists() else {}
    print("\n".join(listing(tests, reasons)))
    print(f"{len(set(tests) & set(ROWS))} rows by tests, {len(reasons)} by a reason, of {len(ROWS)}")
    wrong = list(complaints(tests, reasons))
    for text in wrong:
        print(f"fault_coverage: {text}", file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
