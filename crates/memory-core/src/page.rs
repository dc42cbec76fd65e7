use crate::limits::{PAGE_ITEMS_DEFAULT, PAGE_ITEMS_MAX};
use crate::{EpisodeId, Error, PatternId, RelationshipKey, Result, Tag, Timestamp};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// The order of a page.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Order {
    /// Latest first; the default, because agents ask for what happened last.
    #[default]
    NewestFirst,
    /// Earliest first.
    OldestFirst,
}

/// Where the next page begins. Opaque: it is good for the query that it came from,
/// for ever, whatever is inserted meanwhile.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Cursor(String);

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl From<String> for Cursor {
    fn from(text: String) -> Self {
        Self(text)
    }
}

/// Which page is wanted.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct PageRequest {
    limit: usize,
    after: Option<Cursor>,
}

impl PageRequest {
    /// The first page of at most `limit` items.
    ///
    /// # Errors
    /// `Limit` unless `limit` is 1 to 1,000.
    pub fn first(limit: usize) -> Result<Self> {
        if limit == 0 {
            return Err(Error::new(
                crate::ErrorKind::Limit,
                "a page holds at least one item",
            ));
        }
        crate::check::at_most("a page", limit, PAGE_ITEMS_MAX, "items")?;
        Ok(Self { limit, after: None })
    }

    /// The same number of items, from `cursor` on.
    #[must_use]
    pub fn after(mut self, cursor: Cursor) -> Self {
        self.after = Some(cursor);
        self
    }

    /// At most this many items.
    pub const fn limit(&self) -> usize {
        self.limit
    }

    /// Where the page begins; none at the beginning.
    pub const fn cursor(&self) -> Option<&Cursor> {
        self.after.as_ref()
    }

    /// The position behind which the page begins, for backends.
    ///
    /// # Errors
    /// `Misuse` when the cursor came from another kind of query.
    pub fn position<P: Position>(&self) -> Result<Option<P>> {
        self.after.as_ref().map(P::from_cursor).transpose()
    }
}

impl Default for PageRequest {
    fn default() -> Self {
        Self {
            limit: PAGE_ITEMS_DEFAULT,
            after: None,
        }
    }
}

/// Some items of a result, and where the next ones begin.
///
/// A page may hold fewer items than were asked for, because it is bounded in
/// bytes too ([`PAGE_BYTES_MAX`](crate::limits::PAGE_BYTES_MAX)): only `next` says
/// whether there are more.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Page<T> {
    /// The items, in order.
    pub items: Vec<T>,
    /// Where the next page begins; none when this is the last.
    pub next: Option<Cursor>,
}

impl<T> Page<T> {
    /// The same page of other items.
    pub fn map<U>(self, f: impl FnMut(T) -> U) -> Page<U> {
        Page {
            items: self.items.into_iter().map(f).collect(),
            next: self.next,
        }
    }
}

/// A place in the order of a result, as backends need it.
pub trait Position: Sized {
    /// The cursor that means this place.
    fn to_cursor(&self) -> Cursor;

    /// The place that `cursor` means.
    ///
    /// # Errors
    /// `Misuse` when the cursor came from another kind of query.
    fn from_cursor(cursor: &Cursor) -> Result<Self>;
}

fn bad_cursor() -> Error {
    Error::misuse("the cursor does not belong to this query: begin at the first page")
}

/// Splits a cursor into its mark and `N` fields; the last field takes the rest.
fn fields<'a, const N: usize>(cursor: &'a Cursor, mark: &str) -> Result<[&'a str; N]> {
    let rest = cursor.0.strip_prefix(mark).ok_or_else(bad_cursor)?;
    let parts: Vec<&str> = rest.splitn(N, '.').collect();
    parts.try_into().map_err(|_| bad_cursor())
}

fn parse<T: FromStr>(text: &str) -> Result<T> {
    text.parse().map_err(|_| bad_cursor())
}

/// A place among episodes, which are ordered by `started_at`, then by id.
pub type EpisodePosition = (Timestamp, EpisodeId);

impl Position for EpisodePosition {
    fn to_cursor(&self) -> Cursor {
        Cursor(format!("e.{}.{}", self.0.as_micros(), self.1))
    }

