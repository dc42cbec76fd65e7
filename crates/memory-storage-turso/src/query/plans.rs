//! Every page is a walk along an index, in the order of the page: SQLite never sorts what a
//! query finds, and never reads a whole table to find it.

use super::{EPISODES, Filter, Kind, PATTERNS, episode_filter, pattern_filter};
use crate::schema;
use memory_core::{
    Domain, EpisodeId, EpisodeQuery, Metadata, Namespace, Order, OutcomeKind, PatternId,
    PatternQuery, Tag, TaskType, Timestamp,
};
use turso_conn::{
    AnyConfig, AnyConnection, AnyConnector, Connect, Execute, Location, Statement, Value,
};

async fn memory() -> AnyConnection {
    let connector = AnyConnector::open(&Location::Memory, AnyConfig::default()).unwrap();
    let mut conn = connector.connect().await.unwrap();
    schema::migrate(&mut conn, 0).await.unwrap();
    conn
}

/// The lines of the plan that concern what is found, before the page is cut out of it.
async fn plan(conn: &mut AnyConnection, kind: &Kind, filter: Filter, order: Order) -> String {
    let source = kind.source(filter.shape());
    let (direction, walked, time) = (
        if order == Order::NewestFirst {
            "DESC"
        } else {
            "ASC"
        },
        source.walked,
        kind.time,
    );
    let text = format!(
        "EXPLAIN QUERY PLAN SELECT e.rowid FROM {} WHERE {} ORDER BY {walked}.{time} {direction}, {walked}.id {direction} LIMIT 10",
        source.from, source.conditions
    );
    let values: Vec<Value> = filter.into_values();
    let rows = conn
        .query(Statement::new(text).bind_all(values))
        .await
        .unwrap();
    let lines: Vec<&str> = rows.iter().map(|row| row.text(3).unwrap()).collect();
    lines.join("\n")
}

async fn walks(kind: &Kind, filter: Filter, order: Order, index: &str) {
    let mut conn = memory().await;
    let plan = plan(&mut conn, kind, filter, order).await;
    assert!(!plan.contains("TEMP B-TREE"), "{plan}");
    assert!(!plan.contains("SCAN e"), "{plan}");
    assert!(
        plan.lines().next().is_some_and(|line| line.contains(index)),
        "{index}: {plan}"
    );
}

fn with_tag() -> EpisodeQuery {
    EpisodeQuery {
        tags_all: [Tag::new("a").unwrap(), Tag::new("b").unwrap()].into(),
        ..EpisodeQuery::default()
    }
}

/// Every filter that a page can have beside the one that chooses the walk.
fn filtered(query: EpisodeQuery) -> EpisodeQuery {
    EpisodeQuery {
        since: Some(Timestamp::MIN),
        until: Some(Timestamp::MAX),
        outcome: Some(OutcomeKind::Failure),
        tags_any: [Tag::new("c").unwrap()].into(),
        pattern: Some(PatternId::from_bytes([1; 16])),
        ..query
    }
}

async fn episode_walks(query: EpisodeQuery, index: &str) {
    let position = (Timestamp::MIN, EpisodeId::from_bytes([0; 16]));
    for order in [Order::NewestFirst, Order::OldestFirst] {
        let query = EpisodeQuery {
            order,
            ..query.clone()
        };
        for position in [None, Some(&position)] {
            walks(
                &EPISODES,
                episode_filter(&query, position).unwrap(),
                order,
                index,
            )
            .await;
        }
    }
}

#[tokio::test]
async fn all_episodes_walk_the_index_by_time() {
    episode_walks(EpisodeQuery::default(), "episodes_by_time").await;
}

#[tokio::test]
async fn a_task_type_walks_its_index() {
    let task_type = Some(TaskType::new("t").unwrap());
    let query = EpisodeQuery {
        task_type,
        ..EpisodeQuery::default()
    };
    episode_walks(query, "episodes_by_task_type").await;
}

#[tokio::test]
async fn a_domain_walks_its_index() {
    let domain = Some(Domain::new("d").unwrap());
    episode_walks(
        EpisodeQuery {
            domain,
            ..EpisodeQuery::default()
        },
        "episodes_by_domain",
    )
    .await;
}

