use std::io;

use async_trait::async_trait;

use super::Message;

/// What stands behind one connection of a front.
#[async_trait]
pub(crate) trait Backend: Send {
    /// Answers one request. An error closes the client's connection.
    async fn answer(&mut self, request: &Message) -> io::Result<Message>;
}

/// Makes what stands behind a new connection.
pub(crate) type Backends = Box<dyn Fn() -> Box<dyn Backend> + Send + Sync>;
