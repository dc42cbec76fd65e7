use crate::{Error, ErrorKind, Result, WriteId};
use serde::{Deserialize, Serialize};
use std::fmt;

/// How often a record has been changed: 1 when it was first stored, one more with every change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "u64", into = "u64")]
pub struct Revision(u64);

impl Revision {
    /// The revision of a record that has never been changed.
    pub const FIRST: Self = Self(1);
    /// The largest revision, the largest integer that a database holds less one.
    pub const MAX: Self = Self(i64::MAX as u64 - 1);

    /// The revision with this number.
    ///
    /// # Errors
    /// `Limit` unless it is 1 to [`MAX`](Self::MAX).
    pub fn new(number: u64) -> Result<Self> {
        if (1..=Self::MAX.0).contains(&number) {
            return Ok(Self(number));
        }
        Err(Error::new(
            ErrorKind::Limit,
            "a revision is a number from 1 to 2^63 - 2",
        ))
    }

    /// The number.
    pub const fn get(self) -> u64 {
        self.0
    }

    /// The revision after this one; stays at the largest.
    #[must_use]
    pub const fn next(self) -> Self {
        Self(if self.0 < Self::MAX.0 {
            self.0 + 1
        } else {
            self.0
        })
    }
}

impl Default for Revision {
    fn default() -> Self {
        Self::FIRST
    }
}

impl fmt::Display for Revision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl TryFrom<u64> for Revision {
    type Error = Error;

    fn try_from(number: u64) -> Result<Self> {
        Self::new(number)
    }
}

impl From<Revision> for u64 {
    fn from(revision: Revision) -> Self {
        revision.0
    }
}

/// A conditional change: `value` shall replace what is stored, if that still
/// has the revision `expected`.
///
/// The same `Update` may be passed again after an error such as
/// [`OutcomeUnknown`](ErrorKind::OutcomeUnknown): its `write_id` lets the
/// storage recognise that the first attempt succeeded.
#[derive(Clone, Debug, PartialEq)]
pub struct Update<T> {
    /// The new content. Its own revision is not looked at.
    pub value: T,
    /// The revision that the change was made from.
    pub expected: Revision,
    /// Names this intended change.
    pub write_id: WriteId,
}

impl<T> Update<T> {
    /// A change of what was read at `expected`.
    pub fn new(value: T, expected: Revision) -> Self {
        Self {
            value,
            expected,
            write_id: WriteId::new(),
        }
    }
}
