use std::io::Write as _;

/// Says on standard error that `test` does not run here, and `why`.
///
/// Written past the test runner's capture, so that it is seen although the
/// test passes. The line begins with `SKIPPED:`, which CI collects.
pub fn skipped(test: &str, why: &str) {
    note(&format!("SKIPPED: {test}: {why}"));
}

/// A line on standard error, past the test runner's capture.
pub(crate) fn note(line: &str) {
    // A closed standard error must not fail a test.
    let _ = std::io::stderr().write_all(format!("{line}\n").as_bytes());
}
