use super::find;
use super::list::rest;
use super::pages::Pages;
use crate::args::{self, PatternCommand, Window};
use crate::call::Call;
use crate::error::{Error, Result};
use crate::exit::Exit;
use crate::output::{self, JsonArray, Table};
use memory_storage_turso::{
    EpisodeId, Lesson, Pattern, PatternId, PatternKind, PatternQuery, StorageBackend,
};
use std::io::{self, Write};
use std::sync::Arc;

/// Lists patterns, or shows one.
pub(crate) async fn patterns(
    call: &Call,
    command: &PatternCommand,
    store: &dyn StorageBackend,
    out: &mut dyn Write,
) -> Result<Exit> {
    match command {
        PatternCommand::Show { id } => show(call, *id, store, out).await,
        PatternCommand::List {
            kind,
            source,
            window,
        } => {
            let source = source_id(call, source.as_deref(), store).await?;
            let kind = kind.map(PatternKind::from);
            let query = PatternQuery {
                kind,
                source,
                ..PatternQuery::all(call.namespace())
            };
            list(call, &query, window, store, out).await
        }
    }
}

impl From<args::PatternKind> for PatternKind {
    fn from(kind: args::PatternKind) -> Self {
        match kind {
            args::PatternKind::ToolSequence => Self::ToolSequence,
            args::PatternKind::DecisionPoint => Self::DecisionPoint,
            args::PatternKind::ErrorRecovery => Self::ErrorRecovery,
            args::PatternKind::ContextPattern => Self::ContextPattern,
        }
    }
}

async fn source_id(
    call: &Call,
    key: Option<&str>,
    store: &dyn StorageBackend,
) -> Result<Option<EpisodeId>> {
    match key {
        Some(key) => Ok(Some(find::episode(store, &call.namespace(), key).await?.id)),
        None => Ok(None),
    }
}

async fn list(
    call: &Call,
    query: &PatternQuery,
    window: &Window,
    store: &dyn StorageBackend,
    out: &mut dyn Write,
) -> Result<Exit> {
    let (mut pages, mut array) = (Pages::of(window), JsonArray::default());
    if call.json {
        write!(out, "{{\"patterns\":")?;
    }
    let mut continues = false;
    loop {
        let page = store.query_patterns(query, &pages.request()?).await;
        let page = page.map_err(|e| Error::storage("listing patterns", e))?;
        if call.json {
            page.items
                .iter()
                .try_for_each(|pattern| array.item(out, &**pattern))?;
        } else {
            table(&page.items).continued(continues).write_to(out)?;
        }
        continues = true;
        if !pages.goes_on(page.items.len(), page.next) {
            break;
        }
    }
    let next = pages.into_rest();
    if call.json {
        array.end(out)?;
        writeln!(out, ",\"next\":{}}}", serde_json::json!(next))?;
    } else {
        rest(out, next.as_ref())?;
    }
    Ok(Exit::Ok)
}

pub(crate) fn table(patterns: &[Arc<Pattern>]) -> Table<5> {
    let mut table = Table::new(["ID", "KIND", ">CONFIDENCE", ">SUCCESSES", "LESSON"]);
    for pattern in patterns {
        table.row([
            pattern.id.to_string(),
            kind_name(pattern.kind()).to_owned(),
            output::number(pattern.confidence.get()),
            format!("{}/{}", pattern.successes, pattern.occurrences),
            output::one_line(&lesson(&pattern.lesson), 70),
        ]);
    }
    table
}

const fn kind_name(kind: PatternKind) -> &'static str {
    match kind {
        PatternKind::ToolSequence => "tool-sequence",
        PatternKind::DecisionPoint => "decision-point",
        PatternKind::ErrorRecovery => "error-recovery",
        PatternKind::ContextPattern => "context-pattern",
    }
}

/// A lesson in one sentence.
pub(crate) fn lesson(lesson: &Lesson) -> String {
    match lesson {
        Lesson::ToolSequence { tools } => tools.join(" > "),
        Lesson::DecisionPoint {
            condition, action, ..
        } => format!("if {condition}: {action}"),
        Lesson::ErrorRecovery { error, recovery } => {
            format!("on {error}: {}", recovery.join(", then "))
        }
        Lesson::ContextPattern { features, approach } => {
            format!("for {}: {approach}", features.join(", "))
        }
    }
}

async fn show(
    call: &Call,
    id: PatternId,
    store: &dyn StorageBackend,
    out: &mut dyn Write,
) -> Result<Exit> {
    let namespace = call.namespace();
    let found = store.get_pattern(&namespace, id).await;
    let found = found.map_err(|e| Error::storage("reading the pattern", e))?;
    let Some(pattern) = found else {
        let context = format!("there is no pattern {id} in the namespace {namespace}");
        return Err(Error::not_found(context).next("`memory patterns list` shows what there is"));
    };
    if call.json {
        output::json_line(out, &*pattern)?;
    } else {
        write_pattern(&pattern, out)?;
    }
    Ok(Exit::Ok)
}

fn write_pattern(pattern: &Pattern, out: &mut dyn Write) -> io::Result<()> {
    let name = |name: Option<&str>| name.unwrap_or("any").to_owned();
    let mut fields = vec![
        ("id", pattern.id.to_string()),
        ("kind", kind_name(pattern.kind()).to_owned()),
        ("lesson", lesson(&pattern.lesson)),
        (
            "task type",
            name(pattern.task_type.as_ref().map(AsRef::as_ref)),
        ),
        ("domain", name(pattern.domain.as_ref().map(AsRef::as_ref))),
        ("confidence", output::number(pattern.confidence.get())),
        (
            "successes",
            format!("{} of {}", pattern.successes, pattern.occurrences),
        ),
        ("effectiveness", output::number(pattern.effectiveness.get())),
        ("updated", output::day_and_time(pattern.updated_at)),
        ("revision", pattern.revision.to_string()),
    ];
    fields.extend(
        pattern
            .sources
            .iter()
            .map(|id| ("learnt from", id.to_string())),
    );
    for (name, text) in fields {
        writeln!(out, "{name:<14} {}", output::block(&text, 15))?;
    }
    Ok(())
}
