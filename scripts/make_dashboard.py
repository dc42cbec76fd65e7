#!/usr/bin/env python3
"""Writes docs/grafana-dashboard.json from the panels below.

    python3 scripts/make_dashboard.py [--check]

With --check it only says whether the file is what it would write.
"""

import json
import pathlib
import sys

FILE = pathlib.Path(__file__).resolve().parent.parent / "docs" / "grafana-dashboard.json"


def quantile(share, metric, by="db_operation_name"):
    """The time that `share` of the calls of each operation stay under."""
    return (
        f"histogram_quantile({share}, sum by (le, {by}) "
        f"(rate({metric}_seconds_bucket[$__rate_interval])))"
    )


def rate(metric, by=None):
    """How much a counter grows each second."""
    return f"sum {f'by ({by}) ' if by else ''}(rate({metric}[$__rate_interval]))"


OPERATION = "db_operation_name"
POOL = "db_client_connection_pool_name"

# title, unit, query, legend
PANELS = [
    ("Operations", "ops", rate("memory_operation_duration_seconds_count", OPERATION), OPERATION),
    ("Latency of operations, p50", "s", quantile(0.5, "memory_operation_duration"), OPERATION),
    ("Latency of operations, p99", "s", quantile(0.99, "memory_operation_duration"), OPERATION),
    ("Queries and programs", "ops", rate("db_client_operation_duration_seconds_count", OPERATION), OPERATION),
    ("Latency of queries, p99", "s", quantile(0.99, "db_client_operation_duration"), OPERATION),
    ("Errors", "ops", f"({rate('memory_operation_errors_total', 'error_type')}) or vector(0)", "error_type"),
    ("Rows answered", "rowsps", rate("memory_operation_returned_rows_sum", OPERATION), OPERATION),
    ("Bytes to the database", "Bps", rate("db_client_request_bytes_total"), None),
    ("Bytes from the database", "Bps", rate("db_client_response_bytes_total"), None),
    ("Connections opened", "none", "sum(db_client_connection_create_time_seconds_count)", None),
    (
        "Statements found compiled",
        "percentunit",
        "memory_statement_hits_total / (memory_statement_hits_total + memory_statement_misses_total)",
        None,
    ),
    ("Compiled statements kept", "none", "memory_statement_entries", None),
    ("Connections", "none", "sum by (db_client_connection_state) (db_client_connection_count)", "db_client_connection_state"),
    ("Waiting for a connection", "none", "sum(db_client_connection_pending_requests)", None),
    ("Waiting for a connection, p99", "s", quantile(0.99, "db_client_connection_wait_time", POOL), POOL),
    ("Use of a connection, p99", "s", quantile(0.99, "db_client_connection_use_time", POOL), POOL),
    (
        "Reads answered by the cache",
        "percentunit",
        f"1 - {rate('memory_cache_backend_reads_total', OPERATION)} / {rate('memory_cache_reads_total', OPERATION)}",
        OPERATION,
    ),
    (
        "Cache hit rate",
        "percentunit",
        f"{rate('memory_cache_hits_total', 'cache')} / "
        f"({rate('memory_cache_hits_total', 'cache')} + {rate('memory_cache_misses_total', 'cache')})",
        "cache",
    ),
    ("Bytes in the cache", "bytes", "sum by (cache) (memory_cache_bytes)", "cache"),
    (
        "Writes in a transaction",
        "none",
        f"{rate('memory_commit_stored_total')} / {rate('memory_commit_transactions_total')}",
        None,
    ),
    ("Compression ratio", "none", "memory_payload_original_bytes_total / memory_payload_stored_bytes_total", None),
    ("Requests to the server", "reqps", f"({rate('memory_remote_requests_total')}) or vector(0)", None),
]


def panel(index, title, unit, query, legend):
    """One panel: three in a row."""
    source = {"type": "prometheus", "uid": "${source}"}
    return {
        "id": index + 1,
        "type": "timeseries",
        "title": title,
        "datasource": source,
        "gridPos": {"h": 8, "w": 8, "x": index % 3 * 8, "y": index // 3 * 8},
        "fieldConfig": {"defaults": {"unit": unit}, "overrides": []},
        "targets": [
            {
                "refId": "A",
                "datasource": source,
                "expr": query,
                "legendFormat": f"{{{{{legend}}}}}" if legend else title,
            }
        ],
    }


def dashboard():
    """The whole file."""
    return {
        "title": "Episodic memory",
        "uid": "episodic-memory",
        "schemaVersion": 39,
        "refresh": "10s",
        "time": {"from": "now-15m", "to": "now"},
        "templating": {"list": [{"name": "source", "type": "datasource", "query": "prometheus"}]},
        "panels": [panel(index, *parts) for index, parts in enumerate(PANELS)],
    }


def main():
    text = json.dumps(dashboard(), indent=2) + "\n"
    if "--check" in sys.argv[1:]:
        if FILE.read_text() != text:
            print(f"{FILE.name} is not what scripts/make_dashboard.py writes", file=sys.stderr)
            return 1
        return 0
    FILE.write_text(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
