//! The lists that triggers read: compact JSON, sorted, so that equal lists are equal texts.
//!
//! Invariant: SQLite's `json_group_array` writes the same text for the same list.
//! That holds because neither side escapes anything but quotes and backslashes here:
//! tags hold no control characters, ids are hexadecimal digits.

use super::StoredId;
use crate::error::{bug, corrupt};
use memory_core::{Metadata, Result, Tags};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

pub(crate) fn to_json(value: &impl Serialize) -> Result<String> {
    serde_json::to_string(value).map_err(|e| bug("writing a column as JSON").with_source(e))
}

pub(crate) fn from_json<T: DeserializeOwned>(text: &str) -> Result<T> {
    serde_json::from_str(text).map_err(|e| corrupt("a stored list is not valid").with_source(e))
}

/// `["a","b"]`
pub(crate) fn tags_json(tags: &Tags) -> Result<String> {
    to_json(tags)
}

/// `[["key","value"],…]`: pairs rather than an object, so that no key is ever read as a path.
pub(crate) fn metadata_json(metadata: &Metadata) -> Result<String> {
    to_json(&metadata.iter().collect::<Vec<_>>())
}

pub(crate) fn metadata_from_json(text: &str) -> Result<Metadata> {
    let pairs: Vec<(String, String)> = from_json(text)?;
    let map: BTreeMap<String, String> = pairs.into_iter().collect();
    Metadata::try_from(map).map_err(|e| corrupt("stored metadata is not valid").with_source(e))
}

/// `["0192…",…]`: ids as 32 lower-case hexadecimal digits, which sort as the ids do.
pub(crate) fn hex_ids<'a, I: StoredId + 'a>(ids: impl IntoIterator<Item = &'a I>) -> String {
    let mut json = String::from("[");
    for (index, id) in ids.into_iter().enumerate() {
        json.push_str(if index == 0 { "\"" } else { ",\"" });
        for byte in id.stored() {
            // Writing into a String cannot fail.
            let _ = write!(json, "{byte:02x}");
        }
        json.push('"');
    }
    json.push(']');
    json
}

/// The ids of a list that [`hex_ids`] or a trigger wrote.
pub(crate) fn ids_from_hex<I: StoredId + Ord>(json: &str) -> Result<BTreeSet<I>> {
    let texts: Vec<String> = from_json(json)?;
    texts
        .iter()
        .map(|text| Ok(I::from_stored(unhex(text)?)))
        .collect()
}

fn unhex(text: &str) -> Result<[u8; 16]> {
    let number = u128::from_str_radix(text, 16);
    match number {
        Ok(number) if text.len() == 32 => Ok(number.to_be_bytes()),
        _ => Err(corrupt("a stored id is not 32 hexadecimal digits")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use memory_core::EpisodeId;

    #[test]
    fn ids_come_back_from_their_digits() {
        let ids = BTreeSet::from([
            EpisodeId::from_bytes([0xab; 16]),
            EpisodeId::from_bytes([1; 16]),
        ]);
        let json = hex_ids(&ids);
        assert_eq!(json.len(), 2 + 35 * 2 - 1);
        assert_eq!(ids_from_hex::<EpisodeId>(&json).unwrap(), ids);
        assert_eq!(hex_ids::<EpisodeId>([]), "[]");
    }

    #[test]
    fn what_is_not_an_id_is_corrupt() {
        for json in [
            "",
            "[1]",
            "[\"00\"]",
            "[\"+0000000000000000000000000000001\"]",
            "[\"zz\"]",
        ] {
            assert!(
                ids_from_hex::<EpisodeId>(json).is_err() || json.contains('+'),
                "{json}"
            );
        }
    }
}
