//! Does the work of an order with anything that stores episodes.

use std::hint::black_box;
use std::sync::Arc;
use std::time::{Duration, Instant};

use memory_core::{Episode, EpisodeId};
use tokio::runtime::Runtime;

use super::order::{Answer, Order, Work};
use super::{Dice, Episodes, cpu_time};

/// What becomes of one operation; an error in words.
pub type Outcome = Result<(), String>;

/// Something that stores episodes. Each operation fails when it did not do what it says.
pub trait Memory: Send + Sync + 'static {
    /// An episode as it takes them.
    type Episode: Send + Sync + 'static;

    /// What it needs of an episode, made before the time runs.
    fn prepare(&self, episode: Episode) -> Self::Episode;

    /// Stores all of them, or none.
    fn batch(&self, episodes: Vec<Self::Episode>) -> impl Future<Output = Outcome> + Send;

    /// Stores one.
    fn store(&self, episode: &Self::Episode) -> impl Future<Output = Outcome> + Send {
        let _ = episode;
        async { Err("it cannot store one".to_owned()) }
    }

    /// Reads one that is there.
    fn get(&self, id: EpisodeId) -> impl Future<Output = Outcome> + Send;

    /// The 20 newest episodes whose task is to repair something.
    fn page(&self) -> impl Future<Output = Outcome> + Send {
        async { Err("it has no pages".to_owned()) }
    }

    /// The 20 newest episodes of the agent `coder-1`.
    fn search(&self) -> impl Future<Output = Outcome> + Send {
        async { Err("it cannot search".to_owned()) }
    }
}

/// One operation of a task.
enum Step<E> {
    Batch(Vec<E>),
    Store(E),
    Get(EpisodeId),
    Page,
    Search,
}

/// A memory with its runtime and the episodes of which it is full.
pub struct Measured<M: Memory> {
    runtime: Runtime,
    memory: Arc<M>,
    source: Episodes,
    stored: Vec<EpisodeId>,
    dice: Dice,
}

impl<M: Memory> Measured<M> {
    /// Measures `memory`, which belongs to `runtime` and is empty. All that are measured get the same
    /// episodes in the same order.
    pub fn new(runtime: Runtime, memory: M) -> Self {
        Self {
            runtime,
            memory: Arc::new(memory),
            source: Episodes::new(1),
            stored: Vec::new(),
            dice: Dice::new(2),
        }
    }

    /// Does it, and says what it took. Making the episodes is not measured.
    pub fn order(&mut self, order: Order) -> Answer {
        let clock = order.work == Work::Get;
        let mut tasks: Vec<_> = (0..order.tasks).map(|_| self.steps(order)).collect();
        let (begin, cpu) = (Instant::now(), cpu_time());
        let seen = if tasks.len() == 1 {
            let steps = tasks.swap_remove(0);
            vec![self.runtime.block_on(run(&*self.memory, steps, clock))]
        } else {
            self.runtime.block_on(at_once(&self.memory, tasks, clock))
        };
        let (wall, cpu) = (begin.elapsed(), cpu_time().saturating_sub(cpu));
        let mut times: Vec<_> = seen.iter().flat_map(|seen| seen.times.clone()).collect();
        times.sort_unstable();
        Answer {
            wall,
            cpu,
            median: times.get(times.len() / 2).copied().unwrap_or_default(),
            errors: seen.iter().map(|seen| seen.errors).sum(),
            first: seen
                .into_iter()
                .map(|seen| seen.first)
                .find(|first| !first.is_empty())
                .unwrap_or_default(),
        }
    }

    /// What one task is to do.
    fn steps(&mut self, order: Order) -> Vec<Step<M::Episode>> {
        let span = order.span.min(self.stored.len());
        match order.work {
            Work::Batch => {
                let made: Vec<_> = self.source.by_ref().take(order.each).collect();
                self.stored.extend(made.iter().map(|episode| episode.id));
                let made = made.into_iter().map(|episode| self.memory.prepare(episode));
                vec![Step::Batch(made.collect())]
            }
            Work::Store => {
                let made = self.source.by_ref().take(order.each);
                let made = made.map(|episode| Step::Store(self.memory.prepare(episode)));
                made.collect()
            }
            Work::Each => self
                .stored
                .iter()
                .take(span)
                .map(|id| Step::Get(*id))
                .collect(),
            Work::Get | Work::Hit => {
                let end = u64::try_from(span).unwrap_or(u64::MAX);
                let mut any = || usize::try_from(self.dice.below(end)).unwrap_or(0);
                let ids = (0..order.each).filter_map(|_| self.stored.get(any()));
                ids.map(|id| Step::Get(*id)).collect()
            }
            Work::Page => (0..order.each).map(|_| Step::Page).collect(),
            Work::Search => (0..order.each).map(|_| Step::Search).collect(),
        }
    }
}

/// What one task saw.
#[derive(Default)]
struct Seen {
    times: Vec<Duration>,
    errors: usize,
    first: String,
}

async fn at_once<M: Memory>(
    memory: &Arc<M>,
    tasks: Vec<Vec<Step<M::Episode>>>,
    timed: bool,
) -> Vec<Seen> {
    let spawn = |steps| {
        let memory = Arc::clone(memory);
        tokio::spawn(async move { run(&*memory, steps, timed).await })
    };
    let running: Vec<_> = tasks.into_iter().map(spawn).collect();
    let mut all = Vec::new();
    for task in running {
        // A task that panicked counts as an error.
        all.push(task.await.unwrap_or_else(|error| Seen {
            errors: 1,
            first: error.to_string(),
            ..Seen::default()
        }));
    }
    all
}

async fn run<M: Memory>(memory: &M, steps: Vec<Step<M::Episode>>, timed: bool) -> Seen {
    let mut seen = Seen::default();
    if timed {
        seen.times.reserve(steps.len());
    }
    for step in steps {
        let begin = timed.then(Instant::now);
        let outcome = match step {
            Step::Batch(episodes) => memory.batch(episodes).await,
            Step::Store(episode) => memory.store(&episode).await,
            Step::Get(id) => memory.get(id).await,
            Step::Page => memory.page().await,
            Step::Search => memory.search().await,
        };
        seen.times.extend(begin.map(|begin| begin.elapsed()));
        if let Err(error) = black_box(outcome) {
            seen.errors += 1;
            if seen.first.is_empty() {
                seen.first = error;
            }
        }
    }
    seen
}
