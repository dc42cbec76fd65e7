#!/usr/bin/env python3
"""Sums up the closing lines of every test binary in the output of `cargo test`.

Reads standard input, lists the tests that said they were skipped, and prints
`N passed, N failed, N skipped` alone on the last line. Fails when no test ran.

    cargo test 2>&1 | tee LOG; python3 scripts/sum_tests.py < LOG
"""

import re
import sys

CLOSING = re.compile(r"^test result: \w+\. (\d+) passed; (\d+) failed; (\d+) ignored;")


def summarise(lines):
    """(passed, failed, skipped) over all binaries, and the loud skips."""
    totals, skips = [0, 0, 0], []
    for line in lines:
        if match := CLOSING.match(line):
            totals = [a + int(b) for a, b in zip(totals, match.groups())]
        elif "SKIPPED:" in line:
            skips.append(line[line.index("SKIPPED:") :].strip())
    return totals, sorted(set(skips))


def self_test():
    """Two binaries, one failure, one skip said twice."""
    log = [
        "test a ... SKIPPED: no data\n",
        "SKIPPED: no data\n",
        "test result: ok. 3 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out\n",
        "test result: FAILED. 2 passed; 1 failed; 0 ignored; 0 measured; 0 filtered out\n",
    ]
    assert summarise(log) == ([5, 1, 1], ["SKIPPED: no data"]), summarise(log)
    assert summarise([]) == ([0, 0, 0], [])
    print("sum_tests: self-test ok")


def main():
    if "--self-test" in sys.argv[1:]:
        return self_test()
    (passed, failed, skipped), skips = summarise(sys.stdin)
    for text in skips:
        print(text)
    print(f"{passed} passed, {failed} failed, {skipped} skipped")
    return 0 if passed and not failed else 1


if __name__ == "__main__":
    sys.exit(main())
