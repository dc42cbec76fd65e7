//! The real episodes in a database equal what the reference backend holds.

use super::Import;
use crate::args;
use crate::call::Call;
use memory_storage_turso::{
    Atomicity, Domain, Episode, EpisodeQuery, EpisodeStore as _, InMemoryStorage, Namespace,
    OutcomeKind, PageRequest, RelatedQuery, RelationshipQuery, RelationshipStore, StorageBackend,
    Tag, TagChange, Timestamp, TursoStorage, Update,
};
use std::path::PathBuf;
use testkit::DataSet;

async fn imported(files: Vec<PathBuf>) -> TursoStorage {
    let store = TursoStorage::open(":memory:").await.unwrap();
    let call = Call {
        db: ":memory:".into(),
        names_database: true,
        namespace: None,
        json: true,
        now: Timestamp::now(),
    };
    let args = args::Import {
        metrics: args::Metrics { listen: None },
        frames: false,
        files,
        skip_bad: false,
        from: args::Format::Lines,
    };
    let import = Import::prepare(&call, &args).await.unwrap();
    import.run(&call, &store, &mut Vec::new()).await.unwrap();
    store
}

/// Stores everything that `from` holds, page by page, in `to`.
async fn copy(from: &dyn StorageBackend, to: &dyn StorageBackend) {
    let (query, mut page) = (EpisodeQuery::default(), PageRequest::first(1_000).unwrap());
    loop {
        let read = from.query_episodes(&query, &page).await.unwrap();
        let episodes: Vec<_> = read
            .items
            .iter()
            .map(|episode| (**episode).clone())
            .collect();
        to.store_episodes(&episodes, Atomicity::AllOrNothing)
            .await
            .unwrap();
        let Some(next) = read.next else { break };
        page = page.after(next);
    }
    let (query, mut page) = (
        RelationshipQuery::default(),
        PageRequest::first(1_000).unwrap(),
    );
    loop {
        let read = from.query_relationships(&query, &page).await.unwrap();
        to.add_relationships(&read.items).await.unwrap();
        let Some(next) = read.next else { break };
        page = page.after(next);
    }
}

fn queries() -> Vec<EpisodeQuery> {
    let (domain, tag) = (Domain::new("bash").unwrap(), |text| Tag::new(text).unwrap());
    let all = EpisodeQuery::default;
    vec![
        all(),
        EpisodeQuery {
            domain: Some(domain),
            ..all()
        },
        EpisodeQuery {
            outcome: Some(OutcomeKind::Partial),
            ..all()
        },
        EpisodeQuery {
            tags_all: [tag("sql"), tag("hard")].into(),
            ..all()
        },
        EpisodeQuery {
            tags_any: [tag("ctf"), tag("tau-bench")].into(),
            ..all()
        },
    ]
}

/// Both answer every page of `query` alike, byte limits included.
async fn same_pages(query: &EpisodeQuery, left: &dyn StorageBackend, right: &dyn StorageBackend) {
    let mut page = PageRequest::first(1_000).unwrap();
    assert_eq!(
        left.count_episodes(query).await.unwrap(),
        right.count_episodes(query).await.unwrap()
    );
    loop {
        let (a, b) = (
            left.query_episodes(query, &page).await,
            right.query_episodes(query, &page).await,
        );
        let (a, b) = (a.unwrap(), b.unwrap());
        assert!(a == b, "a page of {query:?} differs");
        let Some(next) = a.next else { return };
        page = page.after(next);
    }
}

fn block_on(work: impl Future<Output = ()>) {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap()
        .block_on(work);
}

#[test]
fn the_real_episodes_are_the_same_in_a_database_and_in_the_reference() {
    let test = "the_real_episodes_are_the_same_in_a_database_and_in_the_reference";
    let Some(data) = DataSet::find(test) else {
        return;
    };
    block_on(async {
        let (database, reference) = (
            imported(data.files().unwrap()).await,
            InMemoryStorage::new(),
        );
        copy(&database, &reference).await;
        for query in queries() {
            same_pages(&query, &database, &reference).await;
        }
        let edges = RelationshipQuery::default();
        let page = PageRequest::first(1_000).unwrap();
        let some = database.query_relationships(&edges, &page).await.unwrap();
        assert_eq!(
            some,
            reference.query_relationships(&edges, &page).await.unwrap()
        );
        for edge in some.items.iter().step_by(50) {
            let walk = RelatedQuery::from(Namespace::default(), edge.from());
            let found = database.find_related(&walk).await.unwrap();
            assert_eq!(found, reference.find_related(&walk).await.unwrap());
        }
    });
}

/// What an agent does with one episode.
async fn work_with(storage: &TursoStorage, episode: &Episode) {
    let space = Namespace::default();
    storage.get_episode(&space, episode.id).await.unwrap();
    storage.store_episode(episode).await.unwrap();
    let ids = [episode.id; 2];
    let again = storage.get_episodes(&space, &ids);
    let stored = again.await.unwrap().remove(0).unwrap();
    let mut changed = (*stored).clone();
    let edit = |draft: &mut memory_storage_turso::EpisodeDraft| draft.reflections.push("x".into());
    changed.edit(Timestamp::now(), edit).unwrap();
    let update = Update::new(changed, stored.revision);
    storage.update_episode(&update).await.unwrap();
    let change = TagChange::add(Tag::new("seen").unwrap());
    let tagged = storage.change_tags(&space, episode.id, &change, Timestamp::now());
    tagged.await.unwrap();
    let found = storage.find_episode_ids(&space, episode.external_id.as_slice());
    assert_eq!(found.await.unwrap(), [Some(episode.id)]);
    let walk = RelatedQuery::from(space.clone(), episode.id);
    storage.find_related(&walk).await.unwrap();
    for query in queries() {
        storage.count_episodes(&query).await.unwrap();
        let page = PageRequest::first(3).unwrap();
        storage.query_episodes(&query, &page).await.unwrap();
    }
}

/// Every text is one of a fixed set: once each connection has compiled them, nothing is
/// compiled any more.
#[test]
fn work_with_real_episodes_compiles_next_to_nothing() {
    let Some(data) = DataSet::find("work_with_real_episodes_compiles_next_to_nothing") else {
        return;
    };
    let mut files = data.files().unwrap();
    files.retain(|file| file.ends_with("tau_airline.jsonl.gz"));
    assert_eq!(files.len(), 1);
    block_on(async {
        let storage = imported(files).await;
        let (all, page) = (EpisodeQuery::default(), PageRequest::first(200).unwrap());
        let episodes = storage.query_episodes(&all, &page).await.unwrap().items;
        work_with(&storage, &episodes[0]).await;
        let warm = storage.prepared_stats();
        for episode in &episodes[1..] {
            work_with(&storage, episode).await;
        }
        let now = storage.prepared_stats();
        let (hits, misses) = (now.hits - warm.hits, now.misses - warm.misses);
        println!("{hits} hits, {misses} misses, {now:?}");
        assert!(hits > 3_000 && misses * 100 <= hits + misses);
        assert_eq!(now.entries, warm.entries);
        assert_eq!(
            (now.evictions, now.outdated),
            (warm.evictions, warm.outdated)
        );
    });
}
