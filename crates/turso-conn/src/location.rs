//! Where a database is.

use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use crate::remote_location::{RemoteLocation, Scheme};
use crate::{Error, ErrorKind, Result};

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

pub(crate) fn refuse(why: &str) -> Error {
    Error::new(ErrorKind::Misuse, format!("location: {why}"))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn parse(text: &str) -> Result<Location> {
        text.parse()
    }

    fn remote(text: &str) -> RemoteLocation {
        match parse(text).unwrap() {
            Location::Remote(remote) => remote,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn paths_are_files() {
        let table = [
            ("notes.db", "notes.db"),
            ("/var/notes.db", "/var/notes.db"),
            ("a b:c", "a b:c"),
            ("notes:2024.db", "notes:2024.db"),
            ("C:\\notes.db", "C:\\notes.db"),
            ("file:notes.db", "notes.db"),
            ("FILE:/var/notes.db", "/var/notes.db"),
            ("file:///var/notes.db", "/var/notes.db"),
            ("file://localhost/var/notes.db", "/var/notes.db"),
            ("50%.db", "50%.db"),
        ];
        for (text, path) in table {
            assert_eq!(parse(text).unwrap(), Location::File(path.into()), "{text}");
        }
        assert_eq!(parse(":memory:").unwrap(), Location::Memory);
    }

    #[test]
    fn what_is_no_location_is_refused() {
        let misuse = [
            "",
            "a\0b",
            "file:",
            "file://",
            "file://host/x.db",
            "file:x.db?mode=memory",
            "file:a%20b.db",
            "libsql:host",
            "https://",
            "https://:8080",
            "https://ho st",
            "https://host:0",
            "https://host:99999",
            "https://host/a b",
            "https://user:pass@host",
            "libsql://host?authToken=",
            "libsql://host?other=1",
            "https://host?tls=0",
            "https://host#x",
            "https://[::g]",
        ];
        for text in misuse {
            assert_eq!(parse(text).unwrap_err().kind(), ErrorKind::Misuse, "{text}");
        }
        for text in [
            "sqlite://x",
            "postgres://host/db",
            "ws://host",
            "wss://host",
        ] {
            assert_eq!(
                parse(text).unwrap_err().kind(),
                ErrorKind::Unsupported,
                "{text}"
            );
        }
    }

    #[test]
    fn servers_have_their_parts() {
        let plain = remote("libsql://Db.Example.ORG");
        assert_eq!(
            (plain.host(), plain.port(), plain.is_tls()),
            ("db.example.org", 443, true)
        );
        let full = remote("HTTPS://db.example.org:8443/v1/ns/?authToken=a=b");
        assert_eq!((full.port(), full.path()), (8443, "/v1/ns"));
        assert_eq!(full.token().unwrap().expose(), "a=b");
        assert_eq!(full.to_string(), "https://db.example.org:8443/v1/ns");
        let local = remote("libsql://[::1]:8080?tls=0");
        assert_eq!(
            (local.host(), local.port(), local.is_tls()),
            ("::1", 8080, false)
        );
        assert_eq!(local.to_string(), "libsql://[::1]:8080");
        assert_eq!(remote("http://127.1.2.3").port(), 80);
    }

    #[test]
    fn loopback_is_this_machine_only() {
        for text in [
            "http://localhost",
            "http://LOCALHOST:1",
            "http://127.0.0.9",
            "http://[::1]",
        ] {
            assert!(remote(text).is_loopback(), "{text}");
        }
        for text in [
            "http://localhost.example.org",
            "http://10.0.0.1",
            "http://127.0.0.1.nip.io",
        ] {
            assert!(!remote(text).is_loopback(), "{text}");
        }
    }

    #[test]
    fn a_token_is_shown_nowhere() {
        let shown = |text: &str| match parse(text) {
            Ok(place) => format!("{place} {place:?}"),
            Err(error) => format!("{error} {error:?}"),
        };
        for text in [
            "libsql://host/path?authToken=canary",
            "libsql://canary@host",
            "https://user:canary@host?authToken=canary",
            "https://host?token=canary",
            "wss://host?authToken=canary",
            "libsql://host?authToken=canary#x",
        ] {
            assert!(!shown(text).contains("canary"), "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_text_ends_in_an_answer(text in ".{0,80}") {
            let _ = parse(&text);
        }

        #[test]
        fn anything_like_a_url_ends_in_an_answer(
            scheme in "(file|libsql|http|https|x)",
            rest in "[/a-z0-9:@?#%&=.\\[\\]\u{0}-\u{20}\u{e9}-]{0,40}",
        ) {
            if let Ok(place) = parse(&format!("{scheme}:{rest}")) {
                let shown = place.to_string();
                prop_assert!(!place.is_remote() || !shown.contains(['?', '@', '#']));
            }
        }

        #[test]
        fn what_is_shown_of_a_server_is_the_same_server(
            host in "[a-z][a-z0-9-]{0,10}",
            port in proptest::option::of(1_u16..),
            path in "(/[a-z0-9]{1,5}){0,3}",
        ) {
            let port = port.map(|port| format!(":{port}")).unwrap_or_default();
            let text = format!("https://{host}{port}{path}");
            let place = parse(&text).unwrap();
            prop_assert_eq!(&place.to_string(), &text);
            prop_assert_eq!(parse(&place.to_string()).unwrap(), place);
        }
    }
}
