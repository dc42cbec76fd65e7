use std::any::Any;
use std::future::Future;
use std::hash::Hash;
use std::pin::Pin;

use crate::cache::Look;
use crate::entry::Claim;
use crate::flight::{Landing, Wait};
use crate::flights::{Boarding, Leader};
use crate::{Cache, Scope};

/// The renewal of a value, to be run by whoever can run a task.
pub type Renewal = Pin<Box<dyn Future<Output = ()> + Send>>;

impl<K, V> Cache<K, V>
where
    K: Hash + Eq + Clone + Send + Sync + 'static,
    V: Clone + Send + Sync + 'static,
{
    /// The value of a key, from the cache or from `load`.
    ///
    /// `reads` names what the value is made from; always the same for the same
    /// key. `load` answers `Ok(None)` where there is no value, and must read
    /// what it reads after it is called. Of many callers with the same key one
    /// loads, and the others take what it gets.
    ///
    /// A value that is about to expire is renewed by one of its readers, who
    /// waits for that; should its load fail, it still gets the old value.
    ///
    /// # Errors
    ///
    /// The error of the load, to every caller who waited for that load with an
    /// error of the same type. Errors are not stored.
    ///
    /// # Cancellation
    ///
    /// Dropping the future ends its load, and one of those who wait takes over
    /// with a load of its own; a panic does the same. A load that hangs holds
    /// up those who wait for it until their own deadlines, and newcomers for
    /// [`load_patience`](crate::CacheConfig::load_patience). The future holds
    /// up others when it is neither polled nor dropped.
    pub async fn get_or_load<E, F, Fut>(
        &self,
        key: &K,
        reads: &[Scope],
        load: F,
    ) -> Result<Option<V>, E>
    where
        E: Clone + Send + Sync + 'static,
        F: FnOnce() -> Fut,
        Fut: Future<Output = Result<Option<V>, E>>,
    {
        match self.shared.look(key) {
            Look::Hit(value) => Ok(value),
            Look::Due(value, claim) => {
                let renewed = self.load(key, reads, load, Some(claim)).await;
                Ok(renewed.unwrap_or(value))
            }
            Look::Miss => self.load(key, reads, load, None).await,
        }
    }

    /// The same, but a renewal is given to `spawn` and nobody waits for it.
    /// What `spawn` drops is not renewed until the next reader. It is for loads that own what they
    /// need: one that borrows would have to copy it at each hit.
    ///
    /// # Errors
    ///
    /// As [`get_or_load`](Self::get_or_load). The error of a renewal is only
    /// counted.
    ///
    /// # Cancellation
    ///
    /// As [`get_or_load`](Self::get_or_load). A renewal goes on as long as
    /// whoever runs it wants.
    pub async fn get_or_spawn<E, F, Fut>(
        &self,
        key: &K,
        reads: &[Scope],
        load: F,
        spawn: impl FnOnce(Renewal),
    ) -> Result<Option<V>, E>
    where
        E: Clone + Send + Sync + 'static,
        F: FnOnce() -> Fut + Send + 'static,
        Fut: Future<Output = Result<Option<V>, E>> + Send,
    {
        match self.shared.look(key) {
            Look::Hit(value) => Ok(value),
            Look::Due(value, claim) => {
                spawn(self.renewal(key, reads, load, claim));
                Ok(value)
            }
            Look::Miss => self.load(key, reads, load, None).await,
        }
    }

    fn renewal<E, F, Fut>(&self, key: &K, reads: &[Scope], load: F, claim: Claim<K, V>) -> Renewal
    where
        E: Clone + Send + Sync + 'static,
        F: FnOnce() -> Fut + Send + 'static,
        Fut: Future<Output = Result<Option<V>, E>> + Send,
    {
        let (cache, key, reads) = (self.clone(), key.clone(), reads.to_vec());
        Box::pin(async move {
            // Its failure is counted; the value is served until its end.
            let _ = cache.load(&key, &reads, load, Some(claim)).await;
        })
    }

    async fn load<E, F, Fut>(
        &self,
        key: &K,
        reads: &[Scope],
        load: F,
        claim: Option<Claim<K, V>>,
    ) -> Result<Option<V>, E>
    where
        E: Clone + Send + Sync + 'static,
        F: FnOnce() -> Fut,
        Fut: Future<Output = Result<Option<V>, E>>,
    {
        let mut waited = false;
        loop {
            let reading = self.shared.begin(reads);
            match self.shared.flights.board(key, reading, waited) {
                Boarding::Lead(leader) => return self.lead(leader, load, claim).await,
                Boarding::Follow(flight) => {
                    if let Some(result) = self.brought(&*Wait::new(flight).await) {
                        return result;
                    }
                }
                Boarding::Outwait(flight) => drop(Wait::new(flight).await),
            }
            waited = true;
        }
    }

    /// What a flight brought that is of use to a follower.
    fn brought<E: Clone + 'static>(&self, landing: &Landing<V>) -> Option<Result<Option<V>, E>> {
        let result = match landing {
            Landing::Loaded(value) => Ok(value.clone()),
            Landing::Failed(error) => Err(error.downcast_ref::<E>()?.clone()),
            Landing::Abandoned => return None,
        };
        self.shared.counters.coalesced.one_more();
        Some(result)
    }

    async fn lead<E, F, Fut>(
        &self,
        leader: Leader<'_, K, V>,
        load: F,
        claim: Option<Claim<K, V>>,
    ) -> Result<Option<V>, E>
    where
        E: Clone + Send + Sync + 'static,
        F: FnOnce() -> Fut,
        Fut: Future<Output = Result<Option<V>, E>>,
    {
        let shared = &*self.shared;
        // Another flight may have landed since the lookup.
        let previous = match shared.peek(leader.key()) {
            Some((entry, true)) if !claim.as_ref().is_some_and(|it| it.is_for(&entry)) => {
                shared.counters.coalesced.one_more();
                leader.land(Landing::Loaded(entry.value.clone()));
                return Ok(entry.value.clone());
            }
            found => found.map(|(entry, _)| entry),
        };
        if claim.is_some() {
            shared.counters.refreshes.one_more();
        }
        shared.counters.loads.one_more();
        let result = load().await;
        let took = shared.now().saturating_sub(leader.reading().began);
        shared.counters.load_took(took);
        let landing = match &result {
            Ok(value) => {
                shared.fill(leader.key(), value.clone(), leader.reading(), previous);
                Landing::Loaded(value.clone())
            }
            Err(error) => {
                shared.counters.load_failures.one_more();
                Landing::Failed(Box::new(error.clone()) as Box<dyn Any + Send + Sync>)
            }
        };
        leader.land(landing);
        result
    }
}
