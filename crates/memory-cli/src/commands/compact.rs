use crate::args;
use crate::call::Call;
use crate::error::{Error, Result};
use crate::exit::Exit;
use crate::output;
use memory_storage_turso::{CompactReport, TursoStorage};
use serde_json::json;
use std::io::Write;

/// What a training did, as text and as JSON.
struct Trained {
    text: String,
    value: serde_json::Value,
}

/// Writes payloads anew that are not stored as new ones are.
pub(crate) async fn compact(
    call: &Call,
    args: &args::Compact,
    store: &TursoStorage,
    out: &mut dyn Write,
) -> Result<Exit> {
    let trained = if args.train {
        Some(train(store).await?)
    } else {
        None
    };
    let report = store.compact(|_| ()).await;
    let report = report.map_err(|e| {
        Error::storage("compacting", e).next("run the command again: it goes on where it stopped")
    })?;
    if call.json {
        let trained = trained.map(|trained| trained.value);
        output::json_line(out, &json!({ "compact": report, "train": trained }))?;
    } else {
        if let Some(trained) = trained {
            writeln!(out, "{}", trained.text)?;
        }
        write_report(&report, out)?;
    }
    Ok(if report.unreadable > 0 {
        Exit::Problems
    } else {
        Exit::Ok
    })
}

fn write_report(report: &CompactReport, out: &mut dyn Write) -> Result<()> {
    let [records, rewritten] = [report.records, report.rewritten].map(output::count);
    let [before, after] = [report.bytes_before, report.bytes_after].map(output::bytes);
    write!(out, "{rewritten} of {records} payloads written anew")?;
    if report.rewritten > 0 {
        write!(out, ": {before} before, {after} after")?;
    }
    writeln!(out)?;
    if report.unreadable > 0 {
        let unreadable = output::count(report.unreadable);
        writeln!(out, "{unreadable} cannot be read: `memory check` says why")?;
    }
    Ok(())
}

#[cfg(feature = "zstd")]
async fn train(store: &TursoStorage) -> Result<Trained> {
    let training = store.train_dictionary().await;
    let training = training.map_err(|e| Error::storage("training a dictionary", e))?;
    let (id, before, after) = (
        training.dictionary,
        training.bytes_before,
        training.bytes_after,
    );
    let measured = format!(
        "on episodes it was not trained on: {} before, {} after",
        output::bytes(before),
        output::bytes(after)
    );
    let text = if training.is_adopted {
        format!("dictionary {id} trained on this memory; {measured}")
    } else {
        format!("a trained dictionary does not help, so it is not used; {measured}")
    };
    let value = json!({
        "dictionary": id.to_string(),
        "samples": training.samples,
        "bytes_before": before,
        "bytes_after": after,
        "adopted": training.is_adopted,
    });
    Ok(Trained { text, value })
}

#[cfg(not(feature = "zstd"))]
#[expect(
    clippy::unused_async,
    reason = "there is nothing to wait for without zstd"
)]
async fn train(_: &TursoStorage) -> Result<Trained> {
    let context = "this build has no dictionaries: it was made without the feature `zstd`";
    Err(Error::usage(context))
}
