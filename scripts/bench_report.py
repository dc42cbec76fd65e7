#!/usr/bin/env python3
"""Runs the benchmarks, and writes and checks docs/benchmarks.md.

    scripts/bench_report.py run [NAME ...]       run them all, or these; logs to target/bench-report
    scripts/bench_report.py save BASELINE        keep the present logs under this name
    scripts/bench_report.py report [BASELINE]    print the tables, compared with a baseline if named
    scripts/bench_report.py write                put the tables into docs/benchmarks.md
    scripts/bench_report.py check                fail when a bar of benches/bars.toml is missed
    scripts/bench_report.py --self-test

A benchmark is a `[[bench]]` of the package memory-benches, or a package in benches/versus. What it
prints is read as Markdown: tables with the columns `time | ratio | CPU | ratio | spread` are
comparisons within one run; lines `figure: NAME = NUMBER UNIT` are single figures. criterion's
estimates are read from target/criterion.
"""

import argparse
import json
import os
import platform
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

LOGS = Path("target/bench-report")
CRITERION = Path("target/criterion")
PAGE = Path("docs/benchmarks.md")
BARS = Path("benches/bars.toml")
BEGIN, END = "<!-- measured: begin -->", "<!-- measured: end -->"

HEAD = re.compile(r"^\| (.+) \| time \| ratio \| CPU \| ratio \|(?: spread \|)?$")
FIGURE = re.compile(r"^figure: (.+) = ([-+.\deE]+)(?: (.+))?$")
DURATION = re.compile(r"^([.\d]+)(ns|µs|ms|s)$")
SECONDS = {"ns": 1e-9, "µs": 1e-6, "ms": 1e-3, "s": 1.0}


def seconds(text):
    """The seconds of a duration as Rust prints it, or None."""
    match = DURATION.match(text)
    return float(match[1]) * SECONDS[match[2]] if match else None


def tables(text):
    """{table: {side: {time, ratio, cpu, cpu ratio, spread}}} of a log."""
    found, current = {}, None
    for line in text.splitlines():
        if match := HEAD.match(line):
            current = found.setdefault(match[1], {})
        elif current is not None and line.startswith("|"):
            cells = [cell.strip() for cell in line.strip("|").split("|")]
            if seconds(cells[1]) is not None:
                spread = float(cells[5].rstrip(" %")) / 100 if len(cells) > 5 else 0.0
                current[cells[0]] = {
                    "time": seconds(cells[1]),
                    "ratio": float(cells[2]),
                    "CPU": seconds(cells[3]),
                    "CPU ratio": float(cells[4]),
                    "spread": spread,
                }
        else:
            current = None
    return found


def figures(text):
    """{name: (value, unit)} of a log."""
    matches = (FIGURE.match(line) for line in text.splitlines())
    return {m[1]: (float(m[2]), m[3] or "") for m in matches if m}


def logs(folder):
    """{benchmark: text} of a folder of logs."""
    return {path.stem: path.read_text() for path in sorted(folder.glob("*.log"))}


def printed(text):
    """The Markdown of a log: its tables and figures, without cargo's own lines."""
    kept = [line for line in text.splitlines() if line.startswith("|") or FIGURE.match(line)]
    out, before = [], ""
    for line in kept:
        if before and (line[0] == "|") != (before[0] == "|") or HEAD.match(line) and before:
            out.append("")
        out.append(line if line[0] == "|" else "- " + line.removeprefix("figure: "))
        before = line
    return "\n".join(out)


def criterion(folder=CRITERION):
    """(benchmark, median in seconds, half the 95 % interval as a share), sorted."""
    rows = []
    for path in sorted(folder.glob("**/new/estimates.json")):
        about = json.loads(path.with_name("benchmark.json").read_text())
        median = json.loads(path.read_text())["median"]
        interval = median["confidence_interval"]
        width = interval["upper_bound"] - interval["lower_bound"]
        value = median["point_estimate"]
        rows.append((about["full_id"], value / 1e9, width / 2 / value if value else 0.0))
    return rows


