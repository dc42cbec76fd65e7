use memory_core::ErrorKind;
use turso_metrics::{Instrument, Instruments, Kind, LABEL_ERROR, LABEL_OPERATION, Unit};

/// What is reported of the storage's operations.
pub(crate) const INSTRUMENTS: Instruments = Instruments {
    duration: Instrument {
        name: "memory.operation.duration",
        kind: Kind::Histogram,
        unit: Unit::Seconds,
        labels: &[LABEL_OPERATION, LABEL_ERROR],
        description: "How long operations of the storage took.",
    },
    errors: Some(Instrument {
        name: "memory.operation.errors",
        kind: Kind::Counter,
        unit: Unit::Count,
        labels: &[LABEL_OPERATION, LABEL_ERROR],
        description: "Operations of the storage that failed.",
    }),
    rows: Some(Instrument {
        name: "memory.operation.returned_rows",
        kind: Kind::Histogram,
        unit: Unit::Count,
        labels: &[LABEL_OPERATION],
        description: "How many records each operation of the storage answered with.",
    }),
    sent: None,
    received: None,
};

/// The operations of the store traits.
pub(super) const OPERATIONS: [&str; 22] = [
    "episodes.count",
    "episodes.delete",
    "episodes.find",
    "episodes.get",
    "episodes.query",
    "episodes.store",
    "episodes.store_with_patterns",
    "episodes.update",
    "patterns.count",
    "patterns.delete",
    "patterns.get",
    "patterns.query",
    "patterns.store",
    "patterns.update",
    "relationships.add",
    "relationships.query",
    "relationships.related",
    "relationships.remove",
    "relationships.validate",
    "tags.change",
    "tags.list",
    "tags.rename",
];

/// What the storage does to its database beside that.
pub(super) const INTERNAL: [&str; 17] = [
    "check.derived",
    "check.episodes",
    "check.file",
    "check.patterns",
    "check.relationships",
    "compact.episodes",
    "compact.patterns",
    "connection.changes",
    "dictionaries.get",
    "dictionaries.latest",
    "dictionaries.store",
    "dictionaries.train",
    turso_batch::OPERATION_GROUP,
    "schema.look",
    "schema.migrate",
    "statistics",
    "tags.count",
];

/// The names of the kinds of errors.
pub(super) const ERRORS: [&str; 17] = [
    "busy",
    "disconnected",
    "timeout",
    "outcome_unknown",
    "unauthorized",
    "corrupt",
    "full",
    "read_only",
    "constraint",
    "conflict",
    "not_found",
    "limit",
    "unsupported",
    "misuse",
    "closed",
    "io",
    "bug",
];

pub(super) const fn error_name(kind: ErrorKind) -> &'static str {
    match kind {
        ErrorKind::Busy => "busy",
        ErrorKind::Disconnected => "disconnected",
        ErrorKind::Timeout => "timeout",
        ErrorKind::OutcomeUnknown => "outcome_unknown",
        ErrorKind::Unauthorized => "unauthorized",
        ErrorKind::Corrupt => "corrupt",
        ErrorKind::Full => "full",
        ErrorKind::ReadOnly => "read_only",
        ErrorKind::Constraint => "constraint",
        ErrorKind::Conflict => "conflict",
        ErrorKind::NotFound => "not_found",
        ErrorKind::Limit => "limit",
        ErrorKind::Unsupported => "unsupported",
        ErrorKind::Misuse => "misuse",
        ErrorKind::Closed => "closed",
        ErrorKind::Io => "io",
        ErrorKind::Bug => "bug",
        _ => turso_metrics::ERROR_OTHER,
    }
}
