//! The values of one row.

use super::packed::unpack;
use super::reader::ROW_BYTES_MAX;
use super::table::Table;
use crate::error::corrupt;
use memory_core::{Error, Result, Timestamp};
use serde::de::DeserializeOwned;
use std::str::FromStr;
use turso_conn::Value;

/// Columns before the values: the number and the size of the row.
pub(super) const BEFORE: usize = 2;

/// A row of a table. Every error names its column.
#[derive(Clone, Copy)]
pub(super) struct Cells<'a> {
    pub(super) table: &'static Table,
    pub(super) row: turso_conn::Row<'a>,
}

impl<'a> Cells<'a> {
    /// A value as it is stored.
    pub(super) fn value(self, name: &str) -> Result<&'a Value> {
        let position = self.table.names().position(|column| column == name);
        let place = position.ok_or_else(|| crate::error::bug("a column that is not read"))?;
        self.row
            .value(place + BEFORE)
            .map_err(crate::error::unreadable)
    }

    /// A whole number.
    pub(super) fn integer(self, name: &str) -> Result<Option<i64>> {
        match self.value(name)? {
            Value::Null => Ok(None),
            Value::Integer(number) => Ok(Some(*number)),
            _ => Err(at(name, corrupt("not a whole number"))),
        }
    }

    /// A number. It was one of 32 bits, and becomes the one that has the same digits.
    pub(super) fn number(self, name: &str) -> Result<f64> {
        match self.value(name)? {
            Value::Real(number) => Ok(widened(*number)),
            _ => Err(at(name, corrupt("not a number"))),
        }
    }

    /// A text.
    pub(super) fn text(self, name: &str) -> Result<Option<String>> {
        let Some(bytes) = self.bytes(name)? else {
            return Ok(None);
        };
        let text = String::from_utf8(bytes.to_vec());
        text.map(Some).map_err(|_| at(name, corrupt("not a text")))
    }

    /// A text that must be there, as a value of the model.
    pub(super) fn parsed<T: FromStr<Err = Error>>(self, name: &str) -> Result<T> {
        let text = self.text(name)?.ok_or_else(|| missing(name))?;
        text.parse().map_err(|e| at(name, e))
    }

    /// What a JSON text says; none for NULL and `null`.
    pub(super) fn json<T: DeserializeOwned>(self, name: &str) -> Result<Option<T>> {
        let Some(bytes) = self.bytes(name)? else {
            return Ok(None);
        };
        let text = unpack(bytes, ROW_BYTES_MAX).map_err(|e| at(name, e))?;
        serde_json::from_slice(&text).map_err(|e| {
            at(
                name,
                corrupt("its JSON cannot be understood").with_source(e),
            )
        })
    }

    /// A time in seconds since 1970.
    pub(super) fn seconds(self, name: &str) -> Result<Option<Timestamp>> {
        self.time(name, 1_000_000)
    }

    /// A time in units of `micros` microseconds since 1970.
    pub(super) fn time(self, name: &str, micros: i64) -> Result<Option<Timestamp>> {
        let Some(count) = self.integer(name)? else {
            return Ok(None);
        };
        let time = Timestamp::from_micros(count.saturating_mul(micros));
        time.map(Some).map_err(|e| at(name, e))
    }

    fn bytes(self, name: &str) -> Result<Option<&'a [u8]>> {
        match self.value(name)? {
            Value::Null => Ok(None),
            Value::Blob(bytes) => Ok(Some(bytes)),
            _ => Err(at(name, corrupt("not a text"))),
        }
    }
}

/// 0.6 instead of 0.600000023841858, which is what a 32-bit 0.6 becomes in SQLite.
pub(super) fn widened(number: f64) -> f64 {
    #[allow(clippy::cast_possible_truncation)]
    let short = number as f32;
    short.to_string().parse().unwrap_or(number)
}

/// The error of a value that must be there.
pub(super) fn missing(column: &str) -> Error {
    at(column, corrupt("there is no value"))
}

/// The same error, said of a column. What lies below it is said too, since it is one line of a report.
pub(super) fn at(column: &str, error: Error) -> Error {
    use std::error::Error as _;
    let because = error
        .source()
        .map(|source| format!(": {source}"))
        .unwrap_or_default();
    let context = format!("column {column}: {error}{because}");
    Error::new(error.kind(), context).with_source(error)
}
