//! The rows a statement answered with: owned, bounded, complete.

use std::fmt;
use std::sync::Arc;

use crate::{Error, ErrorKind, Result, Row, Value};

/// Everything one statement answered: column names, rows, and how many rows it changed.
///
/// Owned: nothing of the connection is held, so it may outlive it.
#[derive(Clone, Default, PartialEq)]
pub struct Rows {
    columns: Arc<[Box<str>]>,
    values: Vec<Value>,
    len: usize,
    changes: u64,
}

impl Rows {
    /// Rows from their parts, for connectors and test doubles.
    ///
    /// # Errors
    /// [`ErrorKind::Bug`] when a row has not as many values as there are columns.
    pub fn new(
        columns: impl IntoIterator<Item = impl Into<Box<str>>>,
        rows: impl IntoIterator<Item = Vec<Value>>,
        changes: u64,
    ) -> Result<Self> {
        let columns: Arc<[Box<str>]> = columns.into_iter().map(Into::into).collect();
        let mut values = Vec::new();
        let mut len = 0;
        for row in rows {
            if row.len() != columns.len() {
                return Err(Error::new(
                    ErrorKind::Bug,
                    "a row has another width than its header",
                ));
            }
            values.extend(row);
            len += 1;
        }
        Ok(Self {
            columns,
            values,
            len,
            changes,
        })
    }

    pub(crate) fn from_parts(
        columns: Arc<[Box<str>]>,
        values: Vec<Value>,
        len: usize,
        changes: u64,
    ) -> Self {
        Self {
            columns,
            values,
            len,
            changes,
        }
    }

    /// Column names, in order.
    pub fn columns(&self) -> impl ExactSizeIterator<Item = &str> {
        self.columns.iter().map(AsRef::as_ref)
    }

    /// How many rows there are.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there is no row.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// How many rows the statement itself inserted, updated or deleted; not
    /// those changed by triggers or cascades, and 0 for anything but DML.
    pub fn changes(&self) -> u64 {
        self.changes
    }

    /// The row at `index`.
    pub fn get(&self, index: usize) -> Option<Row<'_>> {
        if index >= self.len {
            return None;
        }
        let width = self.columns.len();
        let start = index.checked_mul(width)?;
        let values = self.values.get(start..start.checked_add(width)?)?;
        Some(Row::new(&self.columns, values, index))
    }

    /// The first row, if there is one.
    pub fn first(&self) -> Option<Row<'_>> {
        self.get(0)
    }

    /// The only row.
    ///
    /// # Errors
    /// [`ErrorKind::Corrupt`] when there is none or more than one.
    pub fn one(&self) -> Result<Row<'_>> {
        match (self.len, self.first()) {
            (1, Some(row)) => Ok(row),
            (n, _) => Err(Error::new(
                ErrorKind::Corrupt,
                format!("expected one row, found {n}"),
            )),
        }
    }

    /// The rows in order.
    pub fn iter(&self) -> Iter<'_> {
        Iter {
            rows: self,
            next: 0,
        }
    }

    /// Bytes of content of all values.
    pub fn size(&self) -> usize {
        self.values.iter().map(Value::size).sum()
    }

    /// All values, row after row, without copying.
    pub fn into_values(self) -> Vec<Value> {
        self.values
    }
}

impl fmt::Debug for Rows {
    /// Shape only: rows hold what users stored, which does not belong in logs.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Rows")
            .field("columns", &self.columns)
            .field("len", &self.len)
            .field("changes", &self.changes)
            .finish_non_exhaustive()
    }
}

impl<'a> IntoIterator for &'a Rows {
    type Item = Row<'a>;
    type IntoIter = Iter<'a>;

    fn into_iter(self) -> Iter<'a> {
        self.iter()
    }
}

/// Iterator over the rows of [`Rows`].
#[derive(Clone, Debug)]
pub struct Iter<'a> {
    rows: &'a Rows,
    next: usize,
}

impl<'a> Iterator for Iter<'a> {
    type Item = Row<'a>;

    fn next(&mut self) -> Option<Row<'a>> {
        let row = self.rows.get(self.next)?;
        self.next += 1;
        Some(row)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let left = self.rows.len.saturating_sub(self.next);
        (left, Some(left))
    }
}

impl ExactSizeIterator for Iter<'_> {}

#[cfg(test)]
mod tests {
    use super::*;

    fn two() -> Rows {
        let rows = [
            vec![Value::from(1), Value::from("a")],
            vec![Value::Null, Value::from("b")],
        ];
        Rows::new(["id", "name"], rows, 0).unwrap()
    }

    #[test]
    fn rows_come_back_in_order_with_their_values() {
        let rows = two();
        let names: Vec<_> = rows.iter().map(|row| row.text(1).unwrap()).collect();
        assert_eq!(names, ["a", "b"]);
        assert_eq!(rows.iter().len(), 2);
        assert_eq!(rows.columns().collect::<Vec<_>>(), ["id", "name"]);
    }

    #[test]
    fn getters_check_the_type_and_the_column() {
        let rows = two();
        let row = rows.get(1).unwrap();
        assert_eq!(row.integer(0).unwrap_err().kind(), ErrorKind::Corrupt);
        assert_eq!(row.opt_integer(0).unwrap(), None);
        assert_eq!(row.opt_integer(1).unwrap_err().kind(), ErrorKind::Corrupt);
        assert_eq!(row.text(2).unwrap_err().kind(), ErrorKind::Misuse);
        assert_eq!(rows.one().unwrap_err().kind(), ErrorKind::Corrupt);
        assert!(rows.get(2).is_none());
    }

    #[test]
    fn a_ragged_row_is_refused() {
        assert_eq!(
            Rows::new(["a"], [vec![]], 0).unwrap_err().kind(),
            ErrorKind::Bug
        );
    }

    #[test]
    fn debug_shows_no_content() {
        let rows = Rows::new(["c"], [vec![Value::from("canary")]], 0).unwrap();
        assert!(!format!("{rows:?} {:?}", rows.first()).contains("canary"));
    }
}
