use super::record::Record;
use crate::WriteId;
use std::sync::Arc;

/// A stored record and the write that made it what it is.
#[derive(Debug)]
pub(super) struct Row<R> {
    pub(super) value: Arc<R>,
    /// The update that made this revision; none when anything else made it.
    pub(super) write_id: Option<WriteId>,
    /// The size of the record, measured once.
    pub(super) bytes: usize,
}

impl<R: Record> Row<R> {
    pub(super) fn new(value: R, write_id: Option<WriteId>) -> Self {
        Self {
            bytes: value.size_bytes(),
            value: Arc::new(value),
            write_id,
        }
    }
}