def verdict(new, old):
    """How a side's CPU time stands against a baseline, in words."""
    if not old or not old["CPU"] or not new["CPU"]:
        return "new"
    change, noise = new["CPU"] / old["CPU"] - 1, max(new["spread"], old["spread"], 0.02)
    return "within noise" if abs(change) <= noise else f"{change:+.0%}"


def comparison(new, old):
    """A table of every side in both sets of logs."""
    lines = ["| benchmark | side | CPU | before | change |", "|---|---|--:|--:|--:|"]
    for bench, text in new.items():
        before = tables(old.get(bench, ""))
        for table, sides in tables(text).items():
            for side, row in sides.items():
                past = before.get(table, {}).get(side)
                was = f"{past['CPU']:.3g} s" if past else "-"
                name = f"{bench}: {table}"
                lines.append(f"| {name} | {side} | {row['CPU']:.3g} s | {was} | {verdict(row, past)} |")
    return "\n".join(lines)


def measured(bar, all_logs):
    """The value that a bar is about, or None when it was not measured."""
    text = all_logs.get(bar["bench"], "")
    if "figure" in bar:
        return figures(text).get(bar["figure"], (None,))[0]
    return tables(text).get(bar["table"], {}).get(bar["side"], {}).get(bar["column"])


def judge(bar, all_logs):
    """(value, whether it is met) of a bar; not measured is (None, None)."""
    value = measured(bar, all_logs)
    if value is None:
        return None, None
    met = value <= bar.get("at_most", value) and value >= bar.get("at_least", value)
    return value, met


def bar_table(bars, all_logs):
    """Every bar with what was measured."""
    lines = ["| what | bar | measured | |", "|---|--:|--:|---|"]
    for bar in bars:
        value, met = judge(bar, all_logs)
        wanted = f"≤ {bar['at_most']}" if "at_most" in bar else f"≥ {bar['at_least']}"
        shown = "-" if value is None else f"{value:.4g}"
        word = {None: "not measured", True: "met", False: "**missed**"}[met]
        note = f"{word}: {bar['note']}" if met is False and "note" in bar else word
        lines.append(f"| {bar['what']} | {wanted} {bar.get('unit', '')} | {shown} | {note} |")
    return "\n".join(lines)


def bars():
    """The bars, checked for their keys."""
    found = tomllib.loads(BARS.read_text())["bar"] if BARS.exists() else []
    for bar in found:
        assert ("at_most" in bar) != ("at_least" in bar), bar
        assert "figure" in bar or {"table", "side", "column"} <= bar.keys(), bar
    return found


def machine():
    """What it was measured on, in a line."""
    cpu = re.search(r"model name\s*: (.+)", Path("/proc/cpuinfo").read_text())
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], stdout=subprocess.PIPE, text=True
    ).stdout.strip()
    load = os.getloadavg()[0]
    name = cpu[1] if cpu else platform.machine()
    return f"{os.cpu_count()} × {name}, load {load:.1f} when written, commit {commit}"


def benchmarks():
    """{name: command} of everything that can be run."""
    manifest = tomllib.loads(Path("benches/Cargo.toml").read_text())
    own = {b["name"]: ["cargo", "bench", "-p", "memory-benches", "--bench", b["name"]] for b in manifest["bench"]}
    versus = {
        f"versus-{path.parent.name}": ["cargo", "run", "--release", "--manifest-path", str(path)]
        for path in sorted(Path("benches/versus").glob("*/Cargo.toml"))
    }
    return own | versus


def run(names):
    """Runs benchmarks one after the other; 1 when one of them fails."""
    known, failed = benchmarks(), []
    LOGS.mkdir(parents=True, exist_ok=True)
    for name in names or known:
        print(f"== {name}", flush=True)
        done = subprocess.run(known[name], stdout=subprocess.PIPE, text=True)
        sys.stdout.write(done.stdout)
        if done.returncode == 0:
            (LOGS / f"{name}.log").write_text(done.stdout)
        else:
            failed.append(name)
    for name in failed:
        print(f"bench_report: {name} failed", file=sys.stderr)
    return 1 if failed else 0


