//! What is stored does not reach the logs.

use std::fmt::{Debug, Write};
use std::sync::{Arc, Mutex};

use tracing::field::{Field, Visit};
use tracing::{Event, Metadata, Subscriber, span};
use turso_conn::{Batch, Execute, Statement};

use crate::support::Place;

/// Keeps everything that anybody in this process says at any level.
#[derive(Clone, Default)]
struct Recorder {
    said: Arc<Mutex<String>>,
}

impl Visit for Recorder {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        let _ = writeln!(self.said.lock().unwrap(), "{}={value:?}", field.name());
    }
}

impl Subscriber for Recorder {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, attributes: &span::Attributes<'_>) -> span::Id {
        attributes.record(&mut self.clone());
        span::Id::from_u64(1)
    }

    fn record(&self, _: &span::Id, values: &span::Record<'_>) {
        values.record(&mut self.clone());
    }

    fn record_follows_from(&self, _: &span::Id, _: &span::Id) {}

    fn event(&self, event: &Event<'_>) {
        event.record(&mut self.clone());
    }

    fn enter(&self, _: &span::Id) {}

    fn exit(&self, _: &span::Id) {}
}

/// libsql says the SQL text at TRACE, so values must never be part of it; bound
/// values are not said, neither by it nor by us, and no error shows them.
#[tokio::test]
async fn l25_bound_values_are_neither_logged_nor_shown_in_errors() {
    let recorder = Recorder::default();
    let said = Arc::clone(&recorder.said);
    // For all threads: the work is done on blocking ones.
    tracing::subscriber::set_global_default(recorder).unwrap();
    let place = Place::new();
    let mut conn = place.with_table().await;
    let store = |x: i64| {
        Statement::new("INSERT INTO t VALUES (?1, ?2)")
            .bind(x)
            .bind("canary")
    };
    conn.query(store(1)).await.unwrap();
    let twice = Batch::new().step(store(2)).step(store(2));
    let errors = [
        conn.query(store(1)).await.unwrap_err(),
        conn.batch(twice).await.unwrap_err(),
    ];
    conn.query(Statement::new("SELECT ?1").bind("canary").point_read())
        .await
        .unwrap();
    let raw = place.raw().await;
    raw.execute("UPDATE t SET y = 'spliced'", ()).await.unwrap();

    let said = said.lock().unwrap().clone();
    assert!(said.contains("spliced"), "libsql changed");
    assert!(!said.contains("canary"));
    assert!(!format!("{errors:?}").contains("canary"));
}
