//! What a cache tells a recorder of the `metrics` facade.

use std::convert::Infallible;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use testkit::{Gate, Rogue, RoguePanics, Told};
use turso_cache::{Cache, CacheConfig};

#[tokio::test]
async fn a_named_cache_tells_of_what_it_does_through_handles_registered_once() {
    let told = Told::default();
    let (cache, silent) = metrics::with_local_recorder(&told, || {
        let build = || Cache::<u32, u32>::builder(CacheConfig::default());
        (
            build().named("test").build().unwrap(),
            build().build().unwrap(),
        )
    });
    let registered = told.registered().len();
    for key in [1, 1, 2, 1] {
        for cache in [&cache, &silent] {
            let load = async || Ok::<_, Infallible>(Some(key));
            cache.get_or_load(&key, &[], load).await.unwrap();
        }
    }
    cache.invalidate(&1);
    let value = |metric: &str| told.value(metric);
    assert_eq!(value("memory.cache.hits{cache=test}"), Some(2.0));
    assert_eq!(
        value("memory.cache.misses{cache=test,reason=unknown}"),
        Some(2.0)
    );
    assert_eq!(value("memory.cache.loads{cache=test}"), Some(2.0));
    assert_eq!(value("memory.cache.load.duration{cache=test}"), Some(2.0));
    assert_eq!(
        value("memory.cache.removals{cache=test,reason=invalidated}"),
        Some(1.0)
    );
    assert_eq!(value("memory.cache.entries{cache=test}"), Some(1.0));
    assert_eq!(
        value("memory.cache.bytes{cache=test}"),
        Some(f64::from(u32::try_from(cache.stats().bytes).unwrap()))
    );
    assert_eq!(told.registered().len(), registered);
}

/// What a recorder does to itself is nothing to those who read and load.
#[tokio::test]
async fn f78_a_recorder_that_panics_changes_no_result_and_holds_up_nobody() {
    for panics in [RoguePanics::AtOnce, RoguePanics::WhenTold] {
        let rogue = Rogue::new(panics);
        let cache = metrics::with_local_recorder(&rogue, || {
            Cache::<u32, u32>::builder(CacheConfig::default())
                .named("test")
                .build()
                .unwrap()
        });
        let (gate, loads) = (Gate::new(), AtomicU64::new(0));
        let load = async || {
            loads.fetch_add(1, Relaxed);
            gate.pass().await;
            Ok::<_, Infallible>(Some(7))
        };
        let get = || cache.get_or_load(&1, &[], load);
        // One loads, two wait for it.
        let opens = async {
            gate.arrived(1).await;
            gate.open();
        };
        let (first, second, third, ()) = tokio::join!(get(), get(), get(), opens);
        assert_eq!([first, second, third], [Ok(Some(7)); 3]);
        assert_eq!(loads.load(Relaxed), 1);
        assert_eq!(get().await, Ok(Some(7)));
        let fails = cache
            .get_or_load(&2, &[], async || Err::<Option<u32>, _>("no"))
            .await;
        assert_eq!(fails, Err("no"));
        cache.invalidate(&1);
        assert_eq!(get().await, Ok(Some(7)));
        let seen = cache.stats();
        assert_eq!((seen.hits, seen.coalesced, seen.loads), (1, 2, 3));
        assert_eq!(
            (seen.load_failures, seen.invalidated, seen.entries),
            (1, 1, 1)
        );
        // It is not called again.
        assert_eq!(rogue.panicked(), 1);
    }
}
