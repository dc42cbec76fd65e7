//! Records as rows: what is written to a table, and what is read back.

mod digest;
mod episode;
mod json;
mod pattern;
mod plain;
mod relationship;

pub(crate) use episode::{
    EPISODE_COLUMNS, EncodedEpisode, decode_episode, id_value, outcome_code, revision_value,
};
pub(crate) use json::{hex_ids, metadata_json, tags_json, to_json};
pub(crate) use pattern::{EncodedPattern, PATTERN_COLUMNS, decode_pattern, pattern_kind_code};
pub(crate) use plain::Plain;
pub(crate) use relationship::{
    decode_relationship, kind_code, kind_from_code, relationship_metadata,
};

use crate::error::{corrupt, unreadable};
use memory_core::{EpisodeId, PatternId, Result, Revision, Timestamp};
use turso_conn::Row;

/// An id that is stored as its 16 bytes.
pub(crate) trait StoredId: Copy + std::fmt::Display {
    fn from_stored(bytes: [u8; 16]) -> Self;
    fn stored(&self) -> &[u8; 16];
}

impl StoredId for EpisodeId {
    fn from_stored(bytes: [u8; 16]) -> Self {
        Self::from_bytes(bytes)
    }

    fn stored(&self) -> &[u8; 16] {
        self.as_bytes()
    }
}

impl StoredId for PatternId {
    fn from_stored(bytes: [u8; 16]) -> Self {
        Self::from_bytes(bytes)
    }

    fn stored(&self) -> &[u8; 16] {
        self.as_bytes()
    }
}

/// The id in column `i`.
pub(crate) fn id<I: StoredId>(row: Row<'_>, i: usize) -> Result<I> {
    let bytes = row.blob(i).map_err(unreadable)?;
    let bytes = bytes
        .try_into()
        .map_err(|_| corrupt("a stored id is not 16 bytes long"))?;
    Ok(I::from_stored(bytes))
}

/// The number in column `i`, which is never negative.
pub(crate) fn count(row: Row<'_>, i: usize) -> Result<u64> {
    let number = row.integer(i).map_err(unreadable)?;
    u64::try_from(number).map_err(|_| corrupt("a stored count is negative"))
}

/// The revision in column `i`.
pub(crate) fn revision(row: Row<'_>, i: usize) -> Result<Revision> {
    Revision::new(count(row, i)?)
        .map_err(|e| corrupt("a stored revision is not valid").with_source(e))
}

/// The time in column `i`.
pub(crate) fn time(row: Row<'_>, i: usize) -> Result<Timestamp> {
    time_of(row.integer(i).map_err(unreadable)?)
}

/// The time in column `i`, which may be NULL.
pub(crate) fn time_or_none(row: Row<'_>, i: usize) -> Result<Option<Timestamp>> {
    row.opt_integer(i)
        .map_err(unreadable)?
        .map(time_of)
        .transpose()
}

fn time_of(micros: i64) -> Result<Timestamp> {
    Timestamp::from_micros(micros).map_err(|e| corrupt("a stored time is not valid").with_source(e))
}

/// The text in column `i`, as the checked type that it was stored from.
pub(crate) fn name<T: std::str::FromStr<Err = memory_core::Error>>(
    row: Row<'_>,
    i: usize,
) -> Result<T> {
    parse_name(row.text(i).map_err(unreadable)?)
}

/// The text in column `i`, which may be NULL, as the checked type that it was stored from.
pub(crate) fn name_or_none<T: std::str::FromStr<Err = memory_core::Error>>(
    row: Row<'_>,
    i: usize,
) -> Result<Option<T>> {
    row.opt_text(i)
        .map_err(unreadable)?
        .map(parse_name)
        .transpose()
}

pub(crate) fn parse_name<T: std::str::FromStr<Err = memory_core::Error>>(text: &str) -> Result<T> {
    text.parse()
        .map_err(|e: memory_core::Error| corrupt("a stored name is not valid").with_source(e))
}

/// A size or a number of entries as a column holds it.
pub(crate) fn as_i64(number: usize) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
