#!/usr/bin/env python3
"""Checks the metrics against a real Prometheus.

Runs `memory bench --metrics-listen`, lets `promtool check metrics` judge the
text, lets a Prometheus on loopback scrape it, and asks it the query of every
panel of docs/grafana-dashboard.json. Without Prometheus (Debian: the package
`prometheus`) it says so loudly and does nothing.

    python3 scripts/check_dashboard.py path/to/memory
"""

import json
import pathlib
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parent.parent
SECONDS = 25


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def get(url):
    with urllib.request.urlopen(url, timeout=10) as answer:
        return answer.read()


def patiently(url, seconds=15):
    """The answer of something that has just been started."""
    end = time.monotonic() + seconds
    while True:
        try:
            return get(url)
        except (urllib.error.URLError, ConnectionError):
            if time.monotonic() > end:
                raise
            time.sleep(0.2)


# OpenTelemetry's own name, which ends like a part of a histogram.
TOLERATED = 'db_client_connection_count non-histogram and non-summary metrics should not have "_count" suffix'
LINTED = 3


def judge(text):
    """Whether promtool can read the text and finds no fault but the one tolerated."""
    done = subprocess.run(["promtool", "check", "metrics"], input=text, capture_output=True, check=False)
    said = done.stderr.decode().strip()
    print(f"promtool check metrics: exit {done.returncode}", said)
    return done.returncode == 0 or (done.returncode == LINTED and said == TOLERATED)


def ask(port, query):
    """How many series answer a panel's query."""
    query = query.replace("$__rate_interval", "10s")
    url = f"http://127.0.0.1:{port}/api/v1/query?" + urllib.parse.urlencode({"query": query})
    result = json.loads(get(url))["data"]["result"]
    return [series for series in result if series["value"][1] != "NaN"]


def check(scraped, port):
    """Whether the text is valid and every panel has data."""
    good = judge(patiently(f"http://127.0.0.1:{scraped}/metrics"))
    patiently(f"http://127.0.0.1:{port}/-/ready")
    time.sleep(12)
    good = judge(get(f"http://127.0.0.1:{scraped}/metrics")) and good
    panels = json.loads((ROOT / "docs" / "grafana-dashboard.json").read_text())["panels"]
    for panel in panels:
        for target in panel["targets"]:
            found = ask(port, target["expr"])
            print(f"{'ok  ' if found else 'NONE'} {len(found):3} series  {panel['title']}")
            good = good and bool(found)
    return good


def main():
    if not (shutil.which("prometheus") and shutil.which("promtool")):
        print("SKIPPED: prometheus and promtool are not installed, the dashboard was NOT checked")
        return 0
    memory, scraped, port = sys.argv[1], free_port(), free_port()
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        config = {
            "global": {"scrape_interval": "1s"},
            "scrape_configs": [
                {"job_name": "memory", "static_configs": [{"targets": [f"127.0.0.1:{scraped}"]}]}
            ],
        }
        (folder / "prometheus.yml").write_text(json.dumps(config))
        bench = [memory, "--db", str(folder / "bench.db"), "bench", "--seconds", str(SECONDS)]
        server = [
            "prometheus",
            f"--config.file={folder / 'prometheus.yml'}",
            f"--storage.tsdb.path={folder / 'data'}",
            f"--web.listen-address=127.0.0.1:{port}",
        ]
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        running = [
            subprocess.Popen([*bench, "--metrics-listen", f"127.0.0.1:{scraped}"], **quiet),
            subprocess.Popen(server, **quiet),
        ]
        try:
            return 0 if check(scraped, port) else 1
        finally:
            for process in running:
                process.terminate()
                process.wait()


if __name__ == "__main__":
    sys.exit(main())