    fn from_cursor(cursor: &Cursor) -> Result<Self> {
        let [time, id] = fields(cursor, "e.")?;
        let time = Timestamp::from_micros(parse(time)?).map_err(|_| bad_cursor())?;
        Ok((time, parse(id)?))
    }
}

/// A place among patterns, which are ordered by `created_at`, then by id.
pub type PatternPosition = (Timestamp, PatternId);

impl Position for PatternPosition {
    fn to_cursor(&self) -> Cursor {
        Cursor(format!("p.{}.{}", self.0.as_micros(), self.1))
    }

    fn from_cursor(cursor: &Cursor) -> Result<Self> {
        let [time, id] = fields(cursor, "p.")?;
        let time = Timestamp::from_micros(parse(time)?).map_err(|_| bad_cursor())?;
        Ok((time, parse(id)?))
    }
}

impl Position for RelationshipKey {
    fn to_cursor(&self) -> Cursor {
        Cursor(format!("r.{}.{}.{}", self.from, self.kind, self.to))
    }

    fn from_cursor(cursor: &Cursor) -> Result<Self> {
        let [from, kind, to] = fields(cursor, "r.")?;
        Ok(Self {
            from: parse(from)?,
            kind: parse(kind)?,
            to: parse(to)?,
        })
    }
}

impl Position for Tag {
    fn to_cursor(&self) -> Cursor {
        Cursor(format!("t.{self}"))
    }

    fn from_cursor(cursor: &Cursor) -> Result<Self> {
        let [tag] = fields(cursor, "t.")?;
        Self::new(tag).map_err(|_| bad_cursor())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{ErrorKind, RelationshipKind};
    use proptest::prelude::*;

    fn kind_of<P: Position>(cursor: &Cursor) -> Option<ErrorKind> {
        P::from_cursor(cursor).err().map(|error| error.kind())
    }

    fn returns<P: Position + PartialEq>(place: &P) -> bool {
        P::from_cursor(&place.to_cursor()).is_ok_and(|back| &back == place)
    }

    proptest! {
        #[test]
        fn every_position_returns_from_its_cursor(
            micros in Timestamp::MIN.as_micros()..=Timestamp::MAX.as_micros(),
            a: [u8; 16],
            b: [u8; 16],
            kind in prop::sample::select(&RelationshipKind::ALL[..]),
            tag in "[^\\x00-\\x20\\x7f-\\x9f]{1,8}",
        ) {
            let time = Timestamp::from_micros(micros).unwrap();
            let (from, to) = (EpisodeId::from_bytes(a), EpisodeId::from_bytes(b));
            prop_assert!(returns(&(time, from)));
            prop_assert!(returns(&(time, PatternId::from_bytes(b))));
            let key = RelationshipKey { from, kind, to };
            prop_assert!(returns(&key));
            prop_assert!(returns(&Tag::new(tag).unwrap()));
        }

        #[test]
        fn any_other_text_is_misuse(text in ".{0,40}") {
            let cursor = Cursor::from(text);
            for kind in [
                kind_of::<EpisodePosition>(&cursor),
                kind_of::<PatternPosition>(&cursor),
                kind_of::<RelationshipKey>(&cursor),
            ] {
                prop_assert_eq!(kind, Some(ErrorKind::Misuse));
            }
        }
    }

    #[test]
    fn a_cursor_serves_one_kind_of_query() {
        let time = Timestamp::from_micros(0).unwrap();
        let cursor = (time, EpisodeId::from_bytes([1; 16])).to_cursor();
        assert_eq!(kind_of::<PatternPosition>(&cursor), Some(ErrorKind::Misuse));
        assert_eq!(kind_of::<RelationshipKey>(&cursor), Some(ErrorKind::Misuse));
        assert_eq!(kind_of::<Tag>(&cursor), Some(ErrorKind::Misuse));
    }

    #[test]
    fn a_page_holds_1_to_1000_items() {
        for (limit, ok) in [(0, false), (1, true), (1_000, true), (1_001, false)] {
            assert_eq!(PageRequest::first(limit).is_ok(), ok);
        }
    }
}
