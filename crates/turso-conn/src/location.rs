//! Where a database is.

use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use crate::{Error, ErrorKind, Result, Secret};

/// Where a database is: a file, private memory, or a server.
///
/// | text | meaning |
/// |---|---|
/// | `notes.db`, `/var/notes.db` | a file |
/// | `file:notes.db`, `file:///var/notes.db` | a file; options after `?` are refused |
/// | `:memory:` | one private database, gone with its connection |
/// | `libsql://host`, `https://host`, `http://host` | a server; `?authToken=…` is its token |
///
/// `Display` shows neither a token nor anything else after `?`.
///
/// ```
/// use turso_conn::Location;
///
/// let place: Location = "libsql://db.example.org?authToken=abc".parse()?;
/// assert_eq!(place.to_string(), "libsql://db.example.org");
/// # Ok::<(), turso_conn::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Location {
    /// A file on this machine.
    File(PathBuf),
    /// A private database in memory.
    Memory,
    /// A server.
    Remote(RemoteLocation),
}

impl Location {
    /// The file at `path`, whatever its name looks like.
    ///
    /// # Errors
    /// [`ErrorKind::Misuse`] for an empty path, one with NUL, and one that is not UTF-8.
    pub fn file(path: impl Into<PathBuf>) -> Result<Self> {
        let path = path.into();
        match path.to_str() {
            None => Err(refuse("a path that is not UTF-8")),
            Some("") => Err(refuse("an empty path")),
            Some(text) if text.contains('\0') => Err(refuse("NUL in it")),
            Some(_) => Ok(Self::File(path)),
        }
    }

    /// The file's path, if it is a file.
    pub fn as_path(&self) -> Option<&Path> {
        match self {
            Self::File(path) => Some(path),
            _ => None,
        }
    }

    /// Whether it is a server.
    pub fn is_remote(&self) -> bool {
        matches!(self, Self::Remote(_))
    }
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => path.display().fmt(f),
            Self::Memory => f.write_str(":memory:"),
            Self::Remote(remote) => remote.fmt(f),
        }
    }
}

impl FromStr for Location {
    type Err = Error;

    /// # Errors
    /// [`ErrorKind::Misuse`] for what is empty, contains NUL, or is no location;
    /// [`ErrorKind::Unsupported`] for another scheme. The message never repeats
    /// the text, which may contain a token.
    fn from_str(text: &str) -> Result<Self> {
        if text.contains('\0') {
            return Err(refuse("NUL in it"));
        }
        if text == ":memory:" {
            return Ok(Self::Memory);
        }
        match text.split_once(':') {
            Some((scheme, rest)) if is_scheme(scheme) => from_url(scheme, rest, text),
            _ => Self::file(text),
        }
    }
}

/// Two letters at least: `C:\notes.db` is a path.
fn is_scheme(text: &str) -> bool {
    text.len() > 1
        && text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c))
}

fn from_url(scheme: &str, rest: &str, text: &str) -> Result<Location> {
    match (Scheme::parse(scheme), rest.strip_prefix("//")) {
        _ if scheme.eq_ignore_ascii_case("file") => from_file_url(rest),
        (Some(scheme), Some(rest)) => RemoteLocation::parse(scheme, rest).map(Location::Remote),
        (Some(_), None) => Err(refuse("no // after the scheme")),
        (None, Some(_)) => Err(Error::new(
            ErrorKind::Unsupported,
            "location: unknown scheme",
        )),
        (None, None) => Location::file(text),
    }
}

fn from_file_url(rest: &str) -> Result<Location> {
    if rest.contains(['?', '#', '%']) {
        return Err(refuse(
            "options or escapes after file: (give the plain path instead)",
        ));
    }
    match rest.strip_prefix("//") {
        None => Location::file(rest),
        Some(rest) => match rest.strip_prefix("localhost").unwrap_or(rest) {
            path if path.starts_with('/') => Location::file(path),
            _ => Err(refuse("file:// with a host (write file:///path)")),
        },
    }
}

fn refuse(why: &str) -> Error {
    Error::new(ErrorKind::Misuse, format!("location: {why}"))
}

/// How a server is spoken to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Scheme {
    /// `libsql://`: the same as `https://`, unless the option `tls=0` says plain.
    Libsql,
    /// `https://`.
    Https,
    /// `http://`: unencrypted.
    Http,
}

impl Scheme {
    fn parse(text: &str) -> Option<Self> {
        let same = |name: &str| text.eq_ignore_ascii_case(name);
        match () {
            () if same("libsql") => Some(Self::Libsql),
            () if same("https") => Some(Self::Https),
            () if same("http") => Some(Self::Http),
            () => None,
        }
    }

