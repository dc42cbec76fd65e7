//! Lines for tests that need many: real ones where they are present, else invented ones.

use crate::support::{changed, related};
use flate2::read::MultiGzDecoder;
use serde_json::{Value, json};
use std::fs::File;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use testkit::DataSet;

/// The first lines of a packed file.
fn first(path: &Path, count: usize) -> Vec<Value> {
    let file = BufReader::new(MultiGzDecoder::new(File::open(path).unwrap()));
    let lines = file.lines().take(count);
    lines
        .map(|line| serde_json::from_str(&line.unwrap()).unwrap())
        .collect()
}

/// Some 600 lines, most of them with relations to lines before them.
pub(crate) fn some(test: &str) -> Vec<Value> {
    let Some(data) = DataSet::find(test) else {
        return (0..600).map(invented).collect();
    };
    let mut lines = first(&data.file("tau_airline"), 200);
    lines.extend(first(&data.file("intercode_part"), 400));
    lines
}

fn invented(number: usize) -> Value {
    let line = related(
        &number.to_string(),
        "Follows",
        &number.saturating_sub(1).to_string(),
    );
    if number > 0 {
        return line;
    }
    changed(line, "relations", json!([]))
}

/// How many relations the lines have.
pub(crate) fn relations(lines: &[Value]) -> u64 {
    let count = |line: &Value| line["relations"].as_array().unwrap().len() as u64;
    lines.iter().map(count).sum()
}
