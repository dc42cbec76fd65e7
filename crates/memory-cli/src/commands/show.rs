use super::find;
use super::list::outcome;
use crate::args;
use crate::call::Call;
use crate::error::{Error, Result};
use crate::exit::Exit;
use crate::output::{self, block};
use memory_storage_turso::{
    Episode, EpisodeRelationship, ExecutionStep, PageRequest, RelationshipQuery, StepStatus,
    StorageBackend,
};
use serde_json::Value;
use std::borrow::Cow;
use std::io::{self, Write};

/// How much of a text is shown when it is not wanted whole, in characters.
const EXCERPT: usize = 300;

/// Shows one episode. JSON is the episode as an export writes it.
pub(crate) async fn show(
    call: &Call,
    args: &args::Show,
    store: &dyn StorageBackend,
    out: &mut dyn Write,
) -> Result<Exit> {
    let namespace = call.namespace();
    let episode = find::episode(store, &namespace, &args.key).await?;
    if call.json {
        output::json_line(out, &*episode)?;
        return Ok(Exit::Ok);
    }
    let query = RelationshipQuery::of(namespace, episode.id);
    let edges = store
        .query_relationships(&query, &PageRequest::default())
        .await;
    let edges = edges.map_err(|e| Error::storage("reading relationships", e))?;
    let mut page = Page {
        out,
        full: args.full,
    };
    page.head(&episode)?;
    page.relationships(&episode, &edges.items, edges.next.is_some())?;
    page.steps(&episode)?;
    page.reflections(&episode)?;
    Ok(Exit::Ok)
}

/// An episode as a person reads it.
struct Page<'a> {
    out: &'a mut dyn Write,
    full: bool,
}

impl Page<'_> {
    fn head(&mut self, episode: &Episode) -> io::Result<()> {
        self.field("id", &episode.id.to_string())?;
        if let Some(external_id) = &episode.external_id {
            self.field("external id", external_id.as_str())?;
        }
        self.long_field("task", &episode.description)?;
        self.field("task type", episode.task_type.as_str())?;
        self.context(episode)?;
        self.outcome(episode)?;
        self.times(episode)?;
        let tags: Vec<&str> = episode.tags.iter().map(AsRef::as_ref).collect();
        if !tags.is_empty() {
            self.field("tags", &tags.join(", "))?;
        }
        for (key, value) in episode.metadata.iter() {
            self.field("metadata", &format!("{key} = {value}"))?;
        }
        for pattern in &episode.patterns {
            self.field("pattern", &pattern.to_string())?;
        }
        Ok(())
    }

    fn context(&mut self, episode: &Episode) -> io::Result<()> {
        let context = &episode.context;
        let parts = [Some(context.domain.as_str()), context.language.as_deref()];
        let parts = parts
            .into_iter()
            .chain([context.framework.as_deref()])
            .flatten();
        self.field("context", &parts.collect::<Vec<_>>().join(", "))
    }

    fn outcome(&mut self, episode: &Episode) -> io::Result<()> {
        let kind = outcome(episode.outcome_kind());
        let words = episode
            .outcome
            .as_ref()
            .map_or("", |outcome| outcome.text());
        let colon = if words.is_empty() { "" } else { ": " };
        self.long_field("outcome", &format!("{kind}{colon}{words}"))?;
        let Some(reward) = &episode.reward else {
            return Ok(());
        };
        let part = |(name, value): (&String, &f64)| format!("{name} {}", output::number(*value));
        let parts: Vec<String> = reward.components.iter().map(part).collect();
        let total = output::number(reward.total);
        if parts.is_empty() {
            return self.field("reward", &total);
        }
        self.field("reward", &format!("{total} ({})", parts.join(", ")))
    }

    fn times(&mut self, episode: &Episode) -> io::Result<()> {
        let started = output::day_and_time(episode.started_at);
        let took = episode
            .completed_at
            .map(|end| end.since(episode.started_at));
        let took = took.map(|took| format!(", took {}", output::span(took)));
        self.field("started", &format!("{started}{}", took.unwrap_or_default()))?;
        let size = output::bytes(episode.size_bytes() as u64);
        let updated = output::day_and_time(episode.updated_at);
        let revision = episode.revision;
        self.field(
            "stored",
            &format!("revision {revision} of {updated}, {size}"),
        )
    }

    fn relationships(
        &mut self,
        episode: &Episode,
        edges: &[EpisodeRelationship],
        more: bool,
    ) -> io::Result<()> {
        for edge in edges {
            let (name, other) = if edge.from() == episode.id {
                (edge.kind().name(), edge.to())
            } else {
                (edge.kind().inverse_name(), edge.from())
            };
            self.field("relation", &format!("{name} {other}"))?;
        }
        if more {
            self.field("relation", "… `memory related` shows all")?;
        }
        Ok(())
    }

    fn steps(&mut self, episode: &Episode) -> io::Result<()> {
        for (index, step) in episode.steps.iter().enumerate() {
            writeln!(
                self.out,
                "\nstep {} of {}{}",
                index + 1,
                episode.steps.len(),
                ending(step)
            )?;
            for (name, text) in [
                ("thought", &step.thought),
                ("tool", &step.tool),
                ("action", &step.action),
            ] {
                if let Some(text) = text {
                    self.long_field(name, text)?;
                }
            }
            for (name, value) in [
                ("arguments", &step.arguments),
                ("observation", &step.observation),
            ] {
                if let Some(value) = value.as_ref().filter(|value| !is_empty(value)) {
                    self.long_field(name, &text_of(value))?;
                }
            }
        }
        Ok(())
    }

    fn reflections(&mut self, episode: &Episode) -> io::Result<()> {
        for reflection in &episode.reflections {
            writeln!(self.out)?;
            self.long_field("reflection", reflection)?;
        }
        Ok(())
    }

    fn field(&mut self, name: &str, text: &str) -> io::Result<()> {
        writeln!(self.out, "{name:<12} {}", block(text, 13))
    }

    fn long_field(&mut self, name: &str, text: &str) -> io::Result<()> {
        match text.char_indices().nth(EXCERPT).filter(|_| !self.full) {
            None => self.field(name, text),
            Some((end, _)) => {
                let size = output::bytes(text.len() as u64);
                let excerpt = text.get(..end).unwrap_or_default();
                self.field(name, &format!("{excerpt}… ({size}; --full shows all)"))
            }
        }
    }
}

/// How a step ended, behind its heading.
fn ending(step: &ExecutionStep) -> String {
    let status = step.status.map(|status| status_name(status).to_owned());
    let reward = step
        .reward
        .map(|reward| format!("reward {}", output::number(reward)));
    let latency = step.latency.map(output::span);
    let tokens = step
        .tokens
        .map(|tokens| format!("{} tokens", output::count(tokens)));
    let parts: Vec<String> = [status, reward, latency, tokens]
        .into_iter()
        .flatten()
        .collect();
    if parts.is_empty() {
        return String::new();
    }
    format!(": {}", parts.join(", "))
}

const fn status_name(status: StepStatus) -> &'static str {
    match status {
        StepStatus::Success => "success",
        StepStatus::Error => "error",
        StepStatus::Timeout => "timeout",
    }
}

fn is_empty(value: &Value) -> bool {
    value.as_object().is_some_and(serde_json::Map::is_empty)
}

fn text_of(value: &Value) -> Cow<'_, str> {
    match value {
        Value::String(text) => Cow::Borrowed(text),
        other => Cow::Owned(other.to_string()),
    }
}
