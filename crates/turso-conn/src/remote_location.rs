//! A server's address.

use std::fmt;

use crate::location::refuse;
use crate::{Result, Secret};

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
    pub(crate) fn parse(text: &str) -> Option<Self> {
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
    pub(crate) fn parse(scheme: Scheme, rest: &str) -> Result<Self> {
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