#[tokio::test]
async fn tags_walk_the_index_of_the_first() {
    episode_walks(
        with_tag(),
        "SEARCH k USING PRIMARY KEY (namespace=? AND tag=?",
    )
    .await;
    episode_walks(
        filtered(with_tag()),
        "SEARCH k USING PRIMARY KEY (namespace=? AND tag=?",
    )
    .await;
}

#[tokio::test]
async fn metadata_walk_the_index_of_the_first() {
    let metadata = Metadata::new()
        .with("k", "v")
        .unwrap()
        .with("l", "w")
        .unwrap();
    let query = filtered(EpisodeQuery {
        metadata,
        ..with_tag()
    });
    let index = "SEARCH k USING PRIMARY KEY (namespace=? AND key=? AND value=?";
    episode_walks(query, index).await;
}

#[tokio::test]
async fn a_pattern_walks_its_index() {
    let query = filtered(EpisodeQuery::default());
    episode_walks(
        query,
        "SEARCH k USING PRIMARY KEY (namespace=? AND pattern=?",
    )
    .await;
}

#[tokio::test]
async fn patterns_walk_their_time_or_their_sources() {
    let all = PatternQuery::all(Namespace::default());
    walks(
        &PATTERNS,
        pattern_filter(&all, None),
        Order::NewestFirst,
        "patterns_by_time",
    )
    .await;
    let source = Some(EpisodeId::from_bytes([1; 16]));
    let query = PatternQuery { source, ..all };
    let index = "SEARCH k USING PRIMARY KEY (namespace=? AND episode=?";
    walks(
        &PATTERNS,
        pattern_filter(&query, None),
        Order::OldestFirst,
        index,
    )
    .await;
}

/// The plan of a whole text, with `values` parameters.
async fn plan_of(text: &str, values: usize) -> String {
    let mut conn = memory().await;
    let explain =
        Statement::new(format!("EXPLAIN QUERY PLAN {text}")).bind_all(vec![Value::Null; values]);
    let rows = conn.query(explain).await.unwrap();
    let lines: Vec<&str> = rows.iter().map(|row| row.text(3).unwrap()).collect();
    lines.join("\n")
}

/// Finding episodes by a list of ids once walked the whole namespace for each list: an import
/// of 12,357 episodes took 21 s instead of 2.
#[tokio::test]
async fn a_list_of_ids_is_looked_up_id_by_id() {
    let found = plan_of(crate::sql::EPISODES_FIND, 2).await;
    assert!(
        found.contains("episodes_by_external_id (namespace=? AND external_id=?)"),
        "{found}"
    );
    for kind in [&EPISODES, &PATTERNS] {
        let many = crate::read::many_sql(kind.columns, kind.table, kind.size);
        let plan = plan_of(&many, 3).await;
        let index = format!("sqlite_autoindex_{}_1 (namespace=? AND id=?)", kind.table);
        assert!(plan.contains(&index), "{plan}");
        assert!(!plan.contains("SCAN e"), "{plan}");
    }
}

#[tokio::test]
async fn what_a_batch_would_replace_is_looked_up_key_by_key() {
    for (text, table) in [
        (crate::store::EPISODES_BEFORE_STORE, "episodes"),
        (crate::store::PATTERNS_BEFORE_STORE, "patterns"),
    ] {
        let plan = plan_of(text, 2).await;
        let index = format!("sqlite_autoindex_{table}_1 (namespace=? AND id=?)");
        assert!(plan.contains(&index), "{plan}");
        assert!(!plan.contains("SCAN e"), "{plan}");
    }
    let plan = plan_of(crate::store::EPISODES_BEFORE_STORE, 2).await;
    let index = "episodes_by_external_id (namespace=? AND external_id=?)";
    assert!(plan.contains(index), "{plan}");
}

#[tokio::test]
async fn relationships_are_found_without_sorting() {
    use crate::sql::{RELATIONSHIPS_ALL, RELATIONSHIPS_FROM, RELATIONSHIPS_OF, RELATIONSHIPS_TO};
    let texts = [
        (RELATIONSHIPS_ALL, 7),
        (RELATIONSHIPS_FROM, 8),
        (RELATIONSHIPS_TO, 8),
        (RELATIONSHIPS_OF, 8),
    ];
    for (text, values) in texts {
        let plan = plan_of(text, values).await;
        let (walk, _) = plan.split_once("SCAN found").unwrap();
        assert!(
            !walk.contains("TEMP B-TREE") && !plan.contains("SCAN relationships"),
            "{plan}"
        );
    }
}
