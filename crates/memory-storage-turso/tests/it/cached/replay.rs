//! Real episodes, replayed as an agent that remembers would.

use crate::real::{episode_of, lines};
use memory_storage_turso::{
    CacheConfig, CacheFigures, CacheStats, CachedStorage, Clock as _, EpisodeId, EpisodeQuery,
    EpisodeRelationship, EpisodeStore as _, ManualClock, Namespace, PageRequest, RelatedQuery,
    RelationshipKind, RelationshipStore as _, Timestamp, TursoStorage,
};
use serde_json::Value;
use std::collections::HashMap;
use std::time::Duration;
use testkit::{DataSet, Dice};

/// Agents of twenty steps, and of two to five.
const FILES: [&str; 4] = [
    "tau_airline",
    "intercode_part",
    "fireact_hotpotqa",
    "reflexion_programming",
];

/// Episodes that count as recent.
const RECENT: usize = 10;

/// Episodes that are read at each step.
const RECALLS: usize = 3;

/// What passes while an agent takes a step, and between two attempts.
const STEP: Duration = Duration::from_secs(5);
const PAUSE: Duration = Duration::from_secs(30);

/// An agent that works on one task after the other and remembers what it did.
struct Agent {
    memory: CachedStorage<TursoStorage>,
    clock: ManualClock,
    namespace: Namespace,
    done: Vec<EpisodeId>,
    /// The earlier attempts at each task.
    attempts: HashMap<String, Vec<EpisodeId>>,
    dice: Dice,
}

impl Agent {
    /// One attempt: looks at what was done lately and at the attempts before, looks something up
    /// at each step, and stores what it did.
    async fn attempt(&mut self, line: &Value, nth: i64) {
        let task = line["task_key"].as_str().unwrap();
        let recent = PageRequest::first(RECENT).unwrap();
        let query = EpisodeQuery::default();
        self.memory.query_episodes(&query, &recent).await.unwrap();
        let before = self.attempts.get(task).cloned().unwrap_or_default();
        if let Some(last) = before.last() {
            let related = RelatedQuery::from(self.namespace.clone(), *last);
            self.memory.find_related(&related).await.unwrap();
        }
        for _ in line["steps"].as_array().unwrap() {
            for _ in 0..RECALLS {
                self.look_up(&before).await;
            }
            self.clock.advance(STEP);
        }
        let episode = episode_of(line, nth);
        let id = episode.id;
        self.memory.store_episode(&episode).await.unwrap();
        if let Some(last) = before.last() {
            self.relate(id, *last).await;
        }
        self.attempts.entry(task.to_owned()).or_default().push(id);
        self.done.push(id);
        self.clock.advance(PAUSE);
    }

    /// Half of the time one of the last ten, else an attempt at the same task if there is one; one
    /// time in ten anything ever done.
    async fn look_up(&mut self, before: &[EpisodeId]) {
        let lately = &self.done[self.done.len().saturating_sub(RECENT)..];
        let among = match self.dice.below(10) {
            5..9 if !before.is_empty() => before,
            0..9 => lately,
            _ => &self.done,
        };
        if among.is_empty() {
            return;
        }
        let nth = usize::try_from(self.dice.below(among.len() as u64)).unwrap();
        let found = self.memory.get_episode(&self.namespace, among[nth]).await;
        assert!(found.unwrap().is_some());
    }

    async fn relate(&self, from: EpisodeId, to: EpisodeId) {
        let now = Timestamp::from_micros(1_700_000_000_000_000).unwrap();
        let namespace = self.namespace.clone();
        let kind = RelationshipKind::Follows;
        let relationship = EpisodeRelationship::new(namespace, kind, from, to, now).unwrap();
        self.memory.add_relationship(&relationship).await.unwrap();
    }
}

fn all(figures: &CacheFigures) -> [CacheStats; 4] {
    [
        figures.episodes,
        figures.patterns,
        figures.relationships,
        figures.queries,
    ]
}

/// Hits of all four caches as a share of their lookups.
#[expect(clippy::cast_precision_loss, reason = "a share needs no 53 bits")]
fn hit_rate(figures: &CacheFigures) -> f64 {
    let hits: u64 = all(figures).iter().map(|stats| stats.hits).sum();
    let misses: u64 = all(figures).iter().map(|stats| stats.misses).sum();
    hits as f64 / (hits + misses) as f64
}

/// Replays one file, and says what its caches did and for how long the agent was at work.
async fn replay(data: &DataSet, file: &str, check_interval: Duration) -> (CacheFigures, Duration) {
    let backend = TursoStorage::open(":memory:").await.unwrap();
    let clock = ManualClock::new();
    let config = CacheConfig {
        check_interval,
        ..CacheConfig::default()
    };
    let memory = CachedStorage::with_clock(backend, &config, &clock);
    let mut agent = Agent {
        memory: memory.unwrap(),
        clock: clock.clone(),
        namespace: Namespace::default(),
        done: Vec::new(),
        attempts: HashMap::new(),
        dice: Dice::new(1),
    };
    let start = clock.now();
    for (line, nth) in lines(data, file).iter().zip(0..) {
        agent.attempt(line, nth).await;
    }
    (agent.memory.figures(), clock.now().saturating_sub(start))
}

#[tokio::test]
async fn most_reads_of_an_agent_are_answered_by_the_cache() {
    let test = "most_reads_of_an_agent_are_answered_by_the_cache";
    let Some(data) = DataSet::find(test) else {
        return;
    };
    let long = std::env::var_os("MEMORY_LONG_TESTS").is_some();
    // As in a file, and as on a server, where values have an end because nobody tells of others.
    let told = [CacheConfig::default().check_interval, Duration::MAX];
    for file in if long { &FILES[..] } else { &FILES[..1] } {
        for (how, interval) in ["told", "not told"].into_iter().zip(told) {
            let (figures, time) = replay(&data, file, interval).await;
            let rate = hit_rate(&figures);
            let percent = rate * 100.0;
            eprintln!("{file}, {how}: hits {percent:.1} %, {time:?}, {figures:?}");
            // The others have too few steps: a first read of what is new, of a page and of a walk
            // is a large part of all their reads.
            assert!(rate >= 0.85 || *file != FILES[0], "{rate:.3}: {figures:?}");
            let evicted = all(&figures).map(|stats| stats.evicted).iter().sum::<u64>();
            assert_eq!(evicted, 0, "there was room for everything");
        }
    }
}
