use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;
use testkit::Gate;
use tokio::task::JoinHandle;
use turso_cache::{Cache, CacheConfig, Lookup, ManualClock};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn f75_a_thousand_tasks_on_one_cold_key_make_one_load() {
    let cache: Cache<u32, u32> = Cache::builder(CacheConfig::default()).build().unwrap();
    let (gate, loads) = (Gate::new(), Arc::new(AtomicU32::new(0)));
    let tasks: Vec<_> = (0..1_000)
        .map(|_| {
            let (cache, gate, loads) = (cache.clone(), gate.clone(), Arc::clone(&loads));
            tokio::spawn(async move {
                let load = async || {
                    loads.fetch_add(1, Ordering::Relaxed);
                    gate.pass().await;
                    Ok::<_, String>(Some(42))
                };
                cache.get_or_load(&1, &[], load).await
            })
        })
        .collect();
    gate.arrived(1).await;
    gate.open();
    for task in tasks {
        assert_eq!(task.await.unwrap(), Ok(Some(42)));
    }
    assert_eq!(loads.load(Ordering::Relaxed), 1);
}

type Answer = Result<Option<u32>, String>;

/// A leader that is held up in its load, and a hundred who wait for it.
struct Crowd {
    cache: Cache<u32, u32>,
    gate: Gate,
    loads: Arc<AtomicU32>,
    leader: JoinHandle<Answer>,
    followers: Vec<JoinHandle<Answer>>,
}

impl Crowd {
    /// The first load ends with `first` once the gate is open; every other one finds 42.
    async fn gather(first: fn() -> Answer) -> Self {
        let cache: Cache<u32, u32> = Cache::builder(CacheConfig::default()).build().unwrap();
        let (gate, loads) = (Gate::new(), Arc::new(AtomicU32::new(0)));
        let read = || {
            let (cache, gate, loads) = (cache.clone(), gate.clone(), Arc::clone(&loads));
            tokio::spawn(async move {
                let load = async || {
                    if loads.fetch_add(1, Ordering::Relaxed) > 0 {
                        return Ok(Some(42));
                    }
                    gate.pass().await;
                    first()
                };
                cache.get_or_load(&1, &[], load).await
            })
        };
        let leader = read();
        gate.arrived(1).await;
        let followers = (0..100).map(|_| read()).collect();
        tokio::task::yield_now().await;
        Self {
            cache,
            gate,
            loads,
            leader,
            followers,
        }
    }

    async fn answers(followers: Vec<JoinHandle<Answer>>) -> Vec<Answer> {
        let mut answers = Vec::new();
        for follower in followers {
            answers.push(follower.await.unwrap());
        }
        answers
    }
}

#[tokio::test]
async fn f75_a_load_that_fails_fails_for_all_who_wait_and_is_not_kept() {
    let crowd = Crowd::gather(|| Err("no".into())).await;
    crowd.gate.open();
    assert_eq!(crowd.leader.await.unwrap(), Err("no".into()));
    let answers = Crowd::answers(crowd.followers).await;
    assert!(answers.iter().all(|answer| *answer == Err("no".into())));
    assert_eq!(crowd.cache.get(&1), Lookup::Unknown);
    assert_eq!(crowd.cache.stats().load_failures, 1);
}

#[tokio::test]
async fn f75_a_load_that_panics_is_taken_over_once() {
    let crowd = Crowd::gather(|| panic!("a defect of the loader")).await;
    crowd.gate.open();
    assert!(crowd.leader.await.unwrap_err().is_panic());
    let answers = Crowd::answers(crowd.followers).await;
    assert!(answers.iter().all(|answer| *answer == Ok(Some(42))));
    assert_eq!(crowd.loads.load(Ordering::Relaxed), 2);
}

#[tokio::test]
async fn f75_a_load_whose_caller_goes_away_is_taken_over_once() {
    let crowd = Crowd::gather(|| Ok(Some(1))).await;
    crowd.leader.abort();
    let answers = Crowd::answers(crowd.followers).await;
    assert!(answers.iter().all(|answer| *answer == Ok(Some(42))));
    assert_eq!(crowd.loads.load(Ordering::Relaxed), 2);
}

#[tokio::test]
async fn f75_a_load_that_hangs_does_not_hold_up_newcomers_for_ever() {
    let clock = ManualClock::new();
    let cache: Cache<u32, u32> = Cache::builder(CacheConfig::default())
        .clock(clock.clone())
        .build()
        .unwrap();
    let gate = Gate::new();
    let hangs = {
        let (cache, gate) = (cache.clone(), gate.clone());
        tokio::spawn(async move {
            let load = async || {
                gate.pass().await;
                Answer::Ok(Some(1))
            };
            cache.get_or_load(&1, &[], load).await
        })
    };
    gate.arrived(1).await;
    clock.advance(CacheConfig::default().load_patience + Duration::from_nanos(1));
    let load = async || Answer::Ok(Some(42));
    assert_eq!(cache.get_or_load(&1, &[], load).await, Ok(Some(42)));
    assert_eq!(cache.get(&1), Lookup::Value(42));
    gate.open();
    assert_eq!(hangs.await.unwrap(), Ok(Some(1)));
}
