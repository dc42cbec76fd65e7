use super::readings::{number, pools};
use super::{PerformanceSnapshot, Share};
use crate::cached::CacheFigures;
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
        self.write_cache(f)?;
        self.write_pools(f)?;
        self.write_commits(f)?;
        self.write_reads(f)?;
        self.write_payloads(f)?;
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
            "{:<28}  {:>10}  {:>8}  {:>9}  {:>12}",
            "ASKED FOR", "CALLS", "CACHED", "ROWS/CALL", "QUERIES/CALL"
        )?;
        for p in patterns {
            writeln!(
                f,
                "{:<28}  {:>10}  {:>8}  {:>9.1}  {:>12.2}",
                p.operation,
                p.calls,
                p.cached.to_string(),
                p.rows_per_call,
                p.queries_per_call
            )?;
        }
        writeln!(f)
    }

    fn write_cache(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(cache) = &self.cache else {
            return Ok(());
        };
        writeln!(
            f,
            "{:<16}  {:>10}  {:>10}  {:>8}  {:>10}  {:>12}  {:>10}",
            "CACHE", "HITS", "MISSES", "HIT RATE", "ENTRIES", "BYTES", "EVICTED"
        )?;
        let parts = [
            ("episodes", &cache.episodes),
            ("patterns", &cache.patterns),
            ("relationships", &cache.relationships),
            ("queries", &cache.queries),
        ];
        for (name, c) in parts {
            let rate = Share(c.hit_rate()).to_string();
            writeln!(
                f,
                "{name:<16}  {:>10}  {:>10}  {rate:>8}  {:>10}  {:>12}  {:>10}",
                c.hits, c.misses, c.entries, c.bytes, c.evicted
            )?;
        }
        write_lives(f, cache)?;
        writeln!(f)
    }

    fn write_pools(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (name, pool) in pools(self) {
            let s = &pool.stats;
            let waited = s.waiting_time;
            writeln!(
                f,
                "pool ({name}): {}\n  {} lent, {} waited ({waited:.1?} in all), {} timed out, \
                 {} refused, {} opened, {} failed to open, grown {} times, shrunk {} times",
                pool.status,
                s.acquired,
                s.waited,
                s.timeouts,
                s.refused,
                s.opened,
                s.failed,
                s.grown,
                s.shrunk
            )?;
            for (what, spans) in [("wait", pool.wait_time.ever), ("use", pool.use_time.ever)] {
                write!(f, "  {what} of a connection:")?;
                let named = [
                    ("mean", spans.mean),
                    ("p50", spans.p50),
                    ("p90", spans.p90),
                    ("p95", spans.p95),
                    ("p99", spans.p99),
                    ("max", spans.max),
                ];
                for (name, span) in named {
                    write!(f, " {name} {span:.1?}")?;
                }
                writeln!(f)?;
            }
        }
        Ok(())
    }

    fn write_commits(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(c) = &self.commits else {
            return Ok(());
        };
        writeln!(
            f,
            "commits: {} writes stored, {} failed, {} left out, by {} transactions \
             ({} repeated, at most {} writes in one), {} queued",
            c.stored, c.failed, c.left_out, c.programs, c.repetitions, c.largest, c.queued
        )?;
        if c.programs == 0 {
            return Ok(());
        }
        write!(f, "  writes in a transaction:")?;
        write_sizes(f, &c.group_sizes)
    }

    fn write_reads(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(r) = &self.grouped_reads else {
            return Ok(());
        };
        writeln!(
            f,
            "reads by key: {} alone, {} in {} groups (at most {} in one), {} left out, {} queued",
            r.alone, r.grouped, r.groups, r.largest, r.left_out, r.queued
        )?;
        if r.groups == 0 {
            return Ok(());
        }
        write!(f, "  reads in a group:")?;
        write_sizes(f, &r.group_sizes)
    }

    fn write_payloads(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(p) = &self.payloads else {
            return Ok(());
        };
        let Some(ratio) = p.ratio() else {
            return writeln!(f, "payloads: none packed");
        };
        writeln!(
            f,
            "payloads: {} packed, {} bytes to {} ({ratio:.2} times smaller, {:.0} bytes on average)",
            p.packed,
            p.original_bytes,
            p.packed_bytes,
            number(p.packed_bytes) / number(p.packed)
        )
    }
}

/// Counts by powers of two, without those that are 0.
fn write_sizes(f: &mut fmt::Formatter<'_>, sizes: &[u64]) -> fmt::Result {
    for (power, count) in (0_u32..).zip(sizes) {
        if *count > 0 {
            write!(f, " {}+: {count}", 1_u64 << power)?;
        }
    }
    writeln!(f)
}

/// In seconds, a line for each cache that holds values.
fn write_lives(f: &mut fmt::Formatter<'_>, cache: &CacheFigures) -> fmt::Result {
    if cache.until_changed {
        return writeln!(f, "lives: until changed");
    }
    let lives = cache.lives;
    for (name, spread) in [
        ("episodes", lives.episodes),
        ("patterns", lives.patterns),
        ("relationships", lives.relationships),
        ("queries", lives.queries),
    ] {
        let Some(it) = spread else { continue };
        let all = [it.shortest, it.median, it.p90, it.longest];
        let [shortest, median, p90, longest] = all.map(|life| life.as_secs_f64());
        writeln!(
            f,
            "lives ({name}): shortest {shortest:.0} s, median {median:.0} s, p90 {p90:.0} s, \
             longest {longest:.0} s"
        )?;
    }
    Ok(())
}
