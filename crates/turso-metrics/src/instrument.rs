//! What is reported to the recorder of the application.

/// What a figure does over time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Kind {
    /// It only grows.
    Counter,
    /// It goes up and down.
    Gauge,
    /// It is a value of each event, of which the distribution is of interest.
    Histogram,
}

impl Kind {
    /// Its name, as in a table.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Counter => "counter",
            Self::Gauge => "gauge",
            Self::Histogram => "histogram",
        }
    }
}

/// What a figure is measured in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Unit {
    /// Seconds.
    Seconds,
    /// Bytes.
    Bytes,
    /// How many there are of something.
    Count,
    /// A share between 0 and 1.
    Ratio,
}

impl Unit {
    /// Its code in UCUM, which OpenTelemetry uses: `s`, `By`, `1`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Seconds => "s",
            Self::Bytes => "By",
            Self::Count | Self::Ratio => "1",
        }
    }

    fn of_the_facade(self) -> metrics::Unit {
        match self {
            Self::Seconds => metrics::Unit::Seconds,
            Self::Bytes => metrics::Unit::Bytes,
            // The facade has a unit for percent and none for a share.
            Self::Count | Self::Ratio => metrics::Unit::Count,
        }
    }
}

/// A figure: how it is called, and what it means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Instrument {
    /// Its name.
    pub name: &'static str,
    /// What it does over time.
    pub kind: Kind,
    /// What it is measured in.
    pub unit: Unit,
    /// The names of its labels. Their values come from fixed sets.
    pub labels: &'static [&'static str],
    /// What it means, in a sentence.
    pub description: &'static str,
}

impl Instrument {
    /// Tells the recorder of this process the unit and the meaning.
    pub(crate) fn describe(&self) {
        let unit = self.unit.of_the_facade();
        match self.kind {
            Kind::Counter => metrics::describe_counter!(self.name, unit, self.description),
            Kind::Gauge => metrics::describe_gauge!(self.name, unit, self.description),
            Kind::Histogram => metrics::describe_histogram!(self.name, unit, self.description),
        }
    }
}

/// The label that names an operation.
pub const LABEL_OPERATION: &str = "db.operation.name";

/// The label that names what went wrong. Absent when nothing did.
pub const LABEL_ERROR: &str = "error.type";

/// The label that names a pool of connections.
pub const LABEL_POOL: &str = "db.client.connection.pool.name";

/// The instruments of a [`Metrics`](crate::Metrics).
#[derive(Clone, Copy, Debug)]
pub struct Instruments {
    /// How long each call took: a histogram. Its first label names the operation, unless that is
    /// [`LABEL_ERROR`]: then there is only one, which has no name.
    pub duration: Instrument,
    /// How many calls, or groups of them, failed: a counter by operation and error.
    pub errors: Option<Instrument>,
    /// How much each call answered with: a histogram by operation.
    pub rows: Option<Instrument>,
    /// Bytes given to the calls: a counter by operation.
    pub sent: Option<Instrument>,
    /// Bytes they answered with: a counter by operation.
    pub received: Option<Instrument>,
}

impl Instruments {
    /// Those of queries and programs on connections. The names of duration and
    /// rows are OpenTelemetry's; it has none for the others.
    pub const DATABASE: Self = Self {
        duration: Instrument {
            name: "db.client.operation.duration",
            kind: Kind::Histogram,
            unit: Unit::Seconds,
            labels: &[LABEL_OPERATION, LABEL_ERROR],
            description: "How long queries and programs took.",
        },
        errors: Some(Instrument {
            name: "db.client.operation.errors",
            kind: Kind::Counter,
            unit: Unit::Count,
            labels: &[LABEL_OPERATION, LABEL_ERROR],
            description: "Queries, programs and groups of programs that failed.",
        }),
        rows: Some(Instrument {
            name: "db.client.response.returned_rows",
            kind: Kind::Histogram,
            unit: Unit::Count,
            labels: &[LABEL_OPERATION],
            description: "How many rows each query or program answered with.",
        }),
        sent: Some(Instrument {
            name: "db.client.request.bytes",
            kind: Kind::Counter,
            unit: Unit::Bytes,
            labels: &[LABEL_OPERATION],
            description: "Bytes of SQL and values in queries and programs.",
        }),
        received: Some(Instrument {
            name: "db.client.response.bytes",
            kind: Kind::Counter,
            unit: Unit::Bytes,
            labels: &[LABEL_OPERATION],
            description: "Bytes of values in answers.",
        }),
    };

    /// Those of the opening of connections.
    pub const CONNECTION: Self = Self {
        duration: Instrument {
            name: "db.client.connection.create_time",
            kind: Kind::Histogram,
            unit: Unit::Seconds,
            labels: &[LABEL_ERROR],
            description: "How long opening a connection took.",
        },
        errors: Some(Instrument {
            name: "db.client.connection.create_errors",
            kind: Kind::Counter,
            unit: Unit::Count,
            labels: &[LABEL_ERROR],
            description: "Connections that could not be opened.",
        }),
        rows: None,
        sent: None,
        received: None,
    };

    /// That of waiting for a connection.
    pub const WAIT: Self = Self {
        duration: Instrument {
            name: "db.client.connection.wait_time",
            kind: Kind::Histogram,
            unit: Unit::Seconds,
            labels: &[LABEL_POOL, LABEL_ERROR],
            description: "How long tasks waited for a connection, those who found one idle included.",
        },
        errors: None,
        rows: None,
        sent: None,
        received: None,
    };

    /// That of keeping a connection.
    pub const USE: Self = Self {
        duration: Instrument {
            name: "db.client.connection.use_time",
            kind: Kind::Histogram,
            unit: Unit::Seconds,
            labels: &[LABEL_POOL],
            description: "How long connections were on loan.",
        },
        errors: None,
        rows: None,
        sent: None,
        received: None,
    };

    /// The label that names the operation, if it has a name.
    pub(crate) fn label(&self) -> Option<&'static str> {
        let first = self.duration.labels.first().copied();
        first.filter(|label| *label != LABEL_ERROR)
    }

    /// All of them, in the order of the fields.
    pub fn iter(&self) -> impl Iterator<Item = &Instrument> {
        [
            Some(&self.duration),
            self.errors.as_ref(),
            self.rows.as_ref(),
            self.sent.as_ref(),
            self.received.as_ref(),
        ]
        .into_iter()
        .flatten()
    }
}
