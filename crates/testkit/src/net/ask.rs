use std::io::{self, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use super::Message;

/// How long a server may take to answer a question about itself.
const PATIENCE: Duration = Duration::from_secs(5);

/// Sends one request on a connection of its own and returns the status of the
/// answer. Blocks.
pub(crate) fn ask(address: SocketAddr, request: Message) -> io::Result<u16> {
    let request = request
        .with_header("host", "localhost")
        .with_header("content-type", "application/json")
        .with_header("connection", "close");
    let mut stream = TcpStream::connect_timeout(&address, PATIENCE)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.write_all(&request.bytes())?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer)?;
    status(&answer).ok_or_else(|| io::ErrorKind::InvalidData.into())
}

fn status(answer: &[u8]) -> Option<u16> {
    let line = answer.split(|&byte| byte == b'\r').next()?;
    let line = std::str::from_utf8(line).ok()?;
    line.strip_prefix("HTTP/1.1 ")?.get(..3)?.parse().ok()
}
