#!/usr/bin/env python3
"""Holds functions to 60 lines and files to 400, and prints how long they are.

A function's length is the number of lines from its opening to its closing
brace, both counted, blank lines and comments included. Functions are measured
in src, examples and benches; files everywhere, tests too.

    python3 scripts/check_lengths.py [--self-test]
"""

import re
import sys
from pathlib import Path

FUNCTION_LIMIT = 60
FILE_LIMIT = 400

# What must not be searched for braces, longest alternatives first. A lifetime
# ('a) is told from a character ('a') by the missing closing quote.
TOKEN = re.compile(
    r"""
      (?P<line_comment>//[^\n]*)
    | (?P<block_comment>/\*)
    | (?P<raw>\b(?:b|c)?r(?P<hashes>\#*)")
    | (?P<string>(?:\b[bc])?"(?:[^"\\]|\\.)*")
    | (?P<char>(?:\bb)?'(?:[^'\\\n]|\\u\{[0-9a-fA-F_]+\}|\\x..|\\.)')
    | (?P<lifetime>'[A-Za-z_]\w*)
    | (?P<word>(?:r\#)?[A-Za-z_]\w*)
    | (?P<arrow>->|=>)
    | (?P<symbol>[{}()\[\];<>$])
    """,
    re.VERBOSE | re.DOTALL,
)


def end_of_block_comment(text, start):
    """The position after the block comment that opens at `start`; they nest."""
    depth = 0
    for mark in re.compile(r"/\*|\*/").finditer(text, start):
        depth += 1 if mark.group() == "/*" else -1
        if depth == 0:
            return mark.end()
    return len(text)


def tokens(text):
    """(token, line) for the words and brackets of Rust source, nothing else."""
    position, line = 0, 1
    while match := TOKEN.search(text, position):
        line += text.count("\n", position, match.start())
        end = match.end()
        if match.lastgroup in ("word", "arrow", "symbol"):
            yield match.group(), line
        elif match.group("raw"):
            closing = text.find('"' + match.group("hashes"), end)
            end = len(text) if closing < 0 else closing + 1 + len(match.group("hashes"))
        elif match.group("block_comment"):
            end = end_of_block_comment(text, match.start())
        line += text.count("\n", match.start(), end)
        position = end


def matching(stream, index):
    """The index of the brace that closes the one at `index`."""
    depth = 0
    for here in range(index, len(stream)):
        depth += {"{": 1, "}": -1}.get(stream[here][0], 0)
        if depth == 0:
            return here
    return len(stream) - 1


def body(stream, index):
    """The index of the brace that opens the body of the function whose
    signature begins at `index`; None for a declaration without one."""
    round_depth = angle_depth = 0
    while index < len(stream):
        token = stream[index][0]
        round_depth += {"(": 1, "[": 1, ")": -1, "]": -1}.get(token, 0)
        angle_depth += {"<": 1, ">": -1}.get(token, 0)
        if token == "{":
            if round_depth == 0 and angle_depth == 0:
                return index
            index = matching(stream, index)
        elif token == ";" and round_depth == 0:
            return None
        index += 1
    return None


def functions(text):
    """(name, line, length) of every function with a body, nested ones too."""
    stream = list(tokens(text))
    found = []
    for index, (token, line) in enumerate(stream[:-1]):
        following = stream[index + 1][0]
        if token != "fn" or not (following == "$" or following[0].isalpha() or following[0] == "_"):
            continue
        opening = body(stream, index + 1)
        if opening is not None:
            length = stream[matching(stream, opening)][1] - stream[opening][1] + 1
            found.append((following, line, length))
    return found


def crates(root):
    """(name, folder) of every crate of the workspace."""
    folders = sorted(p.parent for p in (root / "crates").glob("*/Cargo.toml"))
    benches = root / "benches"
    return [(p.name, p) for p in folders] + ([("benches", benches)] if benches.is_dir() else [])


def sources(folder):
    """The Rust files of a crate, without what has been built there."""
    files = (p.relative_to(folder) for p in sorted(folder.rglob("*.rs")))
    return [p for p in files if "target" not in p.parts]


