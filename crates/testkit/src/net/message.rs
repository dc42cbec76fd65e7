use std::io;

use tokio::io::{AsyncBufRead, AsyncBufReadExt as _, AsyncReadExt as _};

/// Longest head of a message that is read.
const HEAD_MAX: u64 = 256 << 10;
/// Longest body of a message that is read. A response of sqld ends at 10 MB.
const BODY_MAX: u64 = 256 << 20;

/// One HTTP/1.1 request or response, whole: the start line, the headers in
/// their order, and the body as it was framed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    start: String,
    headers: Vec<(String, String)>,
    framed: Vec<u8>,
}

impl Message {
    /// A request with a body of known length.
    pub fn request(method: &str, path: &str, body: impl Into<Vec<u8>>) -> Self {
        Self::sized(format!("{method} {path} HTTP/1.1"), body.into())
    }

    /// A response with a body of known length.
    pub fn response(status: u16, body: impl Into<Vec<u8>>) -> Self {
        Self::sized(format!("HTTP/1.1 {status} {}", reason(status)), body.into())
    }

    fn sized(start: String, framed: Vec<u8>) -> Self {
        let length = framed.len().to_string();
        Self {
            start,
            headers: vec![("content-length".into(), length)],
            framed,
        }
    }

    /// The same with one more header, instead of those of that name.
    #[must_use]
    pub fn with_header(mut self, name: &str, value: &str) -> Self {
        self.set_header(name, value);
        self
    }

    pub(crate) fn set_header(&mut self, name: &str, value: &str) {
        self.headers.retain(|(n, _)| !n.eq_ignore_ascii_case(name));
        self.headers.push((name.into(), value.into()));
    }

    /// The method of a request.
    pub fn method(&self) -> &str {
        self.word(0)
    }

    /// The path of a request, with its query.
    pub fn path(&self) -> &str {
        self.word(1)
    }

    /// The status of a response; 0 for a request.
    pub fn status(&self) -> u16 {
        self.word(1).parse().unwrap_or(0)
    }

    pub(crate) fn prefix_path(&mut self, base: &str) {
        self.start = self.start.replacen(' ', &format!(" {base}"), 1);
    }

    fn word(&self, index: usize) -> &str {
        self.start.split(' ').nth(index).unwrap_or("")
    }

    /// The first header of that name; case does not matter.
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut headers = self.headers.iter();
        headers
            .find(|(n, _)| n.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }

    /// All headers, in their order.
    pub fn headers(&self) -> &[(String, String)] {
        &self.headers
    }

    /// The body without its framing. A content encoding is left as it is.
    pub fn body(&self) -> Vec<u8> {
        if self.is_chunked() {
            unchunked(&self.framed)
        } else {
            self.framed.clone()
        }
    }

    /// The body as text, with what is not UTF-8 replaced.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body()).into_owned()
    }

    /// The message as it goes over the wire.
    pub fn bytes(&self) -> Vec<u8> {
        let mut head = format!("{}\r\n", self.start);
        for (name, value) in &self.headers {
            head.extend([name, ": ", value, "\r\n"]);
        }
        head.push_str("\r\n");
        let mut bytes = head.into_bytes();
        bytes.extend_from_slice(&self.framed);
        bytes
    }

    /// Whether the connection may serve another message after this one.
    pub(crate) fn keeps_alive(&self) -> bool {
        let close = self.header("connection");
        !close.is_some_and(|value| value.eq_ignore_ascii_case("close"))
    }

    fn is_chunked(&self) -> bool {
        let encoding = self.header("transfer-encoding");
        encoding.is_some_and(|value| value.to_ascii_lowercase().contains("chunked"))
    }

    fn is_response(&self) -> bool {
        self.start.starts_with("HTTP/")
    }

    fn has_no_body(&self) -> bool {
        matches!(self.status(), 100..=199 | 204 | 304)
    }

    /// Reads one message, `None` when the other side closed before its first
    /// byte.
    ///
    /// # Errors
    ///
    /// When it ends early, is no HTTP/1.1 or is longer than 256 MiB.
    ///
    /// # Cancellation
    ///
    /// Part of the message may have been read: the stream is of no more use.
    pub async fn read<R>(reader: &mut R) -> io::Result<Option<Self>>
    where
        R: AsyncBufRead + Unpin,
    {
        let Some(mut message) = Self::read_head(reader).await? else {
            return Ok(None);
        };
        message.framed = message.read_body(reader).await?;
        Ok(Some(message))
    }

    async fn read_head<R: AsyncBufRead + Unpin>(reader: &mut R) -> io::Result<Option<Self>> {
        let mut reader = reader.take(HEAD_MAX);
        let start = line(&mut reader).await?;
        if start.is_empty() {
            return Ok(None);
        }
        let mut message = Self {
            start: trimmed(&start),
            headers: Vec::new(),
            framed: Vec::new(),
        };
        loop {
            let header = trimmed(&full(line(&mut reader).await?)?);
            if header.is_empty() {
                return Ok(Some(message));
            }
            let (name, value) = header.split_once(':').ok_or_else(|| bad("a header"))?;
            message.headers.push((name.into(), value.trim().into()));
        }
    }

    async fn read_body<R: AsyncBufRead + Unpin>(&self, reader: &mut R) -> io::Result<Vec<u8>> {
        if self.is_chunked() {
            read_chunks(reader).await
        } else if let Some(length) = self.header("content-length") {
            read_exactly(reader, length.parse().map_err(|_| bad("a length"))?).await
        } else if self.is_response() && !self.has_no_body() {
            let mut body = Vec::new();
            reader.take(BODY_MAX).read_to_end(&mut body).await?;
            Ok(body)
        } else {
            Ok(Vec::new())
        }
    }
}

