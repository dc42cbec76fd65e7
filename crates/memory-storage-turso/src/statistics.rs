use crate::error::{corrupt, unreadable};
use crate::query::{EPISODES, Texts, episode_filter};
use crate::record::{count, kind_from_code, parse_name};
use crate::storage::{TursoStorage, statement};
use memory_core::{EpisodeQuery, RelationshipKind, Result, Tag};
use serde::Serialize;
use std::collections::BTreeMap;
use turso_conn::{Row, Value};

/// Which figures are wanted.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct StatisticsQuery {
    /// Of these episodes. The order means nothing.
    pub filter: EpisodeQuery,
    /// One set of figures for each value of this; one for all when none.
    pub by: Option<GroupBy>,
}

/// What episodes are grouped by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum GroupBy {
    /// Their domain.
    Domain,
    /// Their value of this metadata key; those without it are a group of their own.
    Metadata(String),
}

/// Figures of some episodes.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Statistics {
    /// What these episodes have in common; none when they are not grouped, or
    /// do not have the key that they are grouped by.
    pub group: Option<String>,
    /// How many there are.
    pub episodes: u64,
    /// How they ended.
    pub outcomes: OutcomeCounts,
    /// How many steps they have together.
    pub steps: u64,
    /// How many reflections they have together.
    pub reflections: u64,
    /// How many relationships begin at them, by kind.
    pub relationships: BTreeMap<RelationshipKind, u64>,
    /// How many of them have each tag.
    pub tags: BTreeMap<Tag, u64>,
    /// The sum of their rewards.
    pub reward_sum: f64,
    /// Bytes of their payloads, uncompressed.
    pub original_bytes: u64,
    /// Bytes of their payloads as they are stored.
    pub stored_bytes: u64,
}

/// How many episodes ended in each way.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct OutcomeCounts {
    /// Done.
    pub success: u64,
    /// Done in part.
    pub partial: u64,
    /// Not done.
    pub failure: u64,
    /// Not ended.
    pub running: u64,
}

static ALL: Texts = Texts::new();
static BY_DOMAIN: Texts = Texts::new();
static BY_METADATA: Texts = Texts::new();

impl TursoStorage {
    /// Figures of the episodes that a query wants: one set, or one for each group, sorted by it.
    /// All of one moment. Ungrouped, there is always exactly one set.
    ///
    /// # Errors
    /// As for every read of [`EpisodeStore`](memory_core::EpisodeStore).
    ///
    /// # Cancellation
    /// Has no effect.
    pub async fn statistics(&self, query: &StatisticsQuery) -> Result<Vec<Statistics>> {
        let filter = episode_filter(&query.filter, None)?;
        let (texts, group, key) = match &query.by {
            None => (&ALL, "NULL", None),
            Some(GroupBy::Domain) => (&BY_DOMAIN, "e.domain", None),
            Some(GroupBy::Metadata(key)) => (&BY_METADATA, "", Some(Value::from(key.as_str()))),
        };
        let shape = filter.shape();
        let text = texts.get(shape, || statistics_sql(shape, group));
        let read = statement(
            "statistics",
            text,
            filter.into_values().into_iter().chain(key),
        );
        let rows = self.read(read).await?;
        let mut groups = BTreeMap::new();
        if query.by.is_none() {
            groups.insert(None, Statistics::default());
        }
        rows.iter().try_for_each(|row| add(row, &mut groups))?;
        Ok(groups.into_values().collect())
    }
}

/// One statement, so that all figures are of one moment: lines of what they are, a group, a key,
/// and numbers. Without a `group`, it is by the metadata key in the last parameter.
fn statistics_sql(shape: usize, group: &str) -> String {
    let source = EPISODES.source(shape);
    let (from, conditions, key) = (&source.from, &source.conditions, source.parameters + 1);
    let by_metadata =
        format!("(SELECT m.value ->> 1 FROM json_each(e.metadata) m WHERE m.value ->> 0 = ?{key})");
    let group = if group.is_empty() {
        &by_metadata
    } else {
        group
    };
    format!(
        "WITH wanted AS (SELECT {group} AS grouped, e.rowid AS row, e.namespace AS namespace, e.id AS id \
           FROM {from} WHERE {conditions}) \
         SELECT 'outcome', grouped, e.outcome, count(*), sum(e.steps), sum(e.reflections), \
           sum(e.original_bytes), sum(length(e.payload)), total(e.reward) \
           FROM wanted w CROSS JOIN episodes e ON e.rowid = w.row GROUP BY grouped, e.outcome \
         UNION ALL SELECT 'tag', grouped, t.value, count(*), 0, 0, 0, 0, 0.0 \
           FROM wanted w CROSS JOIN episodes e ON e.rowid = w.row CROSS JOIN json_each(e.tags) t \
           GROUP BY grouped, t.value \
         UNION ALL SELECT 'relationship', grouped, r.kind, count(*), 0, 0, 0, 0, 0.0 \
           FROM wanted w CROSS JOIN relationships r ON r.namespace = w.namespace AND r.from_id = w.id \
           GROUP BY grouped, r.kind"
    )
}

fn add(row: Row<'_>, groups: &mut BTreeMap<Option<String>, Statistics>) -> Result<()> {
    let group = row.opt_text(1).map_err(unreadable)?.map(str::to_owned);
    let figures = groups.entry(group.clone()).or_insert_with(|| Statistics {
        group,
        ..Statistics::default()
    });
    match row.text(0).map_err(unreadable)? {
        "outcome" => figures.add_outcome(row),
        "tag" => {
            let tag = parse_name(row.text(2).map_err(unreadable)?)?;
            figures.tags.insert(tag, count(row, 3)?);
            Ok(())
        }
        _ => {
            let kind = kind_from_code(row.integer(2).map_err(unreadable)?)?;
            figures.relationships.insert(kind, count(row, 3)?);
            Ok(())
        }
    }
}

impl Statistics {
    fn add_outcome(&mut self, row: Row<'_>) -> Result<()> {
        let episodes = count(row, 3)?;
        *match row.integer(2).map_err(unreadable)? {
            0 => &mut self.outcomes.running,
            1 => &mut self.outcomes.success,
            2 => &mut self.outcomes.partial,
            3 => &mut self.outcomes.failure,
            _ => return Err(corrupt("a stored outcome is unknown")),
        } = episodes;
        self.episodes += episodes;
        self.steps += count(row, 4)?;
        self.reflections += count(row, 5)?;
        self.original_bytes += count(row, 6)?;
        self.stored_bytes += count(row, 7)?;
        self.reward_sum += row.real(8).map_err(unreadable)?;
        Ok(())
    }
}
