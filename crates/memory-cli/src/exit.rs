use std::process::ExitCode;

/// How the command ends. The numbers are part of the interface: scripts test them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    /// Done.
    Ok = 0,
    /// It failed; the message says what to do.
    Failed = 1,
    /// The command line makes no sense. Nothing was done.
    Usage = 2,
    /// What was asked for does not exist, or the database does not.
    NotFound = 3,
    /// Done, and something is wrong with the data.
    Problems = 4,
    /// The database was busy or out of reach: the same command can succeed later.
    TryAgain = 5,
}

/// The list of exit codes, as `--help` shows it.
pub(crate) const HELP: &str = "\
Exit codes:
  0  done
  1  failed; the message says what to do
  2  wrong usage; nothing was done
  3  not found: an episode, a pattern, a file or the database
  4  done, but the data has problems: `check` found damage, or `import` met
     relations to episodes that do not exist
  5  the database was busy or out of reach; the same command can succeed later";

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}
