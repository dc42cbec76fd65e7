//! The store traits for shared backends, so that layers stack over `Arc<dyn StorageBackend>`.
