//! Where requests go.

use crate::{Location, RemoteLocation};

/// A server and the path before the protocol's own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Target {
    pub(super) tls: bool,
    pub(super) host: String,
    pub(super) port: u16,
    pub(super) path: String,
}

impl Target {
    pub(super) fn of(location: &RemoteLocation) -> Self {
        Self {
            tls: location.is_tls(),
            host: location.host().to_owned(),
            port: location.port(),
            path: location.path().to_owned(),
        }
    }

    /// The `Host` header: an IPv6 address in brackets, no port where it is the usual one.
    pub(super) fn authority(&self) -> String {
        let host = if self.host.contains(':') {
            format!("[{}]", self.host)
        } else {
            self.host.clone()
        };
        let usual = if self.tls { 443 } else { 80 };
        if self.port == usual {
            host
        } else {
            format!("{host}:{}", self.port)
        }
    }

    /// The target that an answer's `base_url` names, if it may be followed from
    /// here: from an encrypted place to any other; from one that is not only to
    /// the same host, and with a token only where it has been already.
    pub(super) fn follow(&self, base_url: &str, token: bool) -> Option<Self> {
        let Ok(Location::Remote(location)) = base_url.parse() else {
            return None;
        };
        let target = Self::of(&location);
        let same_host = target.host == self.host;
        let same_place = same_host && target.port == self.port && target.tls == self.tls;
        let plain = !self.tls && same_host && (same_place || !token);
        let allowed = if target.tls { self.tls } else { plain };
        allowed.then_some(target)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn target(url: &str) -> Target {
        match url.parse().unwrap() {
            Location::Remote(location) => Target::of(&location),
            _ => unreachable!(),
        }
    }

    #[test]
    fn the_host_header_names_only_an_unusual_port() {
        assert_eq!(target("http://h").authority(), "h");
        assert_eq!(target("http://h:8080/x").authority(), "h:8080");
        assert_eq!(target("libsql://h").authority(), "h");
        assert_eq!(target("https://h:80").authority(), "h:80");
        assert_eq!(target("http://[::1]:81").authority(), "[::1]:81");
    }

    #[test]
    fn a_base_url_is_followed_only_where_nothing_is_given_away() {
        let table = [
            ("https://h", "https://other", true, true),
            ("https://h", "libsql://other:8443/path", true, true),
            ("https://h", "http://h", false, false),
            ("https://h", "http://h", true, false),
            ("https://h", "libsql://h?tls=0", false, false),
            ("http://h", "http://h/db", true, true),
            ("http://h", "http://h:8080", false, true),
            ("http://h", "http://h:8080", true, false),
            ("http://h", "http://other", false, false),
            ("http://h", "https://h", false, false),
            ("https://h", "file:///etc/passwd", false, false),
            ("https://h", "", false, false),
            ("https://h", "https://user:secret@other", false, false),
        ];
        for (home, base_url, token, expected) in table {
            let followed = target(home).follow(base_url, token).is_some();
            assert_eq!(followed, expected, "{home} to {base_url}, token: {token}");
        }
    }
}
