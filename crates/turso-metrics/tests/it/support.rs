use turso_conn::{LocalConfig, LocalConnector, Location};

pub(crate) fn memory() -> LocalConnector {
    LocalConnector::new(&Location::Memory, LocalConfig::default()).unwrap()
}