async fn line<R: AsyncBufRead + Unpin>(reader: &mut R) -> io::Result<Vec<u8>> {
    let mut line = Vec::new();
    reader.read_until(b'\n', &mut line).await?;
    Ok(line)
}

/// An end of the stream within a message is an error.
fn full(line: Vec<u8>) -> io::Result<Vec<u8>> {
    if line.ends_with(b"\n") {
        Ok(line)
    } else {
        Err(io::ErrorKind::UnexpectedEof.into())
    }
}

fn trimmed(line: &[u8]) -> String {
    String::from_utf8_lossy(line).trim_end().to_owned()
}

async fn read_exactly<R: AsyncBufRead + Unpin>(reader: &mut R, length: u64) -> io::Result<Vec<u8>> {
    if length > BODY_MAX {
        return Err(bad("a body over the limit"));
    }
    let mut body = Vec::new();
    reader.take(length).read_to_end(&mut body).await?;
    if body.len() as u64 == length {
        Ok(body)
    } else {
        Err(io::ErrorKind::UnexpectedEof.into())
    }
}

/// The chunks as they came, sizes, trailers and all.
async fn read_chunks<R: AsyncBufRead + Unpin>(reader: &mut R) -> io::Result<Vec<u8>> {
    let mut framed = Vec::new();
    loop {
        let size_line = full(line(reader).await?)?;
        let size = chunk_size(&size_line).ok_or_else(|| bad("a chunk size"))?;
        framed.extend_from_slice(&size_line);
        if size == 0 {
            break;
        }
        let room = BODY_MAX.saturating_sub(framed.len() as u64);
        if size > room {
            return Err(bad("a body over the limit"));
        }
        framed.extend(read_exactly(reader, size + 2).await?);
    }
    loop {
        let trailer = full(line(reader).await?)?;
        framed.extend_from_slice(&trailer);
        if trimmed(&trailer).is_empty() {
            return Ok(framed);
        }
    }
}

fn chunk_size(line: &[u8]) -> Option<u64> {
    let text = std::str::from_utf8(line).ok()?;
    u64::from_str_radix(text.split(';').next()?.trim(), 16).ok()
}

/// What the chunks hold, as far as they are well formed.
fn unchunked(mut framed: &[u8]) -> Vec<u8> {
    let mut body = Vec::new();
    while let Some((content, rest)) = first_chunk(framed) {
        body.extend_from_slice(content);
        framed = rest;
    }
    body
}

fn first_chunk(framed: &[u8]) -> Option<(&[u8], &[u8])> {
    let end = framed.iter().position(|&byte| byte == b'\n')? + 1;
    let (size_line, rest) = framed.split_at_checked(end)?;
    let size = usize::try_from(chunk_size(size_line)?).ok()?;
    let (content, rest) = rest.split_at_checked(size)?;
    (size > 0).then_some((content, rest.get(2..)?))
}

fn bad(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, format!("{what} in HTTP"))
}

fn reason(status: u16) -> &'static str {
    match status {
        200 => "OK",
        204 => "No Content",
        400 => "Bad Request",
        401 => "Unauthorized",
        403 => "Forbidden",
        404 => "Not Found",
        429 => "Too Many Requests",
        500 => "Internal Server Error",
        502 => "Bad Gateway",
        503 => "Service Unavailable",
        504 => "Gateway Timeout",
        _ => "Status",
    }
}
