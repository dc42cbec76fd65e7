use std::sync::OnceLock;

use turso_conn::{LocalConfig, LocalConnector, Location};
use turso_metrics::Prometheus;

pub(crate) fn memory() -> LocalConnector {
    LocalConnector::new(&Location::Memory, LocalConfig::default()).unwrap()
}

/// The recorder of this process, of which there is one for all tests that run in it.
pub(crate) fn prometheus() -> &'static Prometheus {
    static INSTALLED: OnceLock<Prometheus> = OnceLock::new();
    INSTALLED.get_or_init(|| Prometheus::install().unwrap())
}
