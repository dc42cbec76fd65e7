//! What caches have done and hold: of this process, or of another that serves its figures.

use crate::call::Call;
use crate::error::{Error, Result};
use crate::exit::Exit;
use crate::output::{self, Table};
use memory_storage_turso::{CacheFigures, Share};
use serde::Serialize;
use std::io::{self, Read as _, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

/// The longest time to reach the other process, and for each part of its answer.
const PATIENCE: Duration = Duration::from_secs(5);

/// Most bytes of an answer.
const ANSWER_BYTES_MAX: u64 = 16 << 20;

const NAMES: [&str; 4] = ["episodes", "patterns", "relationships", "queries"];

/// One cache.
#[derive(Debug, PartialEq, Serialize)]
pub(crate) struct CacheRow {
    cache: &'static str,
    hits: u64,
    misses: u64,
    hit_rate: Option<f64>,
    entries: u64,
    bytes: u64,
}

impl CacheRow {
    fn new(cache: &'static str, [hits, misses, entries, bytes]: [u64; 4]) -> Self {
        let asked = hits.saturating_add(misses);
        #[expect(clippy::cast_precision_loss, reason = "a share needs no 53 bits")]
        let hit_rate = (asked > 0).then(|| hits as f64 / asked as f64);
        Self {
            cache,
            hits,
            misses,
            hit_rate,
            entries,
            bytes,
        }
    }
}

/// Those of this process.
pub(crate) fn own(figures: &CacheFigures) -> Vec<CacheRow> {
    let all = [
        &figures.episodes,
        &figures.patterns,
        &figures.relationships,
        &figures.queries,
    ];
    let rows = NAMES.into_iter().zip(all);
    rows.map(|(name, c)| CacheRow::new(name, [c.hits, c.misses, c.entries, c.bytes]))
        .collect()
}

/// Those in the figures that a process serves for Prometheus; none when it has no caches.
fn served(text: &str) -> Vec<CacheRow> {
    let rows = NAMES.into_iter().filter_map(|name| {
        let sum = |metric| sum(text, metric, name);
        let counts = [
            sum("memory_cache_hits_total"),
            sum("memory_cache_misses_total"),
            sum("memory_cache_entries"),
            sum("memory_cache_bytes"),
        ];
        let known = counts.iter().any(Option::is_some);
        known.then(|| CacheRow::new(name, counts.map(Option::unwrap_or_default)))
    });
    rows.collect()
}

/// The sum of all series of this metric of this cache.
fn sum(text: &str, metric: &str, cache: &str) -> Option<u64> {
    let label = format!("cache=\"{cache}\"");
    let series = text.lines().filter_map(|line| {
        let (labels, value) = line
            .strip_prefix(metric)?
            .strip_prefix('{')?
            .rsplit_once("} ")?;
        let ours = labels.split(',').any(|one| one == label);
        ours.then(|| value.parse::<u64>().ok()).flatten()
    });
    series.reduce(u64::saturating_add)
}

/// A table of them.
pub(crate) fn table(rows: &[CacheRow]) -> Table<6> {
    let mut table = Table::new([
        "CACHE",
        ">HITS",
        ">MISSES",
        ">HIT RATE",
        ">ENTRIES",
        ">BYTES",
    ]);
    for row in rows {
        table.row([
            row.cache.to_owned(),
            output::count(row.hits),
            output::count(row.misses),
            Share(row.hit_rate).to_string(),
            output::count(row.entries),
            output::bytes(row.bytes),
        ]);
    }
    table
}

/// Shows the caches of the process that serves its figures at `address`.
pub(crate) fn of_process(call: &Call, address: SocketAddr, out: &mut dyn Write) -> Result<Exit> {
    let text = ask(address).map_err(|e| {
        Error::failed(format!("cannot ask the process at {address}"))
            .because(e)
            .next("name the address that it was given with --metrics-listen")
    })?;
    let rows = served(&text);
    if rows.is_empty() {
        let context = format!("the process at {address} has no caches");
        return Err(Error::not_found(context));
    }
    if call.json {
        output::json_line(out, &rows)?;
    } else {
        table(&rows).write_to(out)?;
    }
    Ok(Exit::Ok)
}

fn ask(address: SocketAddr) -> io::Result<String> {
    let mut stream = TcpStream::connect_timeout(&address, PATIENCE)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    write!(
        stream,
        "GET /metrics HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n"
    )?;
    let mut answer = String::new();
    stream.take(ANSWER_BYTES_MAX).read_to_string(&mut answer)?;
    if answer.starts_with("HTTP/1.1 200 ") {
        Ok(answer)
    } else {
        let first = answer.lines().next().unwrap_or("nothing").to_owned();
        Err(io::Error::other(format!("it answered {first:?}")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn series_of_a_cache_are_added_up() {
        let text = "# TYPE memory_cache_hits_total counter\n\
                    memory_cache_hits_total{cache=\"episodes\"} 3\n\
                    memory_cache_hits_total{cache=\"queries\"} 50\n\
                    memory_cache_misses_total{cache=\"episodes\",reason=\"unknown\"} 1\n\
                    memory_cache_misses_total{cache=\"episodes\",reason=\"expired\"} 2\n\
                    memory_cache_entries{cache=\"episodes\"} 7\n\
                    memory_cache_bytes{cache=\"episodes\"} 900\n";
        let rows = served(text);
        let episodes = CacheRow {
            cache: "episodes",
            hits: 3,
            misses: 3,
            hit_rate: Some(0.5),
            entries: 7,
            bytes: 900,
        };
        assert_eq!(rows.len(), 2);
        assert_eq!(rows[0], episodes);
        assert_eq!(
            (rows[1].cache, rows[1].hits, rows[1].hit_rate),
            ("queries", 50, Some(1.0))
        );
        assert!(served("memory_statement_hits_total 3\n").is_empty());
    }
}
