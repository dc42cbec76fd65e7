use std::ops::Sub;

/// What passed through a front. Differences of two of them say what one
/// operation cost.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Counts {
    /// Requests that arrived whole.
    pub requests: u64,
    /// Requests refused for their token.
    pub refused: u64,
    /// Connections accepted.
    pub connections: u64,
    /// Connections open now.
    pub open: u64,
    /// Bytes from the client, as they went over the wire.
    pub bytes_in: u64,
    /// Bytes to the client, as they went over the wire.
    pub bytes_out: u64,
}

impl Sub for Counts {
    type Output = Self;

    /// What was added since `earlier`; `open` is as it is now.
    fn sub(self, earlier: Self) -> Self {
        Self {
            requests: self.requests.saturating_sub(earlier.requests),
            refused: self.refused.saturating_sub(earlier.refused),
            connections: self.connections.saturating_sub(earlier.connections),
            open: self.open,
            bytes_in: self.bytes_in.saturating_sub(earlier.bytes_in),
            bytes_out: self.bytes_out.saturating_sub(earlier.bytes_out),
        }
    }
}
