#!/usr/bin/env python3
"""Follows every relative link of every Markdown file, and fails where it leads nowhere.

A link must lead to a file or folder of the repository, and its fragment to a
heading of that file (by GitHub's rule for anchors) or to an `id` in it. Links
in code do not count. Addresses with a scheme are listed by number only: there
is no network here. A README that is also the front page of a crate may name
items of the crate (`crate::Item`), which rustdoc follows.

    python3 scripts/check_links.py [--self-test]
"""

import re
import subprocess
import sys
from collections import Counter
from pathlib import Path
from urllib.parse import unquote

FENCE = re.compile(r"^ {0,3}(`{3,}|~{3,})")
INLINE_CODE = re.compile(r"(`+)(?!`)(.+?)(?<!`)\1(?!`)", re.DOTALL)
COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
# [text](target "title") and ![text](target); a target with spaces stands in <>.
INLINE = re.compile(r"\]\(\s*(<[^>\n]*>|[^\s()]*(?:\([^\s()]*\)[^\s()]*)*)(?:\s+[\"'(][^)]*)?\s*\)")
DEFINITION = re.compile(r"^ {0,3}\[([^\]]+)\]:\s*(<[^>\n]*>|\S+)", re.MULTILINE)
REFERENCE = re.compile(r"\[([^\[\]]+)\]\[([^\[\]]*)\]")
HEADING = re.compile(r"^ {0,3}#{1,6}[ \t]+(.*?)[ \t]*#*[ \t]*$", re.MULTILINE)
IDENTIFIER = re.compile(r"<[a-z]+\s[^>]*\b(?:id|name)=\"([^\"]+)\"")
SCHEME = re.compile(r"^[A-Za-z][A-Za-z0-9+.-]*:(?!:)")


def without_fences(text):
    """The text with fenced code made blank, line by line, so that lines keep their numbers."""
    kept, fence = [], None
    for line in text.split("\n"):
        mark = FENCE.match(line)
        if fence:
            closes = mark and mark.group(1)[0] == fence[0] and len(mark.group(1)) >= len(fence)
            fence = None if closes and not line.strip(" `~") else fence
            kept.append("")
        elif mark:
            fence = mark.group(1)
            kept.append("")
        else:
            kept.append(line)
    return "\n".join(kept)


def blank(match):
    """As many characters and lines that say nothing."""
    return re.sub(r"[^\n]", " ", match.group())


def prose(text):
    """The text without code and comments."""
    return INLINE_CODE.sub(blank, COMMENT.sub(blank, without_fences(text)))


def links(text):
    """(line, target) of every link; a reference without a definition has the target None."""
    text = prose(text)
    definitions = {m.group(1).lower(): m for m in DEFINITION.finditer(text)}
    found = [(m.start(), m.group(1)) for m in INLINE.finditer(text)]
    found += [(m.start(), m.group(2)) for m in definitions.values()]
    for match in REFERENCE.finditer(text):
        name = (match.group(2) or match.group(1)).lower()
        # Blanks are what is left of code: such a name is an item, and rustdoc's affair.
        if name.strip() and name not in definitions:
            found.append((match.start(), None))
    found.sort(key=lambda link: link[0])
    return [(text.count("\n", 0, at) + 1, target and target.strip("<>")) for at, target in found]


def anchor(heading):
    """GitHub's anchor of a heading: lower case, without punctuation, blanks as hyphens."""
    heading = re.sub(r"!?\[([^\]]*)\]\([^)]*\)", r"\1", heading)
    heading = re.sub(r"[`*]|<[^>]*>", "", heading).lower().strip()
    return re.sub(r"[^\w\- ]", "", heading).replace(" ", "-")


def anchors(text):
    """Every fragment that leads somewhere in this Markdown; equal headings are numbered."""
    text = without_fences(text)
    found, seen = set(IDENTIFIER.findall(text)), Counter()
    for match in HEADING.finditer(text):
        name = anchor(match.group(1))
        found.add(f"{name}-{seen[name]}" if seen[name] else name)
        seen[name] += 1
    return found


