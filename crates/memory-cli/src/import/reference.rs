//! The real episodes in a database equal what the reference backend holds.

use super::Import;
use crate::args;
use crate::call::Call;
use memory_storage_turso::{
    Atomicity, Domain, EpisodeQuery, InMemoryStorage, Namespace, OutcomeKind, PageRequest,
    RelatedQuery, RelationshipQuery, RelationshipStore, StorageBackend, Tag, Timestamp,
    TursoStorage,
};
use testkit::DataSet;

async fn imported(data: &DataSet) -> TursoStorage {
    let store = TursoStorage::open(":memory:").await.unwrap();
    let call = Call {
        db: ":memory:".into(),
        names_database: true,
        namespace: None,
        json: true,
        now: Timestamp::now(),
    };
    let args = args::Import {
        files: data.files().unwrap(),
        skip_bad: false,
    };
    let import = Import::prepare(&call, &args).unwrap();
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

#[test]
fn the_real_episodes_are_the_same_in_a_database_and_in_the_reference() {
    let test = "the_real_episodes_are_the_same_in_a_database_and_in_the_reference";
    let Some(data) = DataSet::find(test) else {
        return;
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        let (database, reference) = (imported(&data).await, InMemoryStorage::new());
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
