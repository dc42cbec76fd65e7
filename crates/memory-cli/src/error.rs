use crate::exit::Exit;
use memory_storage_turso as memory;
use memory_storage_turso::ErrorKind;
use std::error::Error as StdError;
use std::fmt;
use std::io::{self, Write};

/// Why a command could not do its work, and what to do next.
#[derive(Debug)]
pub(crate) struct Error {
    exit: Exit,
    context: String,
    next: Option<String>,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

pub(crate) type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    pub(crate) fn new(exit: Exit, context: impl Into<String>) -> Self {
        Self {
            exit,
            context: context.into(),
            next: None,
            source: None,
        }
    }

    pub(crate) fn failed(context: impl Into<String>) -> Self {
        Self::new(Exit::Failed, context)
    }

    pub(crate) fn usage(context: impl Into<String>) -> Self {
        Self::new(Exit::Usage, context)
    }

    pub(crate) fn not_found(context: impl Into<String>) -> Self {
        Self::new(Exit::NotFound, context)
    }

    /// The same error with an advice, a sentence without its full stop.
    pub(crate) fn next(mut self, advice: impl Into<String>) -> Self {
        self.next = Some(advice.into());
        self
    }

    /// The same error with an advice, unless it has a better one.
    pub(crate) fn or_next(mut self, advice: impl Into<String>) -> Self {
        self.next.get_or_insert_with(|| advice.into());
        self
    }

    /// The same error, which also says what `followed` from it.
    pub(crate) fn and(mut self, followed: &str) -> Self {
        self.context = format!("{}: {followed}", self.context);
        self
    }

    pub(crate) fn because(mut self, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        self.source = Some(source.into());
        self
    }

    /// An error of the storage that happened while the command was `doing` something.
    pub(crate) fn storage(doing: impl Into<String>, error: memory::Error) -> Self {
        let next = advice(error.kind()).map(str::to_owned);
        Self {
            exit: exit_of(error.kind()),
            context: doing.into(),
            next,
            source: Some(error.into()),
        }
    }

    /// What kind of error of the storage it is, if it is one.
    pub(crate) fn kind(&self) -> Option<ErrorKind> {
        let source = self.source.as_deref()?;
        source
            .downcast_ref::<memory::Error>()
            .map(memory::Error::kind)
    }

    /// Writes the message, its causes and the advice to standard error.
    pub(crate) fn report(&self) -> Exit {
        if self.is_broken_pipe() {
            return Exit::Ok;
        }
        // There is nowhere left to report that standard error is closed.
        let _ = self.write_to(&mut io::stderr().lock());
        self.exit
    }

    fn write_to(&self, to: &mut dyn Write) -> io::Result<()> {
        writeln!(to, "memory: {self}")?;
        let mut cause = self.source();
        while let Some(error) = cause {
            writeln!(to, "  because: {error}")?;
            cause = error.source();
        }
        match &self.next {
            Some(next) => writeln!(to, "  next: {next}"),
            None => Ok(()),
        }
    }

    /// Whether the reader of the output went away, which is no failure: `memory list | head`.
    fn is_broken_pipe(&self) -> bool {
        let mut cause = self.source();
        while let Some(error) = cause {
            let io = error.downcast_ref::<io::Error>();
            if io.is_some_and(|e| e.kind() == io::ErrorKind::BrokenPipe) {
                return true;
            }
            cause = error.source();
        }
        false
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.context)
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.source.as_deref().map(|e| e as _)
    }
}

impl From<io::Error> for Error {
    fn from(error: io::Error) -> Self {
        Self::failed("cannot write the output").because(error)
    }
}

/// The error of a value from the command line, or of a storage that needs no more context.
impl From<memory::Error> for Error {
    fn from(error: memory::Error) -> Self {
        Self::storage("the memory could not do that", error)
    }
}

const fn exit_of(kind: ErrorKind) -> Exit {
    match kind {
        ErrorKind::NotFound => Exit::NotFound,
        ErrorKind::Misuse => Exit::Usage,
        kind if kind.is_retryable() => Exit::TryAgain,
        _ => Exit::Failed,
    }
}

const fn advice(kind: ErrorKind) -> Option<&'static str> {
    Some(match kind {
        ErrorKind::Busy => "wait until the other writers are done, then run the command again",
        ErrorKind::Disconnected | ErrorKind::Timeout => {
            "check the address and the network, then run the command again"
        }
        ErrorKind::OutcomeUnknown => "run the command again: what is stored is not stored twice",
        ErrorKind::Unauthorized => {
            "set TURSO_AUTH_TOKEN to a token that is valid for this database"
        }
        ErrorKind::Corrupt => "run `memory check` to see what is damaged",
        ErrorKind::Full => "make room on the disk, then run the command again",
        ErrorKind::ReadOnly => "give the file and its directory write permission",
        ErrorKind::Conflict => "somebody else changed it meanwhile: run the command again",
        ErrorKind::NotFound => "`memory list` shows what there is; --namespace looks elsewhere",
        ErrorKind::Io => "check the path, its permissions and the disk",
        ErrorKind::Bug => "this is a defect: please report it with the command that led to it",
        _ => return None,
    })
}
