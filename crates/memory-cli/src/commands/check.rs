use crate::call::Call;
use crate::error::{Error, Result};
use crate::exit::Exit;
use crate::output;
use memory_storage_turso::TursoStorage;
use serde_json::json;
use std::io::Write;

/// Reads everything back and says what is wrong with it.
pub(crate) async fn check(call: &Call, store: &TursoStorage, out: &mut dyn Write) -> Result<Exit> {
    let report = store.check().await;
    let report = report.map_err(|e| Error::storage("checking the database", e))?;
    let problems: Vec<String> = report.problems.iter().map(ToString::to_string).collect();
    if call.json {
        let report = json!({
            "episodes": report.episodes,
            "patterns": report.patterns,
            "relationships": report.relationships,
            "problems": problems,
            "truncated": report.truncated,
        });
        output::json_line(out, &report)?;
    } else {
        let [episodes, patterns, relationships] =
            [report.episodes, report.patterns, report.relationships].map(output::count);
        writeln!(
            out,
            "read {episodes} episodes, {patterns} patterns, {relationships} relationships"
        )?;
        for problem in &problems {
            writeln!(out, "problem: {}", output::block(problem, 9))?;
        }
        let more = if report.truncated { " and more" } else { "" };
        writeln!(
            out,
            "{} problems{more}",
            output::count(problems.len() as u64)
        )?;
    }
    Ok(if problems.is_empty() {
        Exit::Ok
    } else {
        Exit::Problems
    })
}
