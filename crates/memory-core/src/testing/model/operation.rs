use super::{propose, select};
use crate::{
    Atomicity, Episode, EpisodeId, EpisodeQuery, EpisodeRelationship, ExternalId, Namespace,
    Pattern, PatternId, PatternQuery, RelatedQuery, RelationshipKey, RelationshipQuery, Tag,
    TagChange, Timestamp, WriteId,
};
use proptest::prelude::*;
use std::ops::Range;

/// One call of a backend.
#[derive(Clone, Debug)]
pub enum Operation {
    /// One that may change what is stored.
    Write(Write),
    /// One that does not.
    Read(Read),
}

/// A call that may change what is stored: the method of its name with its arguments.
#[derive(Clone, Debug)]
#[allow(missing_docs)] // They would repeat the names.
pub enum Write {
    StoreEpisodes(Vec<Episode>, Atomicity),
    UpdateEpisodes(Vec<Proposal<Episode>>),
    DeleteEpisodes(Namespace, Vec<EpisodeId>),
    ChangeTags(Namespace, EpisodeId, TagChange, Timestamp),
    RenameTag(Namespace, Tag, Tag, Timestamp),
    StorePatterns(Vec<Pattern>, Atomicity),
    StoreEpisodesWithPatterns(Vec<Episode>, Vec<Pattern>),
    UpdatePatterns(Vec<Proposal<Pattern>>),
    DeletePatterns(Namespace, Vec<PatternId>),
    AddRelationships(Vec<EpisodeRelationship>),
    RemoveRelationships(Namespace, Vec<RelationshipKey>),
}

/// A call that changes nothing: the method of its name with its arguments. A
/// number is the size of the pages, all of which are read.
#[derive(Clone, Debug)]
#[allow(missing_docs)] // They would repeat the names.
pub enum Read {
    GetEpisodes(Namespace, Vec<EpisodeId>),
    FindEpisodeIds(Namespace, Vec<ExternalId>),
    QueryEpisodes(EpisodeQuery, usize),
    CountEpisodes(EpisodeQuery),
    ListTags(Namespace, usize),
    GetPatterns(Namespace, Vec<PatternId>),
    QueryPatterns(PatternQuery, usize),
    CountPatterns(PatternQuery),
    ValidateRelationship(EpisodeRelationship),
    QueryRelationships(RelationshipQuery, usize),
    FindRelated(RelatedQuery),
}

/// An update whose expected revision is found out when it is applied.
#[derive(Clone, Debug)]
pub struct Proposal<T> {
    /// The new content.
    pub value: T,
    /// What the expected revision is taken from.
    pub base: Base,
    /// Names the write.
    pub write_id: WriteId,
}

/// From which revision a change is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Base {
    /// The stored one: the change succeeds.
    Current,
    /// The one before it: a lost race, or a repeated write.
    Previous,
    /// The one after it: right for the second of two updates in one call.
    Next,
}

/// Lists of operations of these lengths.
pub fn operations(count: Range<usize>) -> BoxedStrategy<Vec<Operation>> {
    let operation = prop_oneof![
        4 => propose::write().prop_map(Operation::Write),
        1 => select::read().prop_map(Operation::Read),
    ];
    prop::collection::vec(operation, count).boxed()
}
