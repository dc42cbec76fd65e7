use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::io::{IsTerminal as _, Read, Write as _};

const STYLE: &str = "{msg} {bar:30} {decimal_bytes}/{decimal_total_bytes}, {eta} left";
const STYLE_WITHOUT_END: &str = "{msg} {decimal_bytes}";

/// How far reading has come, on standard error if that is a terminal.
#[derive(Debug)]
pub(crate) struct Bar(ProgressBar);

impl Bar {
    /// A bar for `total` bytes; 0 when that is not known.
    pub(crate) fn new(doing: &'static str, total: u64) -> Self {
        let (bar, style) = match total {
            0 => (ProgressBar::no_length(), STYLE_WITHOUT_END),
            total => (ProgressBar::new(total), STYLE),
        };
        if !std::io::stderr().is_terminal() {
            bar.set_draw_target(ProgressDrawTarget::hidden());
        }
        let style = ProgressStyle::with_template(style);
        let style = style.unwrap_or_else(|_| ProgressStyle::default_bar());
        Self(bar.with_style(style).with_message(doing))
    }

    /// Counts what is read.
    pub(crate) fn watch(&self, reader: Box<dyn Read>) -> Box<dyn Read> {
        Box::new(self.0.wrap_read(reader))
    }

    /// Counts `bytes` more as read.
    pub(crate) fn advance(&self, bytes: usize) {
        self.0.inc(u64::try_from(bytes).unwrap_or(0));
    }

    /// Writes a line to standard error without disturbing the bar.
    pub(crate) fn say(&self, line: &str) {
        self.0.suspend(|| {
            // There is nowhere left to report that standard error is closed.
            let _ = writeln!(std::io::stderr(), "memory: {line}");
        });
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}
