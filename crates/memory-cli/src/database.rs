use crate::call::Call;
use crate::error::{Error, Result};
use memory_storage_turso as memory;
use memory_storage_turso::{
    Access, Builder, Config, ErrorKind, ScalingPolicy, Sizing, TursoStorage,
};
use std::path::Path;

/// Opens the database to store episodes in; it is made if it does not exist.
pub(crate) async fn create(call: &Call) -> Result<TursoStorage> {
    open(call, Access::Create).await
}

/// Opens a database that exists.
pub(crate) async fn existing(call: &Call) -> Result<TursoStorage> {
    if file_of(&call.db).is_some_and(is_missing) {
        let context = format!("there is no database at {}", call.db);
        let next =
            "`memory import FILE` makes one there; --db or TURSO_DATABASE_URL looks elsewhere";
        return Err(Error::not_found(context).next(next));
    }
    open(call, Access::ReadWrite).await
}

/// Whether there is nothing at `path`. An empty one is no path at all, which opening it says best.
fn is_missing(path: &Path) -> bool {
    !path.as_os_str().is_empty() && !path.exists()
}

/// Opens a database that exists, to read only. One that cannot be written to is read as it is.
pub(crate) async fn readable(call: &Call) -> Result<TursoStorage> {
    match existing(call).await {
        Err(error) if error.kind() == Some(ErrorKind::ReadOnly) => {
            open(call, Access::ReadOnly).await
        }
        opened => opened,
    }
}

async fn open(call: &Call, access: Access) -> Result<TursoStorage> {
    let opened = async { builder(&call.db)?.access(access).build().await };
    opened.await.map_err(|e| refused(&call.db, e))
}

/// A storage at `db`; a server gets the token in TURSO_AUTH_TOKEN. Most commands make one call:
/// more connections are opened when there is more to do.
fn builder(db: &str) -> memory::Result<Builder> {
    let mut config = Config::at(db);
    #[cfg(feature = "remote")]
    {
        config = config.with_env_token()?;
    }
    config.pool.sizing = Sizing::Adaptive(ScalingPolicy {
        min_size: 1,
        ..ScalingPolicy::default()
    });
    Ok(config.into())
}

fn refused(db: &str, error: memory::Error) -> Error {
    let (kind, context) = (error.kind(), format!("cannot open {}", place(db)));
    match kind {
        ErrorKind::Corrupt => Error::failed(context)
            .because(error)
            .next("name another file with --db, or restore this one from a copy or an export"),
        ErrorKind::Disconnected if file_of(db).is_some() => Error::failed(context)
            .because(error)
            .next("check that it names a file, and that the file and its directory may be read and written"),
        ErrorKind::Misuse => Error::storage(context, error).next(PLACES),
        ErrorKind::Unsupported if has_unknown_scheme(db) => {
            Error::usage(context).because(error).next(PLACES)
        }
        _ => Error::storage(context, error),
    }
}

/// What a location can be.
const PLACES: &str = "name a path, or a server by libsql://host, https://host or http://host";

/// Whether it is a URL, but of nothing that can be connected to.
fn has_unknown_scheme(db: &str) -> bool {
    let known = ["libsql", "https", "http"];
    db.split_once("://")
        .is_some_and(|(scheme, _)| known.iter().all(|name| !scheme.eq_ignore_ascii_case(name)))
}

/// The location without what may be a token.
fn place(db: &str) -> &str {
    db.split_once('?').map_or(db, |(place, _)| place)
}

/// The path of a database in a file.
pub(crate) fn file_of(db: &str) -> Option<&Path> {
    let path = match db.split_once(':') {
        Some(("file", path)) => path.strip_prefix("//").unwrap_or(path),
        Some((scheme, rest)) if scheme.is_empty() || rest.starts_with("//") => return None,
        _ => db,
    };
    Some(Path::new(path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_files_have_a_path() {
        let path = |db| file_of(db).map(|path| path.to_str().unwrap());
        assert_eq!(path("memory.db"), Some("memory.db"));
        assert_eq!(path("file:a/b.db"), Some("a/b.db"));
        assert_eq!(path("file:///a/b.db"), Some("/a/b.db"));
        assert_eq!(path("a:b.db"), Some("a:b.db"));
        assert_eq!(path(":memory:"), None);
        assert_eq!(path("libsql://host"), None);
    }

    #[test]
    fn a_token_is_not_repeated() {
        assert_eq!(place("libsql://h?authToken=x"), "libsql://h");
    }
}
