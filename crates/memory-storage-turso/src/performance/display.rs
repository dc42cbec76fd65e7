use super::PerformanceSnapshot;
use std::fmt;

impl fmt::Display for PerformanceSnapshot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let parts = [
            ("storage", &self.storage),
            ("database", &self.database),
            ("connections opened", &self.connecting),
        ];
        for (name, part) in parts {
            if !part.operations.is_empty() {
                writeln!(f, "{name}\n{part}\n")?;
            }
        }
        self.write_patterns(f)?;
        let s = &self.statements;
        writeln!(
            f,
            "statements: {} found compiled, {} compiled, {} dropped, {} kept (hit rate {})",
            s.hits,
            s.misses,
            s.evictions.saturating_add(s.outdated),
            s.entries,
            s.hit_rate()
        )?;
        if let Some(t) = &self.traffic {
            writeln!(
                f,
                "server: {} requests, {} retries, {} sockets, {} bytes sent, {} bytes received",
                t.requests, t.retries, t.sockets, t.sent_bytes, t.received_bytes
            )?;
        }
        Ok(())
    }
}

impl PerformanceSnapshot {
    fn write_patterns(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let patterns = self.query_patterns();
        if patterns.is_empty() {
            return Ok(());
        }
        writeln!(
            f,
            "{:<28}  {:>10}  {:>9}  {:>12}",
            "ASKED FOR", "CALLS", "ROWS/CALL", "QUERIES/CALL"
        )?;
        for p in patterns {
            writeln!(
                f,
                "{:<28}  {:>10}  {:>9.1}  {:>12.2}",
                p.operation, p.calls, p.rows_per_call, p.queries_per_call
            )?;
        }
        writeln!(f)
    }
}
