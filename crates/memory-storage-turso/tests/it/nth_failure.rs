//! The n-th failure loop: every write of every operation is made to fail at the first row it
//! touches, then at the second, and so on, until it passes. Each time all or nothing is stored.
//!
//! Rows fail by a trigger on every table, which counts down in a table of its own; what it counted
//! is rolled back with the rest, so that a repetition fails at the same row.

use crate::support::{block_on, episode, path_in};
use memory_storage_turso::{
    Atomicity, EpisodeId, EpisodeRelationship, EpisodeStore, Error, ErrorKind, Lesson, Metadata,
    Namespace, Pattern, PatternDraft, PatternStore, RelationshipKind, RelationshipStore, Tag,
    TagChange, Timestamp, TursoStorage, Update,
};
use turso_conn::{
    AnyConfig, AnyConnection, AnyConnector, Connect, Execute, Rows, Statement, Value,
};

const TABLES: [&str; 7] = [
    "episodes",
    "episode_tags",
    "episode_metadata",
    "episode_patterns",
    "patterns",
    "pattern_sources",
    "relationships",
];

/// How SQLite is told to fail: the statement undone, what it did so far kept, everything undone.
const WAYS: [&str; 3] = ["ABORT", "FAIL", "ROLLBACK"];

/// A storage, and the same database behind its back.
struct Sabotaged {
    storage: TursoStorage,
    behind: AnyConnection,
    way: &'static str,
    /// Each operation and at how many rows it was made to fail.
    table: Vec<(&'static str, usize)>,
}

impl Sabotaged {
    async fn new(url: &str, way: &'static str) -> Self {
        let storage = TursoStorage::open(url).await.unwrap();
        let connector = AnyConnector::open(&url.parse().unwrap(), AnyConfig::default()).unwrap();
        let behind = connector.connect().await.unwrap();
        let table = Vec::new();
        let mut sabotaged = Self {
            storage,
            behind,
            way,
            table,
        };
        sabotaged.sql("CREATE TABLE countdown (rows_left)").await;
        sabotaged.sql("INSERT INTO countdown VALUES (-1)").await;
        for table in TABLES {
            for event in ["INSERT", "UPDATE", "DELETE"] {
                let name = trigger(table, event);
                let text = format!(
                    "CREATE TRIGGER {name} BEFORE {event} ON {table} BEGIN \
                       UPDATE countdown SET rows_left = rows_left - 1; \
                       SELECT CASE rows_left WHEN 0 THEN RAISE({way}, 'sabotage') END FROM countdown; \
                     END"
                );
                sabotaged.sql(text).await;
            }
        }
        sabotaged
    }

    async fn sql(&mut self, text: impl Into<std::borrow::Cow<'static, str>>) -> Rows {
        self.behind.query(Statement::new(text)).await.unwrap()
    }

    /// Everything that is stored.
    async fn dump(&mut self) -> Vec<Vec<Value>> {
        let mut all = Vec::new();
        for table in TABLES {
            let rows = self
                .sql(format!("SELECT * FROM {table} ORDER BY 1, 2, 3, 4"))
                .await;
            all.push(rows.into_values());
        }
        all
    }

    /// Runs `work` with each of its rows failing in turn.
    async fn loops<T>(
        &mut self,
        name: &'static str,
        work: impl AsyncFn(&TursoStorage) -> Result<T, Error>,
    ) -> T {
        let before = self.dump().await;
        for nth in 1.. {
            let text = format!("UPDATE countdown SET rows_left = {nth}");
            self.sql(text).await;
            let result = work(&self.storage).await;
            let after = self.dump().await;
            match result {
                Ok(done) => {
                    assert!(after != before, "{name} did nothing");
                    self.table.push((name, nth - 1));
                    return done;
                }
                Err(error) => {
                    let context = format!("{name}, {}, row {nth}: {error:?}", self.way);
                    assert_eq!(error.kind(), ErrorKind::Constraint, "{context}");
                    assert_eq!(error.committed(), 0, "{context}");
                    assert!(after == before, "half stored: {context}");
                }
            }
        }
        unreachable!("the loop ends when the operation passes")
    }

