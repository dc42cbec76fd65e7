use crate::limits::PAGE_BYTES_MAX;
use crate::{Page, Position};

/// The first page of `items`: at most `limit` of them, and no more than a page
/// holds in bytes, but always one if there is one.
pub(super) fn page<P: Position, T>(
    items: impl Iterator<Item = (P, T)>,
    limit: usize,
    size: impl Fn(&T) -> usize,
) -> Page<T> {
    let mut page = Page {
        items: Vec::new(),
        next: None,
    };
    let (mut bytes, mut last) = (0_usize, None);
    for (position, item) in items {
        bytes = bytes.saturating_add(size(&item));
        if page.items.len() == limit || (bytes > PAGE_BYTES_MAX && last.is_some()) {
            page.next = last.as_ref().map(P::to_cursor);
            break;
        }
        page.items.push(item);
        last = Some(position);
    }
    page
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Tag;

    fn of(sizes: &[usize], limit: usize) -> (Vec<usize>, bool) {
        let items = sizes.iter().map(|size| (Tag::new("t").unwrap(), *size));
        let page = page(items, limit, |size| *size);
        (page.items, page.next.is_some())
    }

    #[test]
    fn a_page_ends_at_its_items_or_at_its_bytes() {
        assert_eq!(of(&[], 1), (vec![], false));
        assert_eq!(of(&[1, 2], 2), (vec![1, 2], false));
        assert_eq!(of(&[1, 2, 3], 2), (vec![1, 2], true));
        assert_eq!(
            of(&[PAGE_BYTES_MAX, 0, 1], 9),
            (vec![PAGE_BYTES_MAX, 0], true)
        );
    }

    #[test]
    fn the_first_item_is_always_there() {
        let large = PAGE_BYTES_MAX + 1;
        assert_eq!(of(&[large], 9), (vec![large], false));
        assert_eq!(of(&[large, 0], 9), (vec![large], true));
    }
}
