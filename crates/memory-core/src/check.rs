//! Checks that several constructors share.

use crate::limits::{JSON_DEPTH_MAX, LIST_ENTRIES_MAX};
use crate::{Error, Result};
use serde::Serialize;
use serde_json::Value;

/// Fails with `Limit` when `count` is over `max`.
pub(crate) fn at_most(what: &str, count: usize, max: usize, unit: &str) -> Result<()> {
    if count > max {
        Err(Error::limit(what, count, max, unit))
    } else {
        Ok(())
    }
}

pub(crate) fn list(what: &str, count: usize) -> Result<()> {
    at_most(what, count, LIST_ENTRIES_MAX, "entries")
}

/// The length of `count` ids as a JSON array of 32 hexadecimal digits each.
pub(crate) fn ids_len(count: usize) -> usize {
    2 + 35 * count - usize::from(count > 0)
}

/// A number that can be stored, summed and written as JSON.
pub(crate) fn finite(what: &str, number: f64) -> Result<()> {
    if number.is_finite() {
        return Ok(());
    }
    Err(Error::misuse(format!(
        "{what} is not a finite number: leave it out instead"
    )))
}

/// Fails with `Limit` when `value` is nested too deeply. Walks without recursion,
/// so that the check itself cannot exhaust the stack.
pub(crate) fn json_depth(what: &str, value: &Value) -> Result<()> {
    let mut open = vec![(value, 1_usize)];
    while let Some((value, depth)) = open.pop() {
        at_most(what, depth, JSON_DEPTH_MAX, "levels of nesting")?;
        match value {
            Value::Array(items) => open.extend(items.iter().map(|v| (v, depth + 1))),
            Value::Object(map) => open.extend(map.values().map(|v| (v, depth + 1))),
            _ => {}
        }
    }
    Ok(())
}

/// Counts the bytes of a JSON text without keeping it.
#[derive(Default)]
struct Count(usize);

impl std::io::Write for Count {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0 += bytes.len();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// The length of `value` as it is stored: a text as it is, anything else as compact JSON.
pub(crate) fn json_len(value: &Value) -> usize {
    match value {
        Value::String(text) => text.len(),
        _ => written_len(value),
    }
}

/// The length of `value` as compact JSON.
pub(crate) fn written_len(value: &impl Serialize) -> usize {
    let mut count = Count::default();
    match serde_json::to_writer(&mut count, value) {
        Ok(()) => count.0,
        // Writing into a counter cannot fail; should it ever, nothing that large fits.
        Err(_) => usize::MAX / 2,
    }
}
