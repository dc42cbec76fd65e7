//! A cache before a backend whose calls can be held up and made to fail.

use crate::support::episode;
use memory_storage_turso::{
    Atomicity, CacheConfig, CachedStorage, Episode, EpisodeId, EpisodeQuery, EpisodeRelationship,
    ErrorKind, ExternalId, InMemoryStorage, Lesson, Namespace, PageRequest, Pattern, PatternDraft,
    PatternId, PatternQuery, RelatedQuery, RelationshipKind, RelationshipQuery, Result,
    StorageBackend, Tag, TagChange, Timestamp, Update,
};
use testkit::{FaultStorage, Faults};

pub type Backend = FaultStorage<InMemoryStorage>;

pub struct World {
    pub cached: CachedStorage<Backend>,
    pub faults: Faults<ErrorKind>,
    /// The same data without cache and faults.
    pub plain: InMemoryStorage,
    pub first: Episode,
    pub second: Episode,
    pub pattern: Pattern,
    pub edge: EpisodeRelationship,
}

pub fn now() -> Timestamp {
    Timestamp::from_micros(1_700_000_000_000_000).unwrap()
}

/// An episode with a fixed id, an external id and the pattern 1.
pub fn numbered(number: u8) -> Episode {
    let mut draft = episode("numbered").into_draft();
    draft.id = EpisodeId::from_bytes([number; 16]);
    draft.external_id = Some(ExternalId::new(format!("external {number}")).unwrap());
    draft.patterns = [PatternId::from_bytes([1; 16])].into();
    draft.finish().unwrap()
}

pub fn edge(from: &Episode, to: &Episode, kind: RelationshipKind) -> EpisodeRelationship {
    EpisodeRelationship::new(Namespace::default(), kind, from.id, to.id, now()).unwrap()
}

impl World {
    /// Two episodes, a pattern learnt from the first, a relationship between them.
    pub async fn new() -> Self {
        let (plain, faults) = (InMemoryStorage::new(), Faults::none());
        let (first, second) = (numbered(1), numbered(2));
        let mut draft = PatternDraft::new(lesson(), now());
        draft.id = PatternId::from_bytes([1; 16]);
        draft.sources = [first.id].into();
        let pattern = draft.finish().unwrap();
        let edge = edge(&first, &second, RelationshipKind::Follows);
        let backend = FaultStorage::new(plain.clone(), faults.clone());
        let cached = CachedStorage::new(backend, &CacheConfig::default()).unwrap();
        let world = Self {
            cached,
            faults,
            plain,
            first,
            second,
            pattern,
            edge,
        };
        world.fill().await;
        world
    }

    async fn fill(&self) {
        use memory_storage_turso::{EpisodeStore as _, PatternStore as _, RelationshipStore as _};
        self.plain.store_episode(&self.first).await.unwrap();
        self.plain.store_episode(&self.second).await.unwrap();
        self.plain.store_pattern(&self.pattern).await.unwrap();
        self.plain.add_relationship(&self.edge).await.unwrap();
    }

    /// Every kind of write, each changing something that is read.
    pub async fn write<B: StorageBackend + ?Sized>(&self, backend: &B, write: &str) -> Result<()> {
        let namespace = &Namespace::default();
        let mut changed = self.first.clone();
        changed.edit(now(), |draft| draft.description = "changed".into())?;
        let (a, b) = (Tag::new("a")?, Tag::new("b")?);
        match write {
            "store_episodes" => backend.store_episode(&changed).await.map(drop)?,
            "store under the external id" => {
                let mut draft = changed.into_draft();
                draft.id = EpisodeId::from_bytes([7; 16]);
                backend.store_episode(&draft.finish()?).await.map(drop)?;
            }
            "update_episodes" => {
                let revision = self.first.revision;
                backend
                    .update_episode(&Update::new(changed, revision))
                    .await
                    .map(drop)?;
            }
            "delete_episodes" => backend
                .delete_episode(namespace, self.first.id)
                .await
                .map(drop)?,
            "change_tags" => {
                let change = TagChange::add(b);
                backend
                    .change_tags(namespace, self.first.id, &change, now())
                    .await
                    .map(drop)?;
            }
            "rename_tag" => backend
                .rename_tag(namespace, &a, &b, now())
                .await
                .map(drop)?,
            _ => self.write_rest(backend, write).await?,
        }
        Ok(())
    }

