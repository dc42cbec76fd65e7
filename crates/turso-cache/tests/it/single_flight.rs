use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use testkit::Gate;
use turso_cache::{Cache, CacheConfig};

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
