use super::names::{INTERNAL, OPERATIONS};
use turso_conn::AnyConnector;
use turso_metrics::Metered;

/// How every connection of a storage is made: its queries and programs are timed.
pub(crate) type Connector = Metered<AnyConnector>;

pub(crate) fn metered(connector: AnyConnector) -> Connector {
    Metered::new(connector, OPERATIONS.into_iter().chain(INTERNAL))
}
