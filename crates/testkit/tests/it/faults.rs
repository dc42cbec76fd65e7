use std::future::Future as _;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use testkit::{ErrorKind as Trouble, Fault, FaultConnect, Faults, Gate, every_failure};
use turso_conn::{Batch, Connect as _, ErrorKind, Execute as _, Result, Statement};

use crate::double::Count;

/// Five calls, one of each kind.
async fn session(connector: &FaultConnect<Count>) -> Result<()> {
    let mut conn = connector.connect().await?;
    connector.check(&mut conn).await?;
    conn.query(Statement::new("SELECT 1")).await?;
    conn.batch(Batch::new().step("SELECT 1")).await?;
    connector.recycle(&mut conn).await
}

#[tokio::test]
async fn without_faults_everything_goes_through() {
    let faults = Faults::none();
    let connector = FaultConnect::new(Count::default(), faults.clone());
    session(&connector).await.unwrap();
    assert_eq!((faults.calls(), faults.struck()), (5, 0));
    assert_eq!(connector.get_ref().get(), 5);
}

#[tokio::test]
async fn the_nth_call_fails_and_does_nothing() {
    for n in 1..=5 {
        let faults = Faults::none();
        faults.nth(n, Fault::Fail(ErrorKind::Busy));
        let connector = FaultConnect::new(Count::default(), faults.clone());
        let error = session(&connector).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Busy);
        assert_eq!((connector.get_ref().get(), faults.calls()), (n - 1, n));
        session(&connector).await.unwrap();
    }
}

#[tokio::test]
async fn a_lost_reply_comes_after_the_work() {
    let faults = Faults::none();
    faults.nth_of("atomic", 1, Fault::FailAfter(ErrorKind::OutcomeUnknown));
    let connector = FaultConnect::new(Count::default(), faults.clone());
    let error = session(&connector).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::OutcomeUnknown);
    assert!(error.to_string().contains("atomic"), "{error}");
    assert_eq!(connector.get_ref().get(), 4);
}

#[tokio::test]
async fn only_the_named_operation_is_counted() {
    let faults = Faults::none();
    faults.nth_of("check", 2, Fault::Fail(ErrorKind::Disconnected));
    let connector = FaultConnect::new(Count::default(), faults.clone());
    session(&connector).await.unwrap();
    let error = session(&connector).await.unwrap_err();
    assert!(error.to_string().contains("check"), "{error}");
}

#[tokio::test]
async fn two_faults_due_at_once_meet_two_calls() {
    let faults = Faults::none();
    faults.nth(1, Fault::Fail(ErrorKind::Busy));
    faults.nth_of("connect", 1, Fault::Fail(ErrorKind::Full));
    let connector = FaultConnect::new(Count::default(), faults.clone());
    assert_eq!(
        session(&connector).await.unwrap_err().kind(),
        ErrorKind::Busy
    );
    assert_eq!(
        session(&connector).await.unwrap_err().kind(),
        ErrorKind::Full
    );
    session(&connector).await.unwrap();
}

#[tokio::test]
async fn cleared_faults_do_not_strike() {
    let faults = Faults::none();
    faults.nth(2, Fault::Fail(ErrorKind::Io));
    faults.clear();
    let connector = FaultConnect::new(Count::default(), faults.clone());
    session(&connector).await.unwrap();
}

#[tokio::test]
async fn a_parked_call_waits_for_the_gate() {
    let (faults, gate) = (Faults::none(), Gate::new());
    faults.nth_of("query", 1, Fault::Park(gate.clone()));
    let connector = FaultConnect::new(Count::default(), faults.clone());
    let counted = connector.get_ref().clone();
    let parked = tokio::spawn(async move { session(&connector).await });
    gate.arrived(1).await;
    assert_eq!(counted.get(), 2);
    assert!(!parked.is_finished());
    gate.open();
    parked.await.unwrap().unwrap();
    assert_eq!(counted.get(), 5);
}

#[test]
fn a_parked_call_that_is_dropped_does_nothing() {
    let (faults, gate) = (Faults::none(), Gate::new());
    faults.nth_of("connect", 1, Fault::Park(gate.clone()));
    let connector = FaultConnect::new(Count::default(), faults.clone());
    {
        let mut parked = pin!(connector.connect());
        let poll = parked
            .as_mut()
            .poll(&mut Context::from_waker(Waker::noop()));
        assert!(matches!(poll, Poll::Pending));
    }
    gate.open();
    assert_eq!((connector.get_ref().get(), faults.struck()), (0, 1));
}

/// Those that no fault meets arrive, in their order.
#[tokio::test]
async fn queries_that_are_made_together_meet_their_own_faults() {
    let faults = Faults::none();
    faults.nth_of("query", 2, Fault::Fail(ErrorKind::Busy));
    faults.nth_of("query", 3, Fault::FailAfter(ErrorKind::Timeout));
    let connector = FaultConnect::new(Count::default(), faults.clone());
    let mut conn = connector.connect().await.unwrap();
    let before = connector.get_ref().get();
    let asked = vec![Statement::new("SELECT 1"); 4];
    let answers = conn.query_all(asked).await.into_iter();
    let kinds: Vec<_> = answers
        .map(|answer| answer.err().map(|e| e.kind()))
        .collect();
    let struck = [ErrorKind::Busy, ErrorKind::Timeout].map(Some);
    assert_eq!(kinds, [None, struck[0], struck[1], None]);
    assert_eq!(
        (connector.get_ref().get() - before, faults.struck()),
        (3, 2)
    );
}

#[tokio::test]
async fn queries_that_are_made_together_wait_for_one_gate() {
    for fault in [Fault::Park, Fault::ParkAfter] {
        let (faults, gate) = (Faults::none(), Gate::new());
        faults.nth_of("query", 2, fault(gate.clone()));
        let connector = FaultConnect::new(Count::default(), faults);
        let mut conn = connector.connect().await.unwrap();
        let asking = tokio::spawn(async move {
            let asked = vec![Statement::new("SELECT 1"); 3];
            conn.query_all(asked).await.len()
        });
        gate.arrived(1).await;
        assert!(!asking.is_finished());
        gate.open();
        assert_eq!(asking.await.unwrap(), 3);
    }
}

#[tokio::test]
async fn every_failure_walks_through_all_calls() {
    let mut failed_at = Vec::new();
    let runs = every_failure(ErrorKind::Io, 100, async |faults| {
        let connector = FaultConnect::new(Count::default(), faults);
        if session(&connector).await.is_err() {
            failed_at.push(connector.get_ref().get());
        }
    });
    assert_eq!(runs.await.unwrap(), 5);
    assert_eq!(failed_at, [0, 1, 2, 3, 4]);
}

#[tokio::test]
async fn every_failure_ends_when_the_calls_do_not() {
    let endless = every_failure(ErrorKind::Io, 7, async |faults| {
        let connector = FaultConnect::new(Count::default(), faults.clone());
        while faults.struck() == 0 {
            drop(session(&connector).await);
        }
    });
    assert_eq!(endless.await.unwrap_err().kind(), Trouble::Timeout);
}
