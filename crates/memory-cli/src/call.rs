use memory_storage_turso::{Namespace, Timestamp};

/// What is the same for everything that one call of the command does.
#[derive(Clone, Debug)]
pub(crate) struct Call {
    /// Where the database is, as it was written.
    pub(crate) db: String,
    /// Whether the command line says so, and not the environment.
    pub(crate) names_database: bool,
    /// The namespace, if one was named.
    pub(crate) namespace: Option<Namespace>,
    /// Whether the output is JSON.
    pub(crate) json: bool,
    /// When the command began.
    pub(crate) now: Timestamp,
}

impl Call {
    /// The namespace to work in.
    pub(crate) fn namespace(&self) -> Namespace {
        self.namespace.clone().unwrap_or_default()
    }
}
