use crate::error::unreadable;
use memory_core::{Page, Position, Result};
use turso_conn::{Row, Rows};

/// Where the answer to a page says how much there was.
pub(crate) enum Cut {
    /// In this column: how many records were found, at most one more than asked for.
    Found(usize),
    /// Nowhere: one more row than this was asked for, and is left out.
    OneMoreThan(usize),
}

/// The page in `rows`.
pub(crate) fn page_of<T, P: Position>(
    rows: &Rows,
    cut: &Cut,
    decode: impl FnMut(Row<'_>) -> Result<T>,
    position: impl FnOnce(&T) -> P,
) -> Result<Page<T>> {
    let (wanted, more) = extent(rows, cut)?;
    let items: Vec<T> = rows
        .iter()
        .take(wanted)
        .map(decode)
        .collect::<Result<_>>()?;
    let next = items
        .last()
        .filter(|_| more)
        .map(|last| position(last).to_cursor());
    Ok(Page { items, next })
}

/// How many rows belong to the page, and whether there are more.
fn extent(rows: &Rows, cut: &Cut) -> Result<(usize, bool)> {
    let len = rows.len();
    Ok(match *cut {
        Cut::OneMoreThan(limit) => (limit, len > limit),
        Cut::Found(column) => {
            let found = rows.first().map(|row| row.integer(column)).transpose();
            let found = found.map_err(unreadable)?.unwrap_or(0);
            (len, found > crate::record::as_i64(len))
        }
    })
}
