use super::PerformanceSnapshot;
use crate::metered;
use turso_metrics::{Figures, Instrument, Instruments, Kind, Unit};

const fn figure(
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
                    let value: Option<f64> = $value;
                    if let Some(value) = value {
                        figures.set(&$id, "", value);
                    }
                })+
            }
        }
    };
}

#[expect(
    clippy::cast_precision_loss,
    reason = "a recorder takes floating point numbers"
)]
fn number(n: impl Into<Option<u64>>) -> Option<f64> {
    n.into().map(|n| n as f64)
}

figures! {
    STATEMENT_HITS = count("memory.statement.hits", "Statements that were found compiled."),
        |s| number(s.statements.hits);
    STATEMENT_MISSES = count("memory.statement.misses", "Statements that had to be compiled."),
        |s| number(s.statements.misses);
    STATEMENT_EVICTIONS = count("memory.statement.evictions", "Compiled statements dropped to make room."),
        |s| number(s.statements.evictions);
    STATEMENT_OUTDATED = count("memory.statement.outdated", "Compiled statements dropped because the schema had changed."),
        |s| number(s.statements.outdated);
    STATEMENT_ENTRIES = figure("memory.statement.entries", Kind::Gauge, Unit::Count, "Compiled statements that are kept."),
        |s| number(s.statements.entries);
    REQUESTS = count("memory.remote.requests", "Requests to the server, repetitions included."),
        |s| number(s.traffic.map(|t| t.requests));
    RETRIES = count("memory.remote.retries", "Requests that were tried again after a failure."),
        |s| number(s.traffic.map(|t| t.retries));
    SOCKETS = count("memory.remote.sockets", "Sockets opened to the server."),
        |s| number(s.traffic.map(|t| t.sockets));
    SENT = figure("memory.remote.sent", Kind::Counter, Unit::Bytes, "Bytes sent to the server."),
        |s| number(s.traffic.map(|t| t.sent_bytes));
    RECEIVED = figure("memory.remote.received", Kind::Counter, Unit::Bytes, "Bytes received from the server."),
        |s| number(s.traffic.map(|t| t.received_bytes));
}

/// Every metric that a storage reports.
pub fn instruments() -> Vec<Instrument> {
    let timed = [
        metered::INSTRUMENTS,
        Instruments::DATABASE,
        Instruments::CONNECTION,
    ];
    let timed = timed.iter().flat_map(Instruments::iter).copied();
    timed.chain(FIGURES.iter().map(|i| **i)).collect()
}
