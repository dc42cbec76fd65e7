use crate::{Page, PageRequest, Result};

/// More pages than any test has: a cursor that leads in a circle ends here.
const PAGES_MAX: usize = 100_000;

/// All pages of a query, from the first to the one without a `next`.
///
/// `query` is called with each page's request in turn.
///
/// # Errors
/// The first error of `query`; `Limit` when `limit` is no size of a page.
///
/// # Panics
/// When there are over 100,000 pages: the cursors then lead in a circle.
pub async fn all_pages<T>(
    limit: usize,
    query: impl AsyncFn(PageRequest) -> Result<Page<T>>,
) -> Result<Vec<Vec<T>>> {
    let mut pages = Vec::new();
    let mut request = PageRequest::first(limit)?;
    while pages.len() < PAGES_MAX {
        let page = query(request.clone()).await?;
        pages.push(page.items);
        match page.next {
            Some(next) => request = request.after(next),
            None => return Ok(pages),
        }
    }
    panic!("over {PAGES_MAX} pages: the cursors lead in a circle")
}
