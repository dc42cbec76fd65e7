use super::PerformanceSnapshot;
use super::cache::CACHE;
use super::readings::{Readings, by_pool, by_pool_and, by_read, number, plain, size};
use crate::metered;
use turso_metrics::{Figures, Instrument, Instruments, Kind, LABEL_OPERATION, LABEL_POOL, Unit};

pub(super) const fn figure(
    name: &'static str,
    kind: Kind,
    unit: Unit,
    description: &'static str,
) -> Instrument {
    Instrument {
        name,
        kind,
        unit,
        labels: &[],
        description,
    }
}

const fn labelled(labels: &'static [&'static str], instrument: Instrument) -> Instrument {
    Instrument {
        labels,
        ..instrument
    }
}

const POOL: &str = LABEL_POOL;
const STATE: &str = "db.client.connection.state";

const fn gauge(name: &'static str, description: &'static str) -> Instrument {
    figure(name, Kind::Gauge, Unit::Count, description)
}

const fn count(name: &'static str, description: &'static str) -> Instrument {
    figure(name, Kind::Counter, Unit::Count, description)
}

/// Declares the figures that [`PerformanceSnapshot::report`] reports, and where each comes from.
macro_rules! figures {
    ($($id:ident = $instrument:expr, |$snapshot:ident| $value:expr;)+) => {
        $(static $id: Instrument = $instrument;)+

        static FIGURES: &[&Instrument] = &[$(&$id),+];

        impl PerformanceSnapshot {
            /// Tells the recorder of this process the figures that are counted elsewhere than in
            /// timed calls, which report themselves. To be called every few seconds, or
            /// before each scrape.
            pub fn report(&self, figures: &Figures) {
                $({
                    let $snapshot = self;
                    let values: Readings = $value;
                    for (labels, value) in values {
                        figures.set(&$id, &labels, value);
                    }
                })+
                if self.cache.is_some() {
                    for instrument in &CACHE {
                        figures.describe(instrument);
                    }
                }
            }
        }
    };
}

