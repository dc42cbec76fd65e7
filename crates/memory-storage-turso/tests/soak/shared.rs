//! The episodes that all tasks of all processes write to.

use crate::episodes::Owner;
use memory_storage_turso::{
    Episode, EpisodeDraft, EpisodeId, EpisodeStore, Metadata, Namespace, Tag, TaskType, Timestamp,
    Update,
};

/// How many counters there are.
pub const COUNTERS: usize = 4;

pub fn namespace() -> Namespace {
    Namespace::new("shared").unwrap()
}

/// An episode in whose metadata each task has an entry, a number that it counts up. So its
/// revision is always one more than the sum of the entries.
pub fn counter(number: usize) -> EpisodeId {
    EpisodeId::from_bytes([u8::try_from(number + 1).unwrap(); 16])
}

/// An episode to which the tasks of one place among the processes add a tag each.
pub fn board(task: u64) -> EpisodeId {
    EpisodeId::from_bytes([u8::try_from(task + 128).unwrap(); 16])
}

/// Stores them all; `tasks` is how many a process has.
pub async fn create(storage: &impl EpisodeStore, tasks: u64) {
    let counters = (0..COUNTERS).map(counter);
    for id in counters.chain((0..tasks).map(board)) {
        let kind = TaskType::new("shared").unwrap();
        let mut draft = EpisodeDraft::new(kind, id.to_string(), Timestamp::now());
        (draft.namespace, draft.id) = (namespace(), id);
        storage
            .store_episode(&draft.finish().unwrap())
            .await
            .unwrap();
    }
}

/// The entry of a task in its counter.
fn key(owner: Owner) -> String {
    format!("{}.{}", owner.slot, owner.task)
}

/// How far a task has counted.
pub fn entry(counter: &Episode, owner: Owner) -> u64 {
    let entry = counter.metadata.get(&key(owner));
    entry.map_or(0, |text| text.parse().unwrap())
}

/// The counter with the entry of a task set to `value`.
pub fn counted(counter: &Episode, owner: Owner, value: u64) -> Update<Episode> {
    let mut metadata: Metadata = counter.metadata.clone();
    metadata.insert(key(owner), value.to_string()).unwrap();
    let mut changed = counter.clone();
    changed
        .edit(Timestamp::now(), |draft| draft.metadata = metadata)
        .unwrap();
    Update::new(changed, counter.revision)
}

/// What is wrong with a counter by itself: an update that was lost, or done twice.
pub fn contradiction(counter: &Episode) -> Option<String> {
    let entries = counter.metadata.iter();
    let sum: u64 = entries.map(|(_, text)| text.parse::<u64>().unwrap()).sum();
    let revision = counter.revision.get();
    (sum + 1 != revision).then(|| {
        format!(
            "counter {} has revision {revision}, but its entries make {sum}",
            counter.id
        )
    })
}

/// The tag of a process.
pub fn tag(owner: Owner) -> Tag {
    Tag::new(format!("p{}", owner.slot)).unwrap()
}