def quantile(values, share):
    """The smallest value that at least `share` of the values do not pass."""
    ordered = sorted(values)
    return ordered[max(0, -(-len(ordered) * share // 100) - 1)] if ordered else 0


def measure(folder):
    """A crate's figures: ([(lines, file)], [(length, name, file, line)])."""
    files, lengths = [], []
    for path in sources(folder):
        text = (folder / path).read_text(encoding="utf-8")
        files.append((len(text.splitlines()), path))
        if path.parts[0] != "tests":
            lengths += [(size, name, path, line) for name, line, size in functions(text)]
    return files, lengths


def row(name, files, lengths):
    """One line of the table."""
    longest_file = max(files, default=(0, "-"), key=lambda f: f[0])
    longest = max(lengths, default=(0, "-"), key=lambda f: f[0])
    sizes = [entry[0] for entry in lengths]
    cells = [
        name,
        len(files),
        sum(f[0] for f in files),
        f"{longest_file[0]} {longest_file[1]}",
        len(sizes),
        quantile(sizes, 50),
        quantile(sizes, 90),
        f"{longest[0]} {longest[1]}",
    ]
    return "| " + " | ".join(str(cell) for cell in cells) + " |"


def complaints(name, files, lengths):
    """What is too long in a crate."""
    for lines, path in files:
        if lines > FILE_LIMIT:
            yield f"{name}/{path}: {lines} lines (limit {FILE_LIMIT})"
    for size, function, path, line in lengths:
        if size > FUNCTION_LIMIT:
            yield f"{name}/{path}:{line}: fn {function} has {size} lines (limit {FUNCTION_LIMIT})"


def report(root):
    """Prints the table; the number of complaints decides the exit code."""
    print("| crate | files | lines | longest file | functions | median | p90 | longest function |")
    print("|---|--:|--:|---|--:|--:|--:|---|")
    wrong, everything = [], ([], [])
    for name, folder in crates(root):
        files, lengths = measure(folder)
        print(row(name, files, lengths))
        wrong += complaints(name, files, lengths)
        everything[0].extend(files)
        everything[1].extend(lengths)
    print(row("all", *everything))
    for text in wrong:
        print(f"check_lengths: {text}", file=sys.stderr)
    return 1 if wrong else 0


SAMPLE = r'''
fn one() { "}" }
/* fn no() { /* nested { */ } */
// fn neither() {
trait T { fn declared(&self) -> [u8; 3]; fn provided(&self) {
} }
const F: fn(u8) -> u8 = f;
fn chars<'a>(x: &'a str) -> char {
    let _ = ('{', '\'', '"', b'}', '\u{7b}', "\"{", b"{", c"{");
    'outer: loop { break 'outer; }
    x
}
fn raw() {
    let _ = (r"\", r#"{"{"#, br##"}"#}"##);
}
fn generic<const N: usize, F: Fn() -> X<{ N + 1 }>>(f: F) -> [u8; { 1 + 1 }]
where
    F: Copy,
{
    fn inner() {
    }
}
macro_rules! m { ($n:ident) => { fn $n() {
} } }
fn r#type() {}
unsafe extern "C" fn last(_: impl Fn(u8) -> u8) { if 1 < 2 { } }
'''


def self_test():
    """The tokenizer on the awkward corners of the language."""
    expected = {
        "one": 1,
        "provided": 2,
        "chars": 5,
        "raw": 3,
        "generic": 4,
        "inner": 2,
        "$": 2,
        "r#type": 1,
        "last": 1,
    }
    found = functions(SAMPLE)
    assert {name: size for name, _, size in found} == expected, found
    assert found[0][1] == 2, found
    for size, wrong in ((FUNCTION_LIMIT, 0), (FUNCTION_LIMIT + 1, 1)):
        lengths = [(n, name, "a.rs", line) for name, line, n in functions(long_function(size))]
        assert len(list(complaints("x", [(FILE_LIMIT, "a.rs")], lengths))) == wrong
    assert list(complaints("x", [(FILE_LIMIT + 1, "a.rs")], []))
    assert [quantile([1, 2, 3, 4], share) for share in (50, 90, 100)] == [2, 4, 4]
    print("check_lengths: self-test ok")


def long_function(lines):
    """Source of a function with a body of so many lines."""
    return "fn long() {\n" + "    go();\n" * (lines - 2) + "}\n"


def main():
    if "--self-test" in sys.argv[1:]:
        return self_test()
    return report(Path(__file__).resolve().parent.parent)


if __name__ == "__main__":
    sys.exit(main())
