use std::env;
use std::path::PathBuf;

use crate::data::workspace;
use crate::{Error, ErrorKind, Result, skipped};

/// Names another binary.
const OVERRIDE: &str = "SQLD_BIN";
/// Where `scripts/sqld.sh` puts it, seen from the root of the workspace.
const IN_WORKSPACE: &str = "target/sqld/sqld";
/// Makes its absence a failure.
const REQUIRE: &str = "TESTKIT_REQUIRE_SQLD";

/// The binary, or `None` after saying that `test` is skipped.
pub(crate) fn find(test: &str) -> Result<Option<PathBuf>> {
    let named = env::var_os(OVERRIDE).map(PathBuf::from);
    let candidate = named.or_else(|| Some(workspace()?.join(IN_WORKSPACE)));
    let found = candidate.filter(|path| path.is_file());
    if found.is_none() {
        absent(test)?;
    }
    Ok(found)
}

fn absent(test: &str) -> Result<()> {
    let why = format!("no sqld at {IN_WORKSPACE} (run scripts/sqld.sh), and {OVERRIDE} names none");
    if is_required() {
        return Err(Error::new(ErrorKind::Data, format!("{test}: {why}")));
    }
    skipped(test, &why);
    Ok(())
}

fn is_required() -> bool {
    [REQUIRE, "CI"].into_iter().any(is_set)
}

fn is_set(name: &str) -> bool {
    env::var(name).is_ok_and(|value| !matches!(value.as_str(), "" | "0" | "false"))
}