    /// Takes the sabotage away and looks at what is left.
    async fn finish(mut self) {
        for table in TABLES {
            for event in ["INSERT", "UPDATE", "DELETE"] {
                let name = trigger(table, event);
                self.sql(format!("DROP TRIGGER {name}")).await;
            }
        }
        self.sql("DROP TABLE countdown").await;
        assert!(self.storage.check().await.unwrap().is_clean());
        for (name, rows) in &self.table {
            assert!(*rows > 0, "{name} was never made to fail");
        }
    }
}

fn trigger(table: &str, event: &str) -> String {
    format!("sabotage_{table}_{event}")
}

fn now() -> Timestamp {
    Timestamp::from_micros(1_700_000_000_000_000).unwrap()
}

/// An episode with a tag, two pairs of metadata and the patterns it applied.
fn rich(description: &str, patterns: &[&Pattern]) -> memory_storage_turso::Episode {
    let mut rich = episode(description);
    let metadata = Metadata::new().with("model", "m").unwrap();
    let metadata = metadata.with("text", description).unwrap();
    let change = rich.edit(now(), |draft| {
        draft.metadata = metadata;
        draft.patterns = patterns.iter().map(|pattern| pattern.id).collect();
    });
    change.unwrap();
    rich
}

fn pattern(tool: &str, sources: &[EpisodeId]) -> Pattern {
    let tools = vec![tool.to_owned()];
    let mut draft = PatternDraft::new(Lesson::ToolSequence { tools }, now());
    draft.sources = sources.iter().copied().collect();
    draft.finish().unwrap()
}

fn edge(from: EpisodeId, to: EpisodeId, kind: RelationshipKind) -> EpisodeRelationship {
    EpisodeRelationship::new(Namespace::default(), kind, from, to, now()).unwrap()
}

/// Every kind of write, one after the other.
async fn every_write(url: &str, way: &'static str) {
    let mut all = Sabotaged::new(url, way).await;
    let namespace = Namespace::default();
    let atomic = Atomicity::AllOrNothing;
    let tools = [pattern("read", &[]), pattern("write", &[])];
    let mut episodes: Vec<_> = ["a", "b", "c", "d"]
        .map(|text| rich(text, &[&tools[0]]))
        .into();
    all.loops("store_episode", async |s| {
        s.store_episode(&episodes[0]).await
    })
    .await;
    // One of them stands there already, with other content.
    episodes[0] = rich("a, again", &[&tools[1]]);
    all.loops("store_episodes", async |s| {
        s.store_episodes(&episodes, atomic).await
    })
    .await;
    let ids: Vec<_> = episodes.iter().map(|episode| episode.id).collect();
    all.loops("store_patterns", async |s| {
        s.store_patterns(&tools, atomic).await
    })
    .await;
    let (more, learnt) = (
        [rich("e", &[&tools[0]]), rich("f", &[])],
        [pattern("test", &ids[..2]), pattern("commit", &ids[2..])],
    );
    all.loops("store_episodes_with_patterns", async |s| {
        s.store_episodes_with_patterns(&more, &learnt).await
    })
    .await;
    updates(&mut all, &ids[1..3], &learnt[0]).await;
    let edges = [
        edge(ids[1], ids[2], RelationshipKind::Follows),
        edge(ids[2], ids[3], RelationshipKind::RelatedTo),
        edge(ids[3], more[0].id, RelationshipKind::Follows),
    ];
    all.loops("add_relationships", async |s| {
        s.add_relationships(&edges).await
    })
    .await;
    let keys = [edges[0].key(), edges[2].key()];
    all.loops("remove_relationships", async |s| {
        s.remove_relationships(&namespace, &keys).await
    })
    .await;
    let gone = [tools[0].id, learnt[1].id];
    all.loops("delete_patterns", async |s| {
        s.delete_patterns(&namespace, &gone).await
    })
    .await;
    all.loops("delete_episodes", async |s| {
        s.delete_episodes(&namespace, &ids).await
    })
    .await;
    all.finish().await;
}

async fn updates(all: &mut Sabotaged, ids: &[EpisodeId], learnt: &Pattern) {
    let namespace = Namespace::default();
    let mut tagged = Vec::new();
    for id in ids {
        let read = all
            .storage
            .get_episode(&namespace, *id)
            .await
            .unwrap()
            .unwrap();
        let mut changed = (*read).clone();
        let tags = [Tag::new("changed").unwrap()].into();
        changed.edit(now(), |draft| draft.tags = tags).unwrap();
        tagged.push(Update::new(changed, read.revision));
    }
    all.loops("update_episodes", async |s| {
        s.update_episodes(&tagged).await
    })
    .await;
    let read = all
        .storage
        .get_pattern(&namespace, learnt.id)
        .await
        .unwrap()
        .unwrap();
    let mut changed = (*read).clone();
    changed.edit(now(), |draft| draft.sources.clear()).unwrap();
    let change = [Update::new(changed, read.revision)];
    all.loops("update_patterns", async |s| {
        s.update_patterns(&change).await
    })
    .await;
    let change = TagChange::add(Tag::new("added").unwrap());
    all.loops("change_tags", async |s| {
        s.change_tags(&namespace, ids[0], &change, now()).await
    })
    .await;
    let (from, to) = (Tag::new("a").unwrap(), Tag::new("z").unwrap());
    all.loops("rename_tag", async |s| {
        s.rename_tag(&namespace, &from, &to, now()).await
    })
    .await;
}

#[test]
fn every_row_of_every_write_may_fail_in_a_file() {
    for way in WAYS {
        let dir = tempfile::tempdir().unwrap();
        block_on(every_write(&path_in(&dir), way));
    }
}

#[cfg(feature = "remote")]
#[test]
fn every_row_of_every_write_may_fail_on_a_server() {
    for way in WAYS {
        let test = "every_row_of_every_write_may_fail_on_a_server";
        let Some(database) = testkit::net::Database::fresh(test).unwrap() else {
            return;
        };
        block_on(every_write(&database.url(), way));
    }
}
