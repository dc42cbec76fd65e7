//! What is stored does not reach the logs, the metrics or the errors.

use std::fmt::{Debug, Write};
use std::sync::{Arc, Mutex};

use tracing::field::{Field, Visit};
use tracing::{Event, Metadata, Subscriber, span};
use turso_conn::{Connect, Execute, Statement};
use turso_metrics::Metered;

use crate::support::memory;

/// Keeps everything that is said at any level.
#[derive(Clone, Default)]
struct Listener(Arc<Mutex<String>>);

impl Visit for Listener {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        let _ = writeln!(self.0.lock().unwrap(), "{}={value:?}", field.name());
    }
}

impl Subscriber for Listener {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, attributes: &span::Attributes<'_>) -> span::Id {
        let _ = writeln!(
            self.0.lock().unwrap(),
            "span {}",
            attributes.metadata().name()
        );
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

#[test]
fn spans_have_names_and_kinds_of_errors_and_no_content() {
    let listener = Listener::default();
    let said = Arc::clone(&listener.0);
    tracing::subscriber::with_default(listener, || {
        let runtime = tokio::runtime::Builder::new_current_thread().build();
        runtime.unwrap().block_on(async {
            let connector = Metered::new(memory(), ["notes.get"]);
            let mut conn = connector.connect().await.unwrap();
            let get = |sql| {
                Statement::new(sql)
                    .bind("canary")
                    .named("notes.get")
                    .point_read()
            };
            conn.query(get("SELECT ?1")).await.unwrap();
            let error = conn.query(get("SELECT ?1, ?2")).await.unwrap_err();
            assert!(!format!("{error:?} {:?}", connector.stats()).contains("canary"));
        });
    });
    let said = said.lock().unwrap().clone();
    assert!(said.contains("db.operation.name=\"notes.get\""), "{said}");
    assert!(said.contains("error.type=\"misuse\""), "{said}");
    assert!(!said.contains("canary"), "{said}");
}
