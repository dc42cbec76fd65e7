use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

/// Texts that are made once, by a number that stands for each. There are as many as there are
/// combinations of filters, a few thousand at the very most, so they are never given back.
#[derive(Debug, Default)]
pub(crate) struct Texts(Mutex<Option<HashMap<usize, &'static str>>>);

impl Texts {
    pub(crate) const fn new() -> Self {
        Self(Mutex::new(None))
    }

    /// The text with this number, which `make` makes if it is the first time.
    pub(crate) fn get(&self, number: usize, make: impl FnOnce() -> String) -> &'static str {
        let mut texts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        texts
            .get_or_insert_default()
            .entry(number)
            .or_insert_with(|| Box::leak(make().into_boxed_str()))
    }
}
