use crate::check::written_len;
use crate::limits::{METADATA_ENTRIES_MAX, METADATA_KEY_BYTES_MAX, METADATA_VALUE_BYTES_MAX};
use crate::{Error, Result};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A map of texts that episodes can be found by.
///
/// Keys and values are literal: dots, quotes, `$` and `%` mean nothing in them.
/// At most 64 entries; keys of 1 to 128 bytes, values of 0 to 4,096 bytes, no NUL in either.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(
    try_from = "BTreeMap<String, String>",
    into = "BTreeMap<String, String>"
)]
pub struct Metadata(BTreeMap<String, String>);

impl Metadata {
    /// An empty map.
    pub const fn new() -> Self {
        Self(BTreeMap::new())
    }

    /// Sets `key` to `value` and returns what stood there before.
    ///
    /// # Errors
    /// `Limit` when the key, the value or the map is too large, `Misuse` for an
    /// empty key or a NUL. The map is then unchanged.
    pub fn insert(
        &mut self,
        key: impl Into<String>,
        value: impl Into<String>,
    ) -> Result<Option<String>> {
        let (key, value) = (key.into(), value.into());
        check_entry(&key, &value)?;
        let grown = self.0.len() + usize::from(!self.0.contains_key(&key));
        crate::check::at_most("the metadata", grown, METADATA_ENTRIES_MAX, "entries")?;
        Ok(self.0.insert(key, value))
    }

    /// The same map with `key` set to `value`.
    ///
    /// # Errors
    /// As [`insert`](Self::insert).
    pub fn with(mut self, key: impl Into<String>, value: impl Into<String>) -> Result<Self> {
        self.insert(key, value)?;
        Ok(self)
    }

    /// Removes `key` and returns its value.
    pub fn remove(&mut self, key: &str) -> Option<String> {
        self.0.remove(key)
    }

    /// The value of `key`.
    pub fn get(&self, key: &str) -> Option<&str> {
        self.0.get(key).map(String::as_str)
    }

    /// The entries, sorted by key.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(k, v)| (k.as_str(), v.as_str()))
    }

    /// How many entries there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is no entry.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// As JSON, in which a control character takes six bytes.
    pub(crate) fn size_bytes(&self) -> usize {
        let entries = self.0.iter();
        entries
            .map(|(key, value)| 32 + written_len(key) + written_len(value))
            .sum()
    }
}

fn check_entry(key: &str, value: &str) -> Result<()> {
    if key.is_empty() {
        return Err(Error::misuse("a metadata key is empty"));
    }
    crate::check::at_most("a metadata key", key.len(), METADATA_KEY_BYTES_MAX, "bytes")?;
    crate::check::at_most(
        "a metadata value",
        value.len(),
        METADATA_VALUE_BYTES_MAX,
        "bytes",
    )?;
    if key.contains('\0') || value.contains('\0') {
        return Err(Error::misuse("a metadata entry holds a NUL character"));
    }
    Ok(())
}

impl TryFrom<BTreeMap<String, String>> for Metadata {
    type Error = Error;

    fn try_from(map: BTreeMap<String, String>) -> Result<Self> {
        crate::check::at_most("the metadata", map.len(), METADATA_ENTRIES_MAX, "entries")?;
        map.iter()
            .try_for_each(|(key, value)| check_entry(key, value))?;
        Ok(Self(map))
    }
}

impl From<Metadata> for BTreeMap<String, String> {
    fn from(metadata: Metadata) -> Self {
        metadata.0
    }
}
