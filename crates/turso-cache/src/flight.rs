use std::any::Any;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use slab::Slab;

use crate::Reading;
use crate::sync::{Mutex, lock};

/// One load under way, and those who wait for it.
#[derive(Debug)]
pub(crate) struct Flight<V> {
    pub(crate) reading: Reading,
    state: Mutex<State<V>>,
}

#[derive(Debug)]
struct State<V> {
    landing: Option<Arc<Landing<V>>>,
    waiting: Slab<Waker>,
}

/// How a load ended.
pub(crate) enum Landing<V> {
    Loaded(Option<V>),
    /// With the loader's error, of whatever type.
    Failed(Box<dyn Any + Send + Sync>),
    /// By a panic, or because its caller lost interest.
    Abandoned,
}

impl<V> Flight<V> {
    pub(crate) fn new(reading: Reading) -> Self {
        Self {
            reading,
            state: Mutex::new(State {
                landing: None,
                waiting: Slab::new(),
            }),
        }
    }

    /// Ends the wait of all who wait. The first end counts.
    pub(crate) fn land(&self, landing: Landing<V>) {
        let mut state = lock(&self.state);
        if state.landing.is_some() {
            return;
        }
        state.landing = Some(Arc::new(landing));
        let waiting = std::mem::take(&mut state.waiting);
        drop(state);
        waiting.into_iter().for_each(|(_, waker)| waker.wake());
    }
}

impl<V> fmt::Debug for Landing<V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Loaded(_) => "Loaded",
            Self::Failed(_) => "Failed",
            Self::Abandoned => "Abandoned",
        })
    }
}

/// Waits for the end of a flight.
#[derive(Debug)]
pub(crate) struct Wait<V> {
    flight: Arc<Flight<V>>,
    place: Option<usize>,
}

impl<V> Wait<V> {
    pub(crate) fn new(flight: Arc<Flight<V>>) -> Self {
        Self {
            flight,
            place: None,
        }
    }
}

impl<V> Future for Wait<V> {
    type Output = Arc<Landing<V>>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.get_mut();
        // Foreign code, also that of dropping a waker, runs outside the lock.
        let mut waker = context.waker().clone();
        let mut state = lock(&this.flight.state);
        if let Some(landing) = &state.landing {
            return Poll::Ready(Arc::clone(landing));
        }
        match this.place.and_then(|place| state.waiting.get_mut(place)) {
            Some(place) => std::mem::swap(place, &mut waker),
            None => this.place = Some(state.waiting.insert(waker.clone())),
        }
        drop(state);
        Poll::Pending
    }
}

impl<V> Drop for Wait<V> {
    fn drop(&mut self) {
        if let Some(place) = self.place {
            let waker = lock(&self.flight.state).waiting.try_remove(place);
            drop(waker);
        }
    }
}
