//! A failed try, before it is known what that means for the work.

use std::error::Error as StdError;
use std::fmt;
use std::time::Duration;

use super::answer::{Failure, Unreadable};
use super::classify::{classify, refused};
use super::retry::Work;
use crate::{Error, ErrorKind, Secret};

/// A failed try: why, whether it may have had its effect nevertheless, and
/// whether the socket may be used again.
#[derive(Debug)]
pub(super) struct Fault {
    error: Error,
    may_have_run: bool,
    discard: bool,
}

impl Fault {
    /// Certainly without effect, and said so by the server.
    pub(super) fn clean(error: Error) -> Self {
        Self {
            error,
            may_have_run: false,
            discard: false,
        }
    }

    /// Not sent.
    pub(super) fn not_sent(error: Error) -> Self {
        Self {
            discard: true,
            ..Self::clean(error)
        }
    }

    /// Sent, and the answer is missing or says nothing.
    pub(super) fn unclear(error: Error) -> Self {
        Self {
            error,
            may_have_run: true,
            discard: true,
        }
    }

    /// Sent and answered, and not what the protocol says.
    pub(super) fn malformed(why: &'static str) -> Self {
        Self::unclear(Error::new(ErrorKind::Bug, why))
    }

    /// Carried out, but its rows are beyond the caller's limits, or are none.
    pub(super) fn unusable(error: Error) -> Self {
        Self {
            discard: error.kind() != ErrorKind::Limit,
            ..Self::unclear(error)
        }
    }

    /// A statement by itself, or a program as a whole, that the server refused.
    pub(super) fn refused(failure: Failure) -> Self {
        let too_large = failure.code == "RESPONSE_TOO_LARGE";
        let error = refusal(failure);
        let unclear = matches!(
            error.kind(),
            ErrorKind::Io | ErrorKind::Disconnected | ErrorKind::Bug
        );
        Self {
            error,
            may_have_run: too_large || unclear,
            discard: false,
        }
    }

    /// The server refused to commit. When it could not write that down, nobody
    /// knows what will be found after a crash.
    pub(super) fn uncommitted(error: Error) -> Self {
        Self {
            may_have_run: error.kind() == ErrorKind::Io,
            ..Self::clean(error)
        }
    }

    /// Whether the socket may not be used again.
    pub(super) fn discards(&self) -> bool {
        self.discard
    }

    /// What `work` is told: a write that may have had its effect has an unknown outcome.
    pub(super) fn into_error(self, work: Work) -> Error {
        if self.may_have_run && work.writes() {
            self.error.with_kind(ErrorKind::OutcomeUnknown)
        } else {
            self.error
        }
    }

    /// The server answered with a status other than 200.
    pub(super) fn status(status: u16, said: Option<Failure>, after: Option<Duration>) -> Self {
        let message = said.as_ref().map_or("", |said| said.message.as_str());
        let refused = refused(status, message);
        let coded = said.as_ref().filter(|said| !said.code.is_empty());
        let may_have_run = refused.may_have_run && coded.is_none();
        let (kind, code) = match coded.map(classify) {
            // What the server itself says goes before its status, unless the
            // status is about the request and not about the statement.
            Some((kind, code)) if refused.kind != ErrorKind::Unauthorized => (kind, code),
            _ => (refused.kind, None),
        };
        let mut error = Error::new(kind, format!("the server answered with status {status}"));
        if let Some(code) = code {
            error = error.with_code(code);
        }
        if let Some(after) = after {
            error = error.with_retry_after(after);
        }
        if let Some(said) = said {
            error = error.with_source(ServerMessage(said));
        }
        Self {
            error,
            may_have_run,
            discard: kind == ErrorKind::Disconnected,
        }
    }
}

impl From<Unreadable> for Fault {
    fn from(unreadable: Unreadable) -> Self {
        let (kind, why) = match unreadable {
            Unreadable::Foreign(why) => (ErrorKind::Disconnected, why),
            Unreadable::Malformed(why) => (ErrorKind::Bug, why),
        };
        Self::unclear(Error::new(kind, format!("reading the answer: {why}")))
    }
}

/// The error of a statement that the server refused.
pub(super) fn refusal(failure: Failure) -> Error {
    let (kind, code) = classify(&failure);
    let error = Error::new(kind, "the server refused");
    match code {
        Some(code) => error.with_code(code),
        None => error,
    }
    .with_source(ServerMessage(failure))
}

/// What the server said, kept as the source of an [`Error`].
#[derive(Debug)]
struct ServerMessage(Failure);

impl fmt::Display for ServerMessage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Failure { message, code } = &self.0;
        f.write_str(message)?;
        if code.is_empty() {
            Ok(())
        } else {
            write!(f, " ({code})")
        }
    }
}

impl StdError for ServerMessage {}

/// Most characters of a server's message that are kept.
const MESSAGE_MAX: usize = 500;

/// A server's message as it may be shown: bounded, in one line, and without
/// the token, should the server repeat it.
pub(super) fn tidy(failure: &Failure, token: Option<&Secret>) -> Failure {
    Failure {
        message: tidy_text(&failure.message, token),
        code: tidy_text(&failure.code, token),
    }
}

fn tidy_text(text: &str, token: Option<&Secret>) -> String {
    let hidden = match token.map(Secret::expose) {
        Some(token) if !token.is_empty() => text.replace(token, "***"),
        _ => text.to_owned(),
    };
    let plain = |c: char| if c.is_control() { ' ' } else { c };
    hidden.chars().take(MESSAGE_MAX).map(plain).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failure(message: &str, code: &str) -> Failure {
        Failure {
            message: message.into(),
            code: code.into(),
        }
    }

    #[test]
    fn only_a_write_that_may_have_run_is_unknown() {
        let lost = || Fault::unclear(ErrorKind::Disconnected.into());
        let refused = || Fault::clean(ErrorKind::Busy.into());
        assert_eq!(
            lost().into_error(Work::Read).kind(),
            ErrorKind::Disconnected
        );
        assert_eq!(
            lost().into_error(Work::Write).kind(),
            ErrorKind::OutcomeUnknown
        );
        assert_eq!(refused().into_error(Work::Write).kind(), ErrorKind::Busy);
    }

    #[test]
    fn a_code_in_the_body_goes_before_the_status() {
        let expired = failure("expired", "STREAM_EXPIRED");
        let error = Fault::status(400, Some(expired), None).into_error(Work::Write);
        assert_eq!(error.kind(), ErrorKind::Disconnected);
        let busy = failure("locked", "SQLITE_BUSY");
        let error = Fault::status(500, Some(busy.clone()), None).into_error(Work::Write);
        assert_eq!(error.kind(), ErrorKind::Busy);
        let error = Fault::status(401, Some(busy), None).into_error(Work::Write);
        assert_eq!(error.kind(), ErrorKind::Unauthorized);
        let plain = failure("oops", "");
        let error = Fault::status(500, Some(plain), None).into_error(Work::Write);
        assert_eq!(error.kind(), ErrorKind::OutcomeUnknown);
    }

    #[test]
    fn messages_are_bounded_and_do_not_repeat_the_token() {
        let token = Secret::new("canary");
        let said = failure(&format!("bad canary\n{}", "x".repeat(10_000)), "canary");
        let shown = tidy(&said, Some(&token));
        assert!(shown.message.starts_with("bad *** xxx"));
        assert_eq!(shown.message.chars().count(), MESSAGE_MAX);
        assert_eq!(shown.code, "***");
    }
}
