//! The way to the recorder of the application, which may panic.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

/// Calls the recorder until it panics for the first time, and never again after that. Clones
/// are the same.
#[derive(Clone, Debug, Default)]
pub(crate) struct Guard {
    panicked: Arc<AtomicBool>,
}

impl Guard {
    /// A handle of the recorder, or nobody who is told.
    pub(crate) fn handle<H>(&self, register: impl FnOnce() -> H) -> Told<H> {
        let handle = self.run(register);
        Told(handle.map(|handle| (self.clone(), handle)))
    }

    fn run<T>(&self, call: impl FnOnce() -> T) -> Option<T> {
        if self.panicked.load(Relaxed) {
            return None;
        }
        let done = catch_unwind(AssertUnwindSafe(call));
        if done.is_err() {
            self.panicked.store(true, Relaxed);
        }
        done.ok()
    }
}

/// A handle of the recorder, if anybody is told.
#[derive(Debug)]
pub(crate) struct Told<H>(Option<(Guard, H)>);

impl<H> Told<H> {
    pub(crate) fn nobody() -> Self {
        Self(None)
    }

    pub(crate) fn tell(&self, what: impl FnOnce(&H)) {
        if let Some((guard, handle)) = &self.0 {
            guard.run(|| what(handle));
        }
    }
}
