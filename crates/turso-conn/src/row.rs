//! One row of an answer.

use std::fmt;

use crate::{Error, ErrorKind, Result, Value};

/// One row of [`Rows`](crate::Rows), with getters that check.
///
/// A getter for a type fails with [`ErrorKind::Corrupt`] when the stored value
/// has another type (what is stored is not what the reader's schema says), and
/// with [`ErrorKind::Misuse`] when there is no such column. The `opt_` forms
/// answer `None` for NULL. Nothing is ever converted.
#[derive(Clone, Copy)]
pub struct Row<'a> {
    columns: &'a [Box<str>],
    values: &'a [Value],
    index: usize,
}

impl<'a> Row<'a> {
    pub(crate) fn new(columns: &'a [Box<str>], values: &'a [Value], index: usize) -> Self {
        Self {
            columns,
            values,
            index,
        }
    }

    /// The values, in column order.
    pub fn values(&self) -> &'a [Value] {
        self.values
    }

    /// The value of column `i`.
    ///
    /// # Errors
    /// [`ErrorKind::Misuse`] when there is no such column.
    pub fn value(&self, i: usize) -> Result<&'a Value> {
        let width = self.columns.len();
        self.values.get(i).ok_or_else(|| {
            Error::new(
                ErrorKind::Misuse,
                format!("column {i} was asked of a row of {width}"),
            )
        })
    }

    /// The integer in column `i`.
    ///
    /// # Errors
    /// See [`Row`].
    pub fn integer(&self, i: usize) -> Result<i64> {
        self.typed(i, "integer", Value::as_integer)
    }

    /// The real in column `i`.
    ///
    /// # Errors
    /// See [`Row`].
    pub fn real(&self, i: usize) -> Result<f64> {
        self.typed(i, "real", Value::as_real)
    }

    /// The text in column `i`.
    ///
    /// # Errors
    /// See [`Row`].
    pub fn text(&self, i: usize) -> Result<&'a str> {
        self.typed(i, "text", Value::as_text)
    }

    /// The blob in column `i`.
    ///
    /// # Errors
    /// See [`Row`].
    pub fn blob(&self, i: usize) -> Result<&'a [u8]> {
        self.typed(i, "blob", Value::as_blob)
    }

    /// The integer in column `i`, `None` for NULL.
    ///
    /// # Errors
    /// See [`Row`].
    pub fn opt_integer(&self, i: usize) -> Result<Option<i64>> {
        self.optional(i, "integer", Value::as_integer)
    }

    /// The real in column `i`, `None` for NULL.
    ///
    /// # Errors
    /// See [`Row`].
    pub fn opt_real(&self, i: usize) -> Result<Option<f64>> {
        self.optional(i, "real", Value::as_real)
    }

    /// The text in column `i`, `None` for NULL.
    ///
    /// # Errors
    /// See [`Row`].
    pub fn opt_text(&self, i: usize) -> Result<Option<&'a str>> {
        self.optional(i, "text", Value::as_text)
    }

    /// The blob in column `i`, `None` for NULL.
    ///
    /// # Errors
    /// See [`Row`].
    pub fn opt_blob(&self, i: usize) -> Result<Option<&'a [u8]>> {
        self.optional(i, "blob", Value::as_blob)
    }

    fn optional<T>(
        &self,
        i: usize,
        wanted: &'static str,
        get: impl Fn(&'a Value) -> Option<T>,
    ) -> Result<Option<T>> {
        if self.value(i)?.is_null() {
            Ok(None)
        } else {
            self.typed(i, wanted, get).map(Some)
        }
    }

    fn typed<T>(
        &self,
        i: usize,
        wanted: &'static str,
        get: impl Fn(&'a Value) -> Option<T>,
    ) -> Result<T> {
        let value = self.value(i)?;
        get(value).ok_or_else(|| self.mismatch(i, wanted, value))
    }

    fn mismatch(&self, i: usize, wanted: &str, value: &Value) -> Error {
        let name = self.columns.get(i).map_or("?", AsRef::as_ref);
        let (row, found) = (self.index, value.type_name());
        let context = format!("reading column {name} of row {row}: {found} where {wanted} belongs");
        Error::new(ErrorKind::Corrupt, context)
    }
}

impl fmt::Debug for Row<'_> {
    /// Shape only, like [`Rows`](crate::Rows).
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Row")
            .field("index", &self.index)
            .field("columns", &self.columns)
            .finish_non_exhaustive()
    }
}