def page():
    """What stands between the marks of docs/benchmarks.md."""
    all_logs = logs(LOGS)
    parts = [f"Measured on {machine()}.", bar_table(bars(), all_logs)]
    for bench, text in all_logs.items():
        if markdown := printed(text):
            command = " ".join(benchmarks().get(bench, ["?"]))
            parts.append(f"### {bench}\n\n`{command}`\n\n{markdown}")
    if rows := criterion():
        lines = ["| criterion | median | ± |", "|---|--:|--:|"]
        lines += [f"| {name} | {value:.3g} s | {width:.1%} |" for name, value, width in rows]
        parts.append("### criterion\n\n" + "\n".join(lines))
    return "\n\n".join(parts)


def write():
    """Replaces what stands between the marks."""
    text = PAGE.read_text()
    head, _, rest = text.partition(BEGIN)
    _, _, tail = rest.partition(END)
    PAGE.write_text(f"{head}{BEGIN}\n\n{page()}\n\n{END}{tail}")
    return 0


def check():
    """1 when a measured bar is missed without a note, or one was not measured."""
    all_logs, wrong = logs(LOGS), 0
    print(bar_table(bars(), all_logs))
    for bar in bars():
        value, met = judge(bar, all_logs)
        if met is None or (not met and "note" not in bar):
            print(f"bench_report: {bar['what']}: {'not measured' if met is None else value}", file=sys.stderr)
            wrong = 1
    return wrong


def self_test():
    """Reading, comparing and judging."""
    log = (
        "noise\n| get | time | ratio | CPU | ratio | spread |\n|---|--:|--:|--:|--:|--:|\n"
        "| bare | 1.50µs | 1.00 | 1.00µs | 1.00 | 1 % |\n| ours | 3.00µs | 2.00 | 2.00µs | 2.00 | 10 % |\n"
        "\nfigure: hit rate = 0.91\nfigure: overhead p99 = 0.3 ms\n"
    )
    found = tables(log)
    assert found["get"]["ours"]["CPU ratio"] == 2.0 and abs(found["get"]["bare"]["time"] - 1.5e-6) < 1e-12
    assert figures(log) == {"hit rate": (0.91, ""), "overhead p99": (0.3, "ms")}
    assert printed(log).startswith("| get |") and "- hit rate = 0.91" in printed(log)
    ours = found["get"]["ours"]
    assert verdict(ours, ours | {"CPU": 1.9e-6}) == "within noise"
    assert verdict(ours, ours | {"CPU": 1.0e-6}) == "+100%" and verdict(ours, None) == "new"
    bar = {"what": "x", "bench": "b", "table": "get", "side": "ours", "column": "CPU ratio", "at_most": 2.5}
    assert judge(bar, {"b": log}) == (2.0, True) and judge(bar | {"at_most": 1.5}, {"b": log})[1] is False
    assert judge(bar, {}) == (None, None)
    rate = {"what": "y", "bench": "b", "figure": "hit rate", "at_least": 0.85}
    assert judge(rate, {"b": log}) == (0.91, True)
    assert "| x | ≤ 2.5  | 2 | met |" in bar_table([bar], {"b": log})
    assert "within noise" in comparison({"b": log}, {"b": log})
    print("bench_report: self-test ok")
    return 0


def main():
    if "--self-test" in sys.argv[1:]:
        return self_test()
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("command", choices=["run", "save", "report", "write", "check"])
    parser.add_argument("names", nargs="*")
    asked = parser.parse_args()
    if asked.command == "run":
        return run(asked.names)
    if asked.command == "save":
        shutil.copytree(LOGS, LOGS.with_name(f"bench-baseline-{asked.names[0]}"), dirs_exist_ok=True)
        return 0
    if asked.command == "report":
        new = logs(LOGS)
        print(page())
        for name in asked.names:
            print("\n" + comparison(new, logs(LOGS.with_name(f"bench-baseline-{name}"))))
        return 0
    return write() if asked.command == "write" else check()


if __name__ == "__main__":
    sys.exit(main())