figures! {
    STATEMENT_HITS = count("memory.statement.hits", "Statements that were found compiled."),
        |s| plain(s.statements.hits);
    STATEMENT_MISSES = count("memory.statement.misses", "Statements that had to be compiled."),
        |s| plain(s.statements.misses);
    STATEMENT_EVICTIONS = count("memory.statement.evictions", "Compiled statements dropped to make room."),
        |s| plain(s.statements.evictions);
    STATEMENT_OUTDATED = count("memory.statement.outdated", "Compiled statements dropped because the schema had changed."),
        |s| plain(s.statements.outdated);
    STATEMENT_ENTRIES = gauge("memory.statement.entries", "Compiled statements that are kept."),
        |s| plain(s.statements.entries);
    REQUESTS = count("memory.remote.requests", "Requests to the server, repetitions included."),
        |s| plain(s.traffic.map(|t| t.requests));
    RETRIES = count("memory.remote.retries", "Requests that were tried again after a failure."),
        |s| plain(s.traffic.map(|t| t.retries));
    SOCKETS = count("memory.remote.sockets", "Sockets opened to the server."),
        |s| plain(s.traffic.map(|t| t.sockets));
    SENT = figure("memory.remote.sent", Kind::Counter, Unit::Bytes, "Bytes sent to the server."),
        |s| plain(s.traffic.map(|t| t.sent_bytes));
    RECEIVED = figure("memory.remote.received", Kind::Counter, Unit::Bytes, "Bytes received from the server."),
        |s| plain(s.traffic.map(|t| t.received_bytes));
    CONNECTIONS = labelled(&[POOL, STATE], gauge("db.client.connection.count", "Connections that are open, `idle` or `used`.")),
        |s| by_pool_and(s, |p| [("idle", size(p.status.idle)), ("used", size(p.status.leased))]);
    CONNECTIONS_MAX = labelled(&[POOL], gauge("db.client.connection.max", "How many connections there may be.")),
        |s| by_pool(s, |p| number(size(p.status.size)));
    PENDING = labelled(&[POOL], gauge("db.client.connection.pending_requests", "Tasks that wait for a connection.")),
        |s| by_pool(s, |p| number(size(p.status.waiting)));
    TIMEOUTS = labelled(&[POOL], count("db.client.connection.timeouts", "Tasks that gave up waiting for a connection at their deadline.")),
        |s| by_pool(s, |p| number(p.stats.timeouts));
    ACQUIRED = labelled(&[POOL], count("memory.pool.acquired", "Connections lent.")),
        |s| by_pool(s, |p| number(p.stats.acquired));
    WAITED = labelled(&[POOL], count("memory.pool.waits", "Tasks that had to wait for a connection, whatever came of it.")),
        |s| by_pool(s, |p| number(p.stats.waited));
    REFUSED = labelled(&[POOL], count("memory.pool.refused", "Tasks that were refused a connection at once.")),
        |s| by_pool(s, |p| number(p.stats.refused));
    OVERDUE = labelled(&[POOL], count("memory.pool.overdue", "Connections that were on loan for too long.")),
        |s| by_pool(s, |p| number(p.stats.overdue));
    OPENED = labelled(&[POOL], count("memory.pool.opened", "Connections that the pool opened.")),
        |s| by_pool(s, |p| number(p.stats.opened));
    CLOSED = labelled(&[POOL, "reason"], count("memory.pool.closed", "Connections that the pool closed: `broken`, `idle` or `aged`, or because it shrank or ended, `surplus`.")),
        |s| by_pool_and(s, |p| [
            ("broken", p.stats.closed_broken),
            ("idle", p.stats.closed_idle),
            ("aged", p.stats.closed_aged),
            ("surplus", p.stats.closed_surplus),
        ]);
    RESIZED = labelled(&[POOL, "direction"], count("memory.pool.resized", "Steps of adaptive sizing, `up` or `down`.")),
        |s| by_pool_and(s, |p| [("up", p.stats.grown), ("down", p.stats.shrunk)]);
    COMMITTED = count("memory.commit.stored", "Writes that were committed."),
        |s| plain(s.commits.map(|c| c.stored));
    COMMITS_FAILED = count("memory.commit.failed", "Writes that failed after their commit had begun."),
        |s| plain(s.commits.map(|c| c.failed));
    LEFT_OUT = count("memory.commit.left_out", "Writes that were given up before their commit began."),
        |s| plain(s.commits.map(|c| c.left_out));
    TRANSACTIONS = count("memory.commit.transactions", "Transactions begun for writes."),
        |s| plain(s.commits.map(|c| c.programs));
    REPETITIONS = count("memory.commit.repetitions", "Transactions among them that repeated one that was lost."),
        |s| plain(s.commits.map(|c| c.repetitions));
    LARGEST = gauge("memory.commit.largest", "Writes in the largest transaction until now."),
        |s| plain(s.commits.map(|c| c.largest));
    QUEUED = gauge("memory.commit.queued", "Writes that wait for their commit to begin."),
        |s| plain(s.commits.map(|c| size(c.queued)));
    READ_ALONE = count("memory.read.alone", "Reads by key that found a connection to the server at once."),
        |s| plain(s.grouped_reads.map(|r| r.alone));
    READ_GROUPED = count("memory.read.grouped", "Reads by key that waited for a connection and were asked in groups."),
        |s| plain(s.grouped_reads.map(|r| r.grouped));
    READ_LEFT_OUT = count("memory.read.left_out", "Reads by key that were given up while they waited for a connection."),
        |s| plain(s.grouped_reads.map(|r| r.left_out));
    READ_GROUPS = count("memory.read.groups", "Groups of reads by key that were asked, each by one request."),
        |s| plain(s.grouped_reads.map(|r| r.groups));
    READ_LARGEST = gauge("memory.read.largest", "Reads in the largest group until now."),
        |s| plain(s.grouped_reads.map(|r| r.largest));
    READ_QUEUED = gauge("memory.read.queued", "Reads by key that wait for a connection."),
        |s| plain(s.grouped_reads.map(|r| size(r.queued)));
    PACKED = count("memory.payload.packed", "Payloads that were packed."),
        |s| plain(s.payloads.map(|p| p.packed));
    ORIGINAL = figure("memory.payload.original", Kind::Counter, Unit::Bytes, "Bytes of the payloads that were packed."),
        |s| plain(s.payloads.map(|p| p.original_bytes));
    STORED = figure("memory.payload.stored", Kind::Counter, Unit::Bytes, "Bytes that they were packed to."),
        |s| plain(s.payloads.map(|p| p.packed_bytes));
    READS = labelled(&[LABEL_OPERATION], count("memory.cache.reads", "Reads that were asked for where there is a cache.")),
        |s| by_read(s, |r| r.calls);
    BACKEND_READS = labelled(&[LABEL_OPERATION], count("memory.cache.backend_reads", "Reads that no cache answered, so that the storage behind it was asked.")),
        |s| by_read(s, |r| r.loads);
    QUARANTINED = gauge("memory.cache.quarantined", "Stamps held by writes whose outcome nobody knows."),
        |s| plain(s.cache.map(|c| size(c.quarantined)));
}

/// Every metric that a storage reports.
pub fn instruments() -> Vec<Instrument> {
    let timed = [
        metered::INSTRUMENTS,
        Instruments::DATABASE,
        Instruments::CONNECTION,
        Instruments::WAIT,
        Instruments::USE,
    ];
    let timed = timed.iter().flat_map(Instruments::iter).copied();
    timed
        .chain(FIGURES.iter().map(|i| **i))
        .chain(CACHE.iter().copied())
        .collect()
}
