//! Many rows by key in one statement of constant text.

use std::fmt::Write as _;

use turso_conn::{Acquire, Error, ErrorKind, Execute, Limits, Result, Statement, Value};

/// Keys asked for in one statement.
const KEYS: usize = 10_000;

/// Reads any number of rows by their keys, in the order of the keys.
///
/// Its text has one parameter, `?1`, a JSON list for `json_each`, and its first
/// column is the place in that list, `json_each.key`. A blob travels as
/// hexadecimal digits. Write it with CROSS JOIN: SQLite cannot know that the
/// list is shorter than the table.
///
/// ```
/// use turso_batch::ManyRead;
///
/// let notes = ManyRead::new(
///     "SELECT j.key, n.body FROM json_each(?1) j CROSS JOIN notes n ON n.id = unhex(j.value)",
/// );
/// assert_eq!(notes.sql().matches('?').count(), 1);
/// ```
#[derive(Clone, Copy, Debug)]
pub struct ManyRead {
    sql: &'static str,
    operation: &'static str,
    limits: Option<Limits>,
}

impl ManyRead {
    /// Reads by this text.
    pub const fn new(sql: &'static str) -> Self {
        Self {
            sql,
            operation: turso_conn::OPERATION_OTHER,
            limits: None,
        }
    }

    /// Names the operation for metrics and errors.
    #[must_use]
    pub const fn named(mut self, operation: &'static str) -> Self {
        self.operation = operation;
        self
    }

    /// Bounds the answer to each statement, that is, to 10,000 keys.
    #[must_use]
    pub const fn limits(mut self, limits: Limits) -> Self {
        self.limits = Some(limits);
        self
    }

    /// The text.
    pub fn sql(&self) -> &'static str {
        self.sql
    }

    /// For each key the rest of its row, if there is one. Of several rows for
    /// one key, the last counts.
    ///
    /// # Errors
    /// Those of the statement; [`ErrorKind::Misuse`] for a key that JSON cannot
    /// hold (a real, NULL), [`ErrorKind::Corrupt`] for an answer without places.
    ///
    /// # Cancellation
    /// As for [`Execute::query`].
    pub async fn read<A: Acquire>(
        &self,
        acquire: &A,
        keys: &[Value],
    ) -> Result<Vec<Option<Vec<Value>>>> {
        let mut all = Vec::with_capacity(keys.len());
        for keys in keys.chunks(KEYS) {
            let limits = self.limits.unwrap_or_default();
            let statement = Statement::new(self.sql).bind(json(keys)?);
            let statement = statement.named(self.operation).limits(limits);
            let rows = acquire.acquire().await?.query(statement).await?;
            let mut found = vec![None; keys.len()];
            let width = rows.columns().len();
            let mut values = rows.into_values().into_iter();
            while let Some(place) = values.next() {
                let slot = place.as_integer().and_then(|at| usize::try_from(at).ok());
                let slot = slot.and_then(|at| found.get_mut(at));
                let row = values.by_ref().take(width - 1).collect();
                *slot.ok_or_else(out_of_place)? = Some(row);
            }
            all.append(&mut found);
        }
        Ok(all)
    }
}

fn out_of_place() -> Error {
    Error::new(ErrorKind::Corrupt, "a row without its place in the list")
}

/// The keys as a JSON list.
fn json(keys: &[Value]) -> Result<String> {
    let mut list = String::from("[");
    for (index, key) in keys.iter().enumerate() {
        if index > 0 {
            list.push(',');
        }
        write_key(&mut list, key)
            .ok_or_else(|| Error::new(ErrorKind::Misuse, "a key is no text, integer or blob"))?;
    }
    list.push(']');
    Ok(list)
}

fn write_key(list: &mut String, key: &Value) -> Option<()> {
    match key {
        Value::Integer(key) => write!(list, "{key}").ok(),
        Value::Text(key) => {
            list.push('"');
            key.chars().for_each(|char| escape(list, char));
            list.push('"');
            Some(())
        }
        Value::Blob(key) => {
            list.push('"');
            key.iter()
                .try_for_each(|byte| write!(list, "{byte:02x}").ok())?;
            list.push('"');
            Some(())
        }
        _ => None,
    }
}

fn escape(list: &mut String, char: char) {
    match char {
        '"' => list.push_str("\\\""),
        '\\' => list.push_str("\\\\"),
        // A write to a String does not fail.
        control if control < ' ' => drop(write!(list, "\\u{:04x}", u32::from(control))),
        other => list.push(other),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn keys_survive_json(texts in prop::collection::vec(any::<String>(), 0..5), number: i64) {
            let mut keys: Vec<_> = texts.iter().map(|text| Value::from(text.as_str())).collect();
            keys.push(number.into());
            let read: Vec<serde_json::Value> = serde_json::from_str(&json(&keys).unwrap()).unwrap();
            let (last, read) = read.split_last().unwrap();
            prop_assert_eq!(last.as_i64(), Some(number));
            let read: Vec<_> = read.iter().map(|text| text.as_str().unwrap()).collect();
            prop_assert_eq!(read, texts);
        }
    }

    #[test]
    fn blobs_are_hexadecimal_and_reals_no_keys() {
        assert_eq!(json(&[vec![0_u8, 0xab].into()]).unwrap(), r#"["00ab"]"#);
        assert_eq!(json(&[1.5.into()]).unwrap_err().kind(), ErrorKind::Misuse);
        assert_eq!(json(&[Value::Null]).unwrap_err().kind(), ErrorKind::Misuse);
    }
}
