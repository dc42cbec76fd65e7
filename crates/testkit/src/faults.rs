use std::future::Future;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::{Error, ErrorKind, Gate, Result};

/// What happens to a call instead of, or before, its usual course.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Fault<K> {
    /// It fails with this kind, and nothing was done.
    Fail(K),
    /// It is done, and then fails with this kind: a reply that was lost. An
    /// error of the call itself comes through unchanged.
    FailAfter(K),
    /// It waits at the gate and then takes its course. Dropped while it
    /// waits, it has done nothing.
    Park(Gate),
    /// It takes its course and then waits at the gate with its answer.
    ParkAfter(Gate),
}

/// Which calls of a wrapped connector or storage fail, and how.
///
/// `K` is the kind of error of what is wrapped. Clones share one list, so that
/// a test keeps one and gives the other away. Without faults, every call goes
/// through untouched.
#[derive(Debug)]
pub struct Faults<K> {
    plan: Arc<Mutex<Plan<K>>>,
}

#[derive(Debug)]
struct Plan<K> {
    calls: usize,
    struck: usize,
    armed: Vec<Armed<K>>,
}

#[derive(Debug)]
struct Armed<K> {
    operation: Option<&'static str>,
    remaining: usize,
    fault: Fault<K>,
}

impl<K> Clone for Faults<K> {
    fn clone(&self) -> Self {
        Self {
            plan: Arc::clone(&self.plan),
        }
    }
}

impl<K> Default for Faults<K> {
    fn default() -> Self {
        Self::none()
    }
}

impl<K> Faults<K> {
    /// No faults yet.
    pub fn none() -> Self {
        let plan = Plan {
            calls: 0,
            struck: 0,
            armed: Vec::new(),
        };
        Self {
            plan: Arc::new(Mutex::new(plan)),
        }
    }

    /// Lets the `n`-th call from now meet `fault`, counted from 1.
    pub fn nth(&self, n: usize, fault: Fault<K>) {
        self.arm(None, n, fault);
    }

    /// Lets the `n`-th call of one operation from now meet `fault`, counted
    /// from 1. Operations are called as their methods: `connect`, `atomic`,
    /// `store_episodes`.
    pub fn nth_of(&self, operation: &'static str, n: usize, fault: Fault<K>) {
        self.arm(Some(operation), n, fault);
    }

    /// Forgets the faults that have not struck.
    pub fn clear(&self) {
        self.plan().armed.clear();
    }

    /// How many calls there were.
    pub fn calls(&self) -> usize {
        self.plan().calls
    }

    /// How many faults have struck.
    pub fn struck(&self) -> usize {
        self.plan().struck
    }

    fn arm(&self, operation: Option<&'static str>, n: usize, fault: Fault<K>) {
        let remaining = n.saturating_sub(1);
        self.plan().armed.push(Armed {
            operation,
            remaining,
            fault,
        });
    }

    fn plan(&self) -> MutexGuard<'_, Plan<K>> {
        self.plan.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Runs `call` as the plan wants it; `error` makes the error of a fault.
    pub(crate) async fn around<T, E>(
        &self,
        operation: &'static str,
        call: impl Future<Output = std::result::Result<T, E>>,
        error: fn(K, &'static str) -> E,
    ) -> std::result::Result<T, E> {
        let fault = self.plan().next(operation);
        match fault {
            None => call.await,
            Some(Fault::Fail(kind)) => Err(error(kind, operation)),
            Some(Fault::FailAfter(kind)) => {
                call.await?;
                Err(error(kind, operation))
            }
            Some(Fault::Park(gate)) => {
                gate.pass().await;
                call.await
            }
            Some(Fault::ParkAfter(gate)) => {
                let answer = call.await;
                gate.pass().await;
                answer
            }
        }
    }

    /// The same for several calls that are made at once. A gate holds up all of them.
    pub(crate) async fn around_each<C, T, E, F>(
        &self,
        operation: &'static str,
        calls: Vec<C>,
        run: impl FnOnce(Vec<C>) -> F,
        error: fn(K, &'static str) -> E,
    ) -> Vec<std::result::Result<T, E>>
    where
        F: Future<Output = Vec<std::result::Result<T, E>>>,
    {
        let mut faults = Vec::with_capacity(calls.len());
        for _ in &calls {
            faults.push(self.plan().next(operation));
        }
        for fault in &faults {
            if let Some(Fault::Park(gate)) = fault {
                gate.pass().await;
            }
        }
        let untouched = calls.into_iter().zip(&faults);
        let untouched = untouched.filter(|(_, fault)| !matches!(fault, Some(Fault::Fail(_))));
        let answers = run(untouched.map(|(call, _)| call).collect()).await;
        for fault in &faults {
            if let Some(Fault::ParkAfter(gate)) = fault {
                gate.pass().await;
            }
        }
        let mut answers = answers.into_iter();
        let each = faults.into_iter().map_while(|fault| match fault {
            Some(Fault::Fail(kind)) => Some(Err(error(kind, operation))),
            Some(Fault::FailAfter(kind)) => {
                let answer = answers.next()?;
                Some(answer.and_then(|_| Err(error(kind, operation))))
            }
            _ => answers.next(),
        });
        each.collect()
    }
}

impl<K> Plan<K> {
    /// Counts a call and takes out the fault that is due. Of two that are due
    /// at once, the later one meets the next call.
    fn next(&mut self, operation: &'static str) -> Option<Fault<K>> {
        self.calls += 1;
        let mut due = None;
        for (index, armed) in self.armed.iter_mut().enumerate() {
            if armed.operation.is_some_and(|wanted| wanted != operation) {
                continue;
            }
            if armed.remaining == 0 {
                due = due.or(Some(index));
            } else {
                armed.remaining -= 1;
            }
        }
        let armed = self.armed.remove(due?);
        self.struck += 1;
        Some(armed.fault)
    }
}

/// Runs `test` again and again, with its first call failing, then its second,
/// and so on, until a run passes untouched; returns how many runs failed.
///
/// Every run gets faults of its own and is expected to make its own world.
///
/// # Errors
///
/// [`ErrorKind::Timeout`] when run `runs_max` is still struck: the test makes
/// more calls than it should.
pub async fn every_failure<K: Copy>(
    kind: K,
    runs_max: usize,
    mut test: impl AsyncFnMut(Faults<K>),
) -> Result<usize> {
    for n in 1..=runs_max {
        let faults = Faults::none();
        faults.nth(n, Fault::Fail(kind));
        test(faults.clone()).await;
        if faults.struck() == 0 {
            return Ok(n - 1);
        }
    }
    Err(Error::new(
        ErrorKind::Timeout,
        format!("call {runs_max} was not the last one"),
    ))
}