    fn as_str(self) -> &'static str {
        match self {
            Self::Libsql => "libsql",
            Self::Https => "https",
            Self::Http => "http",
        }
    }
}

/// A server: scheme, host, port, path, and the token that came with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RemoteLocation {
    scheme: Scheme,
    tls: bool,
    host: String,
    port: Option<u16>,
    path: String,
    token: Option<Secret>,
}

impl RemoteLocation {
    fn parse(scheme: Scheme, rest: &str) -> Result<Self> {
        let (rest, query) = rest.split_once('?').unwrap_or((rest, ""));
        if rest.contains('#') || query.contains('#') {
            return Err(refuse("a fragment after #"));
        }
        let (authority, path) = match rest.find('/') {
            Some(at) => rest.split_at(at),
            None => (rest, ""),
        };
        if authority.contains('@') {
            return Err(refuse("a user name or password (give a token instead)"));
        }
        let (host, port) = host_and_port(authority)?;
        check_path(path)?;
        let mut remote = Self {
            scheme,
            tls: scheme != Scheme::Http,
            host: host.to_ascii_lowercase(),
            port,
            path: path.trim_end_matches('/').to_owned(),
            token: None,
        };
        query
            .split('&')
            .filter(|option| !option.is_empty())
            .try_for_each(|o| remote.option(o))?;
        Ok(remote)
    }

    fn option(&mut self, option: &str) -> Result<()> {
        let (name, value) = option.split_once('=').unwrap_or((option, ""));
        match (name, value) {
            ("authToken", token) if !token.is_empty() => self.token = Some(Secret::new(token)),
            ("tls", "0") if self.scheme == Scheme::Libsql => self.tls = false,
            ("tls", "1") if self.scheme == Scheme::Libsql => self.tls = true,
            _ => {
                return Err(refuse(
                    "an unknown option after ? (authToken and tls are known)",
                ));
            }
        }
        Ok(())
    }

    /// The scheme as written.
    pub fn scheme(&self) -> Scheme {
        self.scheme
    }

    /// Whether the connection is encrypted.
    pub fn is_tls(&self) -> bool {
        self.tls
    }

    /// The host name or address, in lower case; an IPv6 address without brackets.
    pub fn host(&self) -> &str {
        self.host.trim_start_matches('[').trim_end_matches(']')
    }

    /// The port: as written, else 443 with TLS and 80 without.
    pub fn port(&self) -> u16 {
        self.port.unwrap_or(if self.tls { 443 } else { 80 })
    }

    /// The path before the protocol's own, without a slash at its end; often empty.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The token of `?authToken=`.
    pub fn token(&self) -> Option<&Secret> {
        self.token.as_ref()
    }

    /// Whether the host is this machine by its name or address.
    pub fn is_loopback(&self) -> bool {
        let host = self.host();
        let address = host.parse::<std::net::IpAddr>();
        host == "localhost" || address.is_ok_and(|address| address.is_loopback())
    }
}

impl fmt::Display for RemoteLocation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}", self.scheme.as_str(), self.host)?;
        if let Some(port) = self.port {
            write!(f, ":{port}")?;
        }
        f.write_str(&self.path)
    }
}

fn host_and_port(authority: &str) -> Result<(&str, Option<u16>)> {
    let end_of_host = authority.find(']').map_or(0, |at| at + 1);
    let (host, port) = match authority
        .get(end_of_host..)
        .and_then(|rest| rest.rfind(':'))
    {
        Some(at) => authority.split_at(end_of_host + at),
        None => (authority, ""),
    };
    if !is_host(host) {
        return Err(refuse("no valid host name"));
    }
    match port.strip_prefix(':') {
        None => Ok((host, None)),
        Some(port) => match port.parse() {
            Ok(port) if port != 0 => Ok((host, Some(port))),
            _ => Err(refuse("no valid port")),
        },
    }
}

fn is_host(host: &str) -> bool {
    match host
        .strip_prefix('[')
        .and_then(|host| host.strip_suffix(']'))
    {
        Some(address) => address.parse::<std::net::Ipv6Addr>().is_ok(),
        None => {
            !host.is_empty()
                && host.len() <= 253
                && host
                    .chars()
                    .all(|c| c.is_ascii_alphanumeric() || "-._".contains(c))
        }
    }
}

fn check_path(path: &str) -> Result<()> {
    let plain = path
        .bytes()
        .all(|b| b.is_ascii_graphic() && !b"\"<>\\^`{|}".contains(&b));
    if plain {
        Ok(())
    } else {
        Err(refuse("a path with characters that need escapes"))
    }
}