    async fn write_rest<B: StorageBackend + ?Sized>(&self, backend: &B, write: &str) -> Result<()> {
        let namespace = &Namespace::default();
        let mut changed = self.pattern.clone();
        changed.edit(now(), |draft| draft.occurrences = 17)?;
        let other = edge(&self.second, &self.first, RelationshipKind::References);
        match write {
            "store_patterns" => backend.store_pattern(&changed).await.map(drop)?,
            "store_episodes_with_patterns" => {
                let (episodes, patterns) = ([numbered(3)], [changed]);
                backend
                    .store_episodes_with_patterns(&episodes, &patterns)
                    .await
                    .map(drop)?;
            }
            "update_patterns" => {
                let revision = self.pattern.revision;
                backend
                    .update_pattern(&Update::new(changed, revision))
                    .await
                    .map(drop)?;
            }
            "delete_patterns" => {
                backend
                    .delete_patterns(namespace, &[self.pattern.id])
                    .await
                    .map(drop)?;
            }
            "add_relationships" => backend.add_relationship(&other).await.map(drop)?,
            "remove_relationships" => {
                backend
                    .remove_relationship(namespace, self.edge.key())
                    .await
                    .map(drop)?;
            }
            "store two" => {
                let both = [numbered(3), numbered(4)];
                backend
                    .store_episodes(&both, Atomicity::PerPart)
                    .await
                    .map(drop)?;
            }
            other => panic!("{other} is no write"),
        }
        Ok(())
    }

    /// What every kind of read answers.
    pub async fn read_all<B: StorageBackend + ?Sized>(&self, backend: &B) -> Vec<String> {
        let mut answers = Vec::new();
        for read in READS {
            answers.push(self.read(backend, read).await);
        }
        answers
    }

    /// What one kind of read answers.
    pub async fn read<B: StorageBackend + ?Sized>(&self, backend: &B, read: &str) -> String {
        let namespace = &Namespace::default();
        let ids = [self.first.id, self.second.id];
        let keys = [1, 2].map(|n| ExternalId::new(format!("external {n}")).unwrap());
        let everything = EpisodeQuery::default();
        let page = &PageRequest::default();
        match read {
            "get_episode" => text(backend.get_episode(namespace, ids[0]).await),
            "get_episodes" => text(backend.get_episodes(namespace, &ids).await),
            "find_episode_ids" => text(backend.find_episode_ids(namespace, &keys).await),
            "query_episodes" => text(backend.query_episodes(&everything, page).await),
            "count_episodes" => text(backend.count_episodes(&everything).await),
            "list_tags" => text(backend.list_tags(namespace, page).await),
            _ => self.read_rest(backend, read).await,
        }
    }

    async fn read_rest<B: StorageBackend + ?Sized>(&self, backend: &B, read: &str) -> String {
        let namespace = &Namespace::default();
        let ids = [self.pattern.id, PatternId::from_bytes([9; 16])];
        let patterns = PatternQuery::default();
        let page = &PageRequest::default();
        let of_first = RelationshipQuery::of(namespace.clone(), self.first.id);
        let walk = RelatedQuery::from(namespace.clone(), self.first.id);
        match read {
            "get_pattern" => text(backend.get_pattern(namespace, ids[0]).await),
            "get_patterns" => text(backend.get_patterns(namespace, &ids).await),
            "query_patterns" => text(backend.query_patterns(&patterns, page).await),
            "count_patterns" => text(backend.count_patterns(&patterns).await),
            "query_relationships" => text(backend.query_relationships(&of_first, page).await),
            "find_related" => text(backend.find_related(&walk).await),
            other => panic!("{other} is no read"),
        }
    }
}

fn text<T: std::fmt::Debug>(answer: Result<T>) -> String {
    format!("{:?}", answer.unwrap())
}

fn lesson() -> Lesson {
    Lesson::ContextPattern {
        features: vec!["a".into()],
        approach: "look".into(),
    }
}

/// Every kind of write, and the method that the backend sees.
pub const WRITES: [(&str, &str); 13] = [
    ("store_episodes", "store_episodes"),
    ("store under the external id", "store_episodes"),
    ("store two", "store_episodes"),
    ("update_episodes", "update_episodes"),
    ("delete_episodes", "delete_episodes"),
    ("change_tags", "change_tags"),
    ("rename_tag", "rename_tag"),
    ("store_patterns", "store_patterns"),
    (
        "store_episodes_with_patterns",
        "store_episodes_with_patterns",
    ),
    ("update_patterns", "update_patterns"),
    ("delete_patterns", "delete_patterns"),
    ("add_relationships", "add_relationships"),
    ("remove_relationships", "remove_relationships"),
];

/// The method that the backend sees of a read.
pub fn operation(read: &'static str) -> &'static str {
    match read {
        "get_episode" => "get_episodes",
        "get_pattern" => "get_patterns",
        other => other,
    }
}

/// Every read that goes through a cache.
pub const READS: [&str; 12] = [
    "get_episode",
    "get_episodes",
    "find_episode_ids",
    "query_episodes",
    "count_episodes",
    "list_tags",
    "get_pattern",
    "get_patterns",
    "query_patterns",
    "count_patterns",
    "query_relationships",
    "find_related",
];
