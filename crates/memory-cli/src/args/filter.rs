use super::time::When;
use crate::error::Result;
use clap::{Args, ValueEnum};
use memory_storage_turso as memory;
use memory_storage_turso::{
    Domain, EpisodeQuery, Metadata, Namespace, OutcomeKind, PatternId, Tag, TaskType, Timestamp,
};

/// Which episodes are wanted: those for which everything said holds.
#[derive(Debug, Args)]
#[command(next_help_heading = "Filters")]
pub(crate) struct Filter {
    /// Began at this time or later: a time, a day, or how long ago (`7d`)
    #[arg(long, value_name = "TIME")]
    since: Option<When>,
    /// Began before this time
    #[arg(long, value_name = "TIME")]
    until: Option<When>,
    /// Has this tag; repeated: all of them
    #[arg(long = "tag", value_name = "TAG")]
    tags_all: Vec<Tag>,
    /// Has this tag; repeated: at least one of them
    #[arg(long = "any-tag", value_name = "TAG")]
    tags_any: Vec<Tag>,
    /// Has this task type
    #[arg(long)]
    task_type: Option<TaskType>,
    /// Has this domain
    #[arg(long)]
    domain: Option<Domain>,
    /// Ended like this
    #[arg(long, value_enum)]
    outcome: Option<Outcome>,
    /// Has this metadata entry, compared byte for byte; may be repeated
    #[arg(long, value_name = "KEY=VALUE", value_parser = entry)]
    metadata: Vec<(String, String)>,
    /// Applied this pattern
    #[arg(long, value_name = "ID")]
    pattern: Option<PatternId>,
}

impl Filter {
    /// The query for these episodes in `namespace`.
    pub(crate) fn query(&self, namespace: Namespace, now: Timestamp) -> Result<EpisodeQuery> {
        Ok(EpisodeQuery {
            namespace,
            since: self.since.map(|when| when.from(now)),
            until: self.until.map(|when| when.from(now)),
            task_type: self.task_type.clone(),
            domain: self.domain.clone(),
            outcome: self.outcome.map(OutcomeKind::from),
            tags_all: self.tags_all.iter().cloned().collect(),
            tags_any: self.tags_any.iter().cloned().collect(),
            metadata: self.metadata()?,
            pattern: self.pattern,
            ..EpisodeQuery::default()
        })
    }

    fn metadata(&self) -> Result<Metadata> {
        let mut metadata = Metadata::new();
        for (key, value) in &self.metadata {
            metadata.insert(key, value)?;
        }
        Ok(metadata)
    }
}

/// The value begins after the first `=`: a key cannot hold one here.
fn entry(text: &str) -> Result<(String, String), String> {
    let (key, value) = text.split_once('=').ok_or("expected KEY=VALUE")?;
    let checked = Metadata::new().with(key, value);
    checked.map_err(|error| error.to_string())?;
    Ok((key.to_owned(), value.to_owned()))
}

/// How an episode ended.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum Outcome {
    Success,
    Partial,
    Failure,
    Running,
}

impl From<Outcome> for OutcomeKind {
    fn from(outcome: Outcome) -> Self {
        match outcome {
            Outcome::Success => Self::Success,
            Outcome::Partial => Self::Partial,
            Outcome::Failure => Self::Failure,
            Outcome::Running => Self::Running,
        }
    }
}

/// The order of a list, by the time when the episodes began.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum Ordering {
    Newest,
    Oldest,
}

impl From<Ordering> for memory::Order {
    fn from(order: Ordering) -> Self {
        match order {
            Ordering::Newest => Self::NewestFirst,
            Ordering::Oldest => Self::OldestFirst,
        }
    }
}

/// From which end relationships are followed.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum Direction {
    /// Those that begin at the episode
    Out,
    /// Those that end at it
    In,
    Both,
}

impl From<Direction> for memory::Direction {
    fn from(direction: Direction) -> Self {
        match direction {
            Direction::Out => Self::Outgoing,
            Direction::In => Self::Incoming,
            Direction::Both => Self::Both,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::entry;

    #[test]
    fn only_the_first_equals_sign_separates() {
        assert_eq!(entry("a.b=$c=d").unwrap(), ("a.b".into(), "$c=d".into()));
        assert_eq!(entry("a=").unwrap(), ("a".into(), String::new()));
        assert!(entry("a").is_err());
        assert!(entry("=a").is_err());
    }
}
