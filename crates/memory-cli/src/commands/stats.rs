use crate::args::{self, Grouping};
use crate::call::Call;
use crate::error::{Error, Result};
use crate::exit::Exit;
use crate::output::{self, Table};
use memory_storage_turso::{GroupBy, Statistics, StatisticsQuery, TursoStorage};
use std::io::{self, Write};

/// Counts what is stored: one set of figures, or one for each group.
pub(crate) async fn stats(
    call: &Call,
    args: &args::Stats,
    store: &TursoStorage,
    out: &mut dyn Write,
) -> Result<Exit> {
    let filter = args.filter.query(call.namespace(), call.now)?;
    let by = args.by.as_ref().map(|by| match by {
        Grouping::Domain => GroupBy::Domain,
        Grouping::Metadata(key) => GroupBy::Metadata(key.clone()),
    });
    let query = StatisticsQuery { filter, by };
    let figures = store.statistics(&query).await;
    let figures = figures.map_err(|e| Error::storage("counting", e))?;
    match (&query.by, figures.as_slice(), call.json) {
        (None, [all], true) => output::json_line(out, all)?,
        (None, [all], false) => write_all(all, out)?,
        (_, groups, true) => output::json_line(out, &groups)?,
        (_, groups, false) => table(groups).write_to(out)?,
    }
    Ok(Exit::Ok)
}

/// One set of figures as a person reads it.
pub(crate) fn write_all(all: &Statistics, out: &mut dyn Write) -> io::Result<()> {
    let outcomes = [
        ("success", all.outcomes.success),
        ("partial", all.outcomes.partial),
        ("failure", all.outcomes.failure),
        ("running", all.outcomes.running),
    ];
    let relationships = all.relationships.iter().map(|(kind, n)| (kind.name(), *n));
    let tags = all.tags.iter().map(|(tag, n)| (tag.as_str(), *n));
    let original = output::bytes(all.original_bytes);
    let stored = output::bytes(all.stored_bytes);
    let fields = [
        ("episodes", output::count(all.episodes)),
        (
            "outcomes",
            named(outcomes.into_iter().filter(|(_, n)| *n > 0)),
        ),
        ("reward", output::number(all.reward_sum)),
        ("steps", output::count(all.steps)),
        ("reflections", output::count(all.reflections)),
        ("relationships", named(relationships)),
        ("tags", named(tags)),
        (
            "payload",
            format!("{original}, stored in {stored}{}", share(all)),
        ),
    ];
    for (name, text) in fields {
        writeln!(out, "{name:<14} {}", output::block(&text, 15))?;
    }
    Ok(())
}

fn named<'a>(counts: impl Iterator<Item = (&'a str, u64)>) -> String {
    let parts: Vec<String> = counts
        .map(|(name, n)| format!("{name} {}", output::count(n)))
        .collect();
    if parts.is_empty() {
        "none".to_owned()
    } else {
        parts.join(", ")
    }
}

fn share(all: &Statistics) -> String {
    let percent = all
        .stored_bytes
        .saturating_mul(100)
        .checked_div(all.original_bytes);
    percent
        .map(|percent| format!(" ({percent} %)"))
        .unwrap_or_default()
}

pub(crate) fn table(groups: &[Statistics]) -> Table<9> {
    let mut table = Table::new([
        "GROUP",
        ">EPISODES",
        ">SUCCESS",
        ">PARTIAL",
        ">FAILURE",
        ">RUNNING",
        ">STEPS",
        ">REWARD",
        ">STORED",
    ]);
    for group in groups {
        let name = group.group.as_deref().unwrap_or("(none)");
        let outcomes = &group.outcomes;
        table.row([
            output::one_line(name, 60),
            output::count(group.episodes),
            output::count(outcomes.success),
            output::count(outcomes.partial),
            output::count(outcomes.failure),
            output::count(outcomes.running),
            output::count(group.steps),
            output::number(group.reward_sum),
            output::bytes(group.stored_bytes),
        ]);
    }
    table
}
