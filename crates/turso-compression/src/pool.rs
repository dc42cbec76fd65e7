use std::sync::{Mutex, MutexGuard, PoisonError};

/// Idle states for reuse, at most one per processor.
#[derive(Debug)]
pub(crate) struct Pool<T> {
    idle: Mutex<Vec<T>>,
    idle_max: usize,
}

impl<T> Pool<T> {
    pub(crate) fn new() -> Self {
        let idle_max = std::thread::available_parallelism().map_or(1, usize::from);
        Self {
            idle: Mutex::default(),
            idle_max,
        }
    }

    /// Runs `work` on an idle state, or on a new one. The lock is not held
    /// meanwhile; a state whose work panics is gone.
    pub(crate) fn run<R>(&self, make: impl FnOnce() -> T, work: impl FnOnce(&mut T) -> R) -> R {
        let idle = self.idle().pop();
        let mut state = idle.unwrap_or_else(make);
        let result = work(&mut state);
        self.put_back(state);
        result
    }

    fn put_back(&self, state: T) {
        let mut idle = self.idle();
        if idle.len() < self.idle_max {
            idle.push(state);
        }
    }

    fn idle(&self) -> MutexGuard<'_, Vec<T>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_state_is_made_once_and_used_again() {
        let pool = Pool::new();
        pool.run(|| 0, |n| *n += 1);
        pool.run(|| panic!("there is an idle one"), |n| assert_eq!(*n, 1));
    }

    /// Holds `depth` states at once.
    fn nest(pool: &Pool<()>, depth: usize) {
        if depth > 0 {
            pool.run(|| (), |()| nest(pool, depth - 1));
        }
    }

    #[test]
    fn idle_states_are_bounded() {
        let pool = Pool::new();
        nest(&pool, pool.idle_max + 3);
        assert_eq!(pool.idle().len(), pool.idle_max);
    }

    #[test]
    fn a_state_that_panicked_is_not_used_again() {
        let pool = Pool::new();
        let work = || pool.run(|| 1, |_| panic!("in the middle of it"));
        assert!(std::panic::catch_unwind(std::panic::AssertUnwindSafe(work)).is_err());
        assert_eq!(pool.idle().len(), 0);
        assert_eq!(pool.run(|| 2, |n| *n), 2);
    }
}
