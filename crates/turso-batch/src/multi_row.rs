//! INSERT statements with several rows each.

use std::borrow::Cow;

use turso_conn::{Error, ErrorKind, PARAMETERS_MAX, Result, Statement, Value};

/// How many rows one statement may have. A row of 500 was measured at less than
/// half the time of a row alone; with few sizes there are few texts, so that
/// all are compiled once.
const ROWS: [usize; 3] = [100, 10, 1];

/// Turns rows into INSERT statements with several rows each.
///
/// ```
/// use turso_batch::MultiRow;
/// use turso_conn::Value;
///
/// let notes = MultiRow::new("INSERT INTO notes (id, body)", 2, "ON CONFLICT DO NOTHING").unwrap();
/// let rows = (0..123).map(|id| vec![Value::from(id), Value::from("text")]);
/// let statements = notes.statements(rows).unwrap();
/// assert_eq!(statements.len(), 1 + 2 + 3);
/// ```
#[derive(Clone, Debug)]
pub struct MultiRow {
    columns: usize,
    /// The texts for the numbers of rows that fit, largest first.
    texts: Vec<(usize, Cow<'static, str>)>,
}

impl MultiRow {
    /// Rows of `columns` values for `insert`, the statement up to its VALUES;
    /// `rest` stands behind them.
    ///
    /// # Errors
    /// [`ErrorKind::Misuse`] when a row has no value, [`ErrorKind::Limit`] when
    /// it has more than a statement can bind.
    pub fn new(insert: &str, columns: usize, rest: &str) -> Result<Self> {
        if columns == 0 {
            return Err(Error::new(ErrorKind::Misuse, "rows without columns"));
        }
        let fitting = ROWS.iter().filter(|rows| *rows * columns <= PARAMETERS_MAX);
        let texts: Vec<_> = fitting
            .map(|rows| (*rows, text(insert, columns, *rows, rest).into()))
            .collect();
        if texts.is_empty() {
            let context = format!("{columns} columns are more than a statement can bind");
            return Err(Error::new(ErrorKind::Limit, context));
        }
        Ok(Self { columns, texts })
    }

    /// The statements that insert `rows`, in their order.
    ///
    /// # Errors
    /// [`ErrorKind::Misuse`] when a row has another number of values, with its
    /// index as [`step`](Error::step).
    pub fn statements(&self, rows: impl IntoIterator<Item = Vec<Value>>) -> Result<Vec<Statement>> {
        let mut values = Vec::new();
        for (index, row) in rows.into_iter().enumerate() {
            if row.len() != self.columns {
                let context = format!("{} values for {} columns", row.len(), self.columns);
                return Err(Error::new(ErrorKind::Misuse, context).with_step(index));
            }
            values.extend(row);
        }
        let mut left = values.len() / self.columns;
        let mut values = values.into_iter();
        let mut statements = Vec::new();
        for (rows, text) in &self.texts {
            while left >= *rows {
                let own = values.by_ref().take(rows * self.columns);
                statements.push(Statement::new(text.clone()).bind_all(own));
                left -= rows;
            }
        }
        Ok(statements)
    }
}

fn text(insert: &str, columns: usize, rows: usize, rest: &str) -> String {
    let row = format!("({})", vec!["?"; columns].join(","));
    let all = vec![row; rows].join(",");
    format!("{insert} VALUES {all} {rest}")
        .trim_end()
        .to_owned()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn every_value_is_bound_once_in_order(columns in 1_usize..40, rows in 0_usize..400) {
            let multi = MultiRow::new("INSERT INTO t", columns, "").unwrap();
            let values: Vec<i64> = (0..).take(columns * rows).collect();
            let each = values.chunks(columns).map(|row| row.iter().map(|v| Value::from(*v)).collect());
            let statements = multi.statements(each).unwrap();
            let bound: Vec<_> = statements.iter().flat_map(Statement::values).cloned().collect();
            prop_assert_eq!(bound, values.into_iter().map(Value::from).collect::<Vec<_>>());
            let texts: std::collections::HashSet<_> = statements.iter().map(Statement::sql).collect();
            prop_assert!(texts.len() <= ROWS.len());
            prop_assert!(statements.iter().all(|statement| statement.validate().is_ok()));
        }
    }

    #[test]
    fn what_cannot_be_bound_is_refused() {
        let kind = |columns| MultiRow::new("INSERT INTO t", columns, "").map_err(|e| e.kind());
        assert_eq!(kind(0).unwrap_err(), ErrorKind::Misuse);
        assert_eq!(kind(PARAMETERS_MAX + 1).unwrap_err(), ErrorKind::Limit);
        assert!(kind(PARAMETERS_MAX).is_ok());
        let two = kind(2).unwrap();
        let rows = [vec![Value::Null; 2], vec![Value::Null]];
        let error = two.statements(rows).unwrap_err();
        assert_eq!((error.kind(), error.step()), (ErrorKind::Misuse, Some(1)));
    }
}