def is_item(target):
    """Whether rustdoc takes the target for an item of the crate."""
    return "::" in target or re.fullmatch(r"[A-Z]\w*", target) is not None


def complaint(root, files, document, target):
    """What is wrong with a link of `document`, a path below `root`; None if it leads somewhere."""
    if target is None:
        return "a reference without a definition"
    path, _, fragment = target.partition("#")
    if SCHEME.match(target) or (document.name == "README.md" and is_item(path)):
        return None
    if path.startswith("/"):
        return f"{target}: begins at the root of a machine"
    here = (root / document).parent / unquote(path) if path else root / document
    here = here.resolve()
    if not here.is_relative_to(root):
        return f"{target}: leads out of the repository"
    name = here.relative_to(root)
    if name not in files and not any(name in file.parents for file in files):
        return f"{target}: there is no such file"
    if fragment and name.suffix == ".md":
        if unquote(fragment) not in anchors(here.read_text(encoding="utf-8")):
            return f"{target}: there is no such heading"
    return None


def tracked(root):
    """The files of the repository, those that are not committed yet too."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, check=True, cwd=root, stdout=subprocess.PIPE).stdout.decode()
    return {Path(name) for name in listed.split("\0") if name and (root / name).exists()}


def check(root, files):
    """(documents, links, addresses, complaints) of the Markdown among `files`."""
    documents = sorted(file for file in files if file.suffix == ".md")
    total, outside, wrong = 0, 0, []
    for document in documents:
        for line, target in links((root / document).read_text(encoding="utf-8")):
            total += 1
            outside += bool(target and SCHEME.match(target))
            text = complaint(root, files, document, target)
            wrong += [f"{document}:{line}: {text}"] if text else []
    return len(documents), total, outside, wrong


SAMPLE = """# A *title* with `code`, twice
[good](b.md) [root](./) [part](b.md#two-words) [own](#a-title-with-code-twice)
[again](b.md#same-1) ![picture](c.png "title") [spaces](<b.md>) [web](https://h/x) <a id="here"></a>
[here](#here) [name]: no [Item](crate::Item) [`Code`][thing] `[no](no.md)`
[thing]: b.md
```
[no](no.md)
```
<!-- [no](no.md) -->
"""
HEADINGS = "## Two words\n# Same\n# Same\n"
BAD = ["no.md", "b.md#no", "#no", "../out.md", "/b.md", "d/no.md"]


def self_test():
    """Links that lead somewhere, and each kind that does not."""
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder).resolve()
        (root / "README.md").write_text(SAMPLE, encoding="utf-8")
        (root / "b.md").write_text(HEADINGS, encoding="utf-8")
        (root / "c.png").write_text("", encoding="utf-8")
        files = {Path("README.md"), Path("b.md"), Path("c.png")}
        documents, total, outside, wrong = check(root, files)
        assert (documents, total, outside, wrong) == (2, 11, 1, []), (total, outside, wrong)
        for target in BAD:
            (root / "b.md").write_text(f"x\n[bad]({target})\n{HEADINGS}", encoding="utf-8")
            wrong = check(root, files)[3]
            assert len(wrong) == 1 and wrong[0].startswith(f"b.md:2: {target}"), (target, wrong)
        (root / "b.md").write_text(f"[x][gone]\n{HEADINGS}", encoding="utf-8")
        assert "definition" in check(root, files)[3][0]
    assert anchor("Why does `f` take 2 ms (or 3)?") == "why-does-f-take-2-ms-or-3"
    print("check_links: self-test ok")


def main():
    if "--self-test" in sys.argv[1:]:
        return self_test()
    root = Path(__file__).resolve().parent.parent
    documents, total, outside, wrong = check(root, tracked(root))
    print(f"{documents} documents, {total} links, {outside} of them to addresses not asked")
    for text in wrong:
        print(f"check_links: {text}", file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
