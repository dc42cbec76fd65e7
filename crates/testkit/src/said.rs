use std::fmt::{Debug, Write};
use std::sync::{Arc, Mutex, PoisonError};

use tracing::field::{Field, Visit};
use tracing::{Event, Metadata, Subscriber, span};

/// A `tracing` subscriber that keeps everything that is said, at any level: a line
/// `field=value` for each field of each event and span, and `span name` for the span itself.
///
/// Clones are the same. It grows without bound, as a test may.
#[derive(Clone, Debug, Default)]
pub struct Said(Arc<Mutex<String>>);

impl Said {
    /// Everything until now.
    pub fn text(&self) -> String {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    fn line(&self, line: std::fmt::Arguments<'_>) {
        let mut text = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // Writing into a string cannot fail.
        let _ = writeln!(text, "{line}");
    }
}

impl Visit for Said {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        // Formatted before the lock is taken: a value may say something itself.
        let value = format!("{value:?}");
        self.line(format_args!("{}={value}", field.name()));
    }
}

impl Subscriber for Said {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, attributes: &span::Attributes<'_>) -> span::Id {
        self.line(format_args!("span {}", attributes.metadata().name()));
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_events_and_late_fields_are_kept() {
        let said = Said::default();
        tracing::subscriber::with_default(said.clone(), || {
            let span = tracing::trace_span!("outer", a = 1, late = tracing::field::Empty);
            span.record("late", "x");
            tracing::trace!(b = 2, "heard");
        });
        assert_eq!(
            said.text(),
            "span outer\na=1\nlate=\"x\"\nmessage=heard\nb=2\n"
        );
    }
}
