use crate::args::Window;
use crate::error::Result;
use memory_storage_turso::limits::PAGE_ITEMS_MAX;
use memory_storage_turso::{Cursor, PageRequest};

/// Goes through the pages of a list until a window is full.
#[derive(Debug)]
pub(crate) struct Pages {
    left: u64,
    after: Option<Cursor>,
}

impl Pages {
    pub(crate) fn of(window: &Window) -> Self {
        let left = if window.all { u64::MAX } else { window.limit };
        let after = window.after.clone();
        Self { left, after }
    }

    /// The next page to ask for.
    pub(crate) fn request(&self) -> Result<PageRequest> {
        let limit = usize::try_from(self.left).unwrap_or(PAGE_ITEMS_MAX);
        let page = PageRequest::first(limit.clamp(1, PAGE_ITEMS_MAX))?;
        Ok(match &self.after {
            Some(cursor) => page.after(cursor.clone()),
            None => page,
        })
    }

    /// Takes note of a page, and says whether another one is wanted.
    pub(crate) fn goes_on(&mut self, items: usize, next: Option<Cursor>) -> bool {
        self.left = self.left.saturating_sub(items as u64);
        self.after = next;
        self.left > 0 && self.after.is_some()
    }

    /// Where the rest begins, when there is one.
    pub(crate) fn into_rest(self) -> Option<Cursor> {
        self.after
    }
}
