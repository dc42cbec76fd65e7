//! Writes that fail, whose caller goes away, or whose outcome nobody knows.

use super::world::{WRITES, World};
use memory_storage_turso::ErrorKind;
use std::sync::Arc;
use testkit::{Fault, Gate};

#[tokio::test]
async fn f77_after_a_lost_reply_no_read_is_stale() {
    for (write, operation) in WRITES {
        let world = World::new().await;
        world.read_all(&world.cached).await;
        let fault = Fault::FailAfter(ErrorKind::OutcomeUnknown);
        world.faults.nth_of(operation, 1, fault);
        let error = world.write(&world.cached, write).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::OutcomeUnknown);
        let truth = world.read_all(&world.plain).await;
        assert_eq!(world.read_all(&world.cached).await, truth, "{write}");
    }
}

#[tokio::test]
async fn f77_a_write_of_unknown_outcome_that_takes_effect_late_is_seen_then() {
    for (write, operation) in WRITES {
        let world = World::new().await;
        world.read_all(&world.cached).await;
        let fault = Fault::Fail(ErrorKind::OutcomeUnknown);
        world.faults.nth_of(operation, 1, fault);
        world.write(&world.cached, write).await.unwrap_err();
        assert!(world.cached.figures().quarantined > 0, "{write}");
        world.read_all(&world.cached).await;
        // The server applies it now, long after the client gave up.
        world.write(&world.plain, write).await.unwrap();
        let truth = world.read_all(&world.plain).await;
        assert_eq!(world.read_all(&world.cached).await, truth, "{write}");
    }
}

#[tokio::test]
async fn f77_a_write_that_failed_is_forgotten_and_what_was_before_is_kept_again() {
    for (write, operation) in WRITES {
        let world = World::new().await;
        let truth = world.read_all(&world.plain).await;
        world.read_all(&world.cached).await;
        world
            .faults
            .nth_of(operation, 1, Fault::Fail(ErrorKind::Full));
        world.write(&world.cached, write).await.unwrap_err();
        assert_eq!(world.read_all(&world.cached).await, truth, "{write}");
        let calls = world.faults.calls();
        assert_eq!(world.read_all(&world.cached).await, truth, "{write}");
        assert_eq!(
            world.faults.calls(),
            calls,
            "{write}: all of it is cached again"
        );
        assert_eq!(world.cached.figures().quarantined, 0);
    }
}

/// A cancelled local batch was once seen to commit 1.3 s later.
#[tokio::test]
async fn f77_a_write_whose_caller_goes_away_is_never_followed_by_a_stale_read() {
    for (write, operation) in WRITES {
        for after in [false, true] {
            let world = Arc::new(World::new().await);
            world.read_all(&world.cached).await;
            let gate = Gate::new();
            let fault = if after {
                Fault::ParkAfter(gate.clone())
            } else {
                Fault::Park(gate.clone())
            };
            world.faults.nth_of(operation, 1, fault);
            let caller = {
                let world = Arc::clone(&world);
                tokio::spawn(async move { world.write(&world.cached, write).await })
            };
            gate.arrived(1).await;
            caller.abort();
            assert!(caller.await.unwrap_err().is_cancelled());
            let truth = world.read_all(&world.plain).await;
            assert_eq!(
                world.read_all(&world.cached).await,
                truth,
                "{write}, meanwhile"
            );
            gate.open();
            // The write goes on without its caller; until it ends, and after, reads are right.
            let other = World::new().await;
            other.write(&other.plain, write).await.unwrap();
            let done = other.read_all(&other.plain).await;
            let mut seen = Vec::new();
            for _ in 0..100 {
                tokio::task::yield_now().await;
                let truth = world.read_all(&world.plain).await;
                seen = world.read_all(&world.cached).await;
                assert_eq!(seen, truth, "{write}");
            }
            assert_eq!(seen, done, "{write} was done");
            assert_eq!(
                world.cached.figures().quarantined,
                0,
                "{write}: its outcome is known"
            );
        }
    }
}
