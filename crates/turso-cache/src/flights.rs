use std::collections::HashMap;
use std::hash::Hash;
use std::sync::Arc;
use std::time::Duration;

use crate::Reading;
use crate::flight::{Flight, Landing};
use crate::sync::{Mutex, lock};

/// The loads under way: at most one per key that newcomers wait for.
#[derive(Debug)]
pub(crate) struct Flights<K, V> {
    flights: Mutex<HashMap<K, Arc<Flight<V>>>>,
    patience: Duration,
}

/// What somebody has to do who needs a value.
pub(crate) enum Boarding<'a, K: Hash + Eq, V> {
    /// Load it, for all who come.
    Lead(Leader<'a, K, V>),
    /// Take what this flight brings.
    Follow(Arc<Flight<V>>),
    /// Wait until this flight has landed, do not take what it brings, and come
    /// again: it may have read before a write that is visible already.
    Outwait(Arc<Flight<V>>),
}

impl<K: Hash + Eq + Clone, V> Flights<K, V> {
    pub(crate) fn new(patience: Duration) -> Self {
        Self {
            flights: Mutex::new(HashMap::new()),
            patience,
        }
    }

    /// Finds a place for a reader. `reading` is taken after the reader came;
    /// `waited` says that it has seen a flight of this key land since, so that
    /// whatever flies now started after it came.
    ///
    /// Invariant: what a flight brings is taken only by readers for whom it is
    /// current: it started after they came, or no write was under way when it
    /// started and none has begun since.
    pub(crate) fn board(&self, key: &K, reading: Reading, waited: bool) -> Boarding<'_, K, V> {
        let mut flights = lock(&self.flights);
        if let Some(flight) = flights.get(key) {
            let same = flight.reading.is_like(&reading);
            if waited || (same && reading.is_quiet() && !self.is_late(flight, &reading)) {
                return Boarding::Follow(Arc::clone(flight));
            }
            if same && !self.is_late(flight, &reading) {
                return Boarding::Outwait(Arc::clone(flight));
            }
        }
        let flight = Arc::new(Flight::new(reading));
        flights.insert(key.clone(), Arc::clone(&flight));
        Boarding::Lead(Leader {
            flights: self,
            key: key.clone(),
            flight,
        })
    }

    fn is_late(&self, flight: &Flight<V>, reading: &Reading) -> bool {
        reading.began.saturating_sub(flight.reading.began) > self.patience
    }
}

impl<K: Hash + Eq, V> Flights<K, V> {
    /// Forgets a flight, unless another one of the same key has taken off.
    fn remove(&self, key: &K, flight: &Arc<Flight<V>>) {
        let mut flights = lock(&self.flights);
        if flights.get(key).is_some_and(|it| Arc::ptr_eq(it, flight)) {
            flights.remove(key);
        }
    }
}

/// The duty to load a value. Dropped, by a panic or because its caller lost
/// interest, it passes on to one of those who wait.
#[derive(Debug)]
pub(crate) struct Leader<'a, K: Hash + Eq, V> {
    flights: &'a Flights<K, V>,
    key: K,
    flight: Arc<Flight<V>>,
}

impl<K: Hash + Eq, V> Leader<'_, K, V> {
    pub(crate) fn key(&self) -> &K {
        &self.key
    }

    pub(crate) fn reading(&self) -> &Reading {
        &self.flight.reading
    }

    /// Ends the flight. Whoever comes later starts anew.
    pub(crate) fn land(self, landing: Landing<V>) {
        self.finish(landing);
    }

    fn finish(&self, landing: Landing<V>) {
        self.flights.remove(&self.key, &self.flight);
        self.flight.land(landing);
    }
}

impl<K: Hash + Eq, V> Drop for Leader<'_, K, V> {
    fn drop(&mut self) {
        // After a landing this does nothing.
        self.finish(Landing::Abandoned);
    }
}
