//! The locks and atomics of the protocol. In unit tests they are shuttle's,
//! which runs the real types under every schedule it can think of; everything
//! that is not part of the protocol (statistics, heat, the store) takes them
//! from `std`.

#[cfg(test)]
pub(crate) use shuttle::sync::{Mutex, MutexGuard, atomic::AtomicU64};
#[cfg(not(test))]
pub(crate) use std::sync::{Mutex, MutexGuard, atomic::AtomicU64};

/// Locks, also after a panic of another holder: what these locks guard is
/// whole whenever foreign code runs.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex
        .lock()
        .unwrap_or_else(std::sync::PoisonError::into_inner)
}
