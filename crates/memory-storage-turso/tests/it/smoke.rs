use memory_storage_turso::*;

#[tokio::test]
async fn smoke() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("a.db");
    let m = TursoStorage::open(path.to_str().unwrap()).await.unwrap();
    let now = Timestamp::now();
    let mut e = Episode::start(TaskType::new("t").unwrap(), "d", now).unwrap();
    e.edit(now, |d| {
        d.tags = [Tag::new("a\"\\b").unwrap(), Tag::new("é").unwrap()].into();
        d.metadata = Metadata::new().with("k.$\"x", "v\n'%").unwrap();
        d.patterns = [PatternId::new()].into();
        d.external_id = Some(ExternalId::new("x/1").unwrap());
    })
    .unwrap();
    let s = m.store_episode(&e).await.unwrap();
    assert_eq!(s.change, Change::Created);
    assert_eq!(
        m.get_episode(&e.namespace, e.id).await.unwrap().as_deref(),
        Some(&e)
    );
    assert_eq!(m.store_episode(&e).await.unwrap().change, Change::Unchanged);
    let mut q = EpisodeQuery::default();
    q.tags_all = e.tags.clone();
    q.metadata = e.metadata.clone();
    q.pattern = e.patterns.first().copied();
    q.tags_any = e.tags.clone();
    let p = m.query_episodes(&q, &PageRequest::default()).await.unwrap();
    assert_eq!(p.items.len(), 1);
    assert_eq!(m.count_episodes(&q).await.unwrap(), 1);
    let r = m.check().await.unwrap();
    assert_eq!((r.episodes, r.problems), (1, vec![]));
    let st = m
        .statistics(&StatisticsQuery {
            filter: q,
            by: Some(GroupBy::Domain),
        })
        .await
        .unwrap();
    println!("{st:?}");
    let f = Episode::start(TaskType::new("t").unwrap(), "d", now).unwrap();
    m.store_episode(&f).await.unwrap();
    let rel = EpisodeRelationship::new(
        Namespace::default(),
        RelationshipKind::DependsOn,
        e.id,
        f.id,
        now,
    )
    .unwrap();
    assert_eq!(m.add_relationship(&rel).await.unwrap(), Change::Created);
    let back = EpisodeRelationship::new(
        Namespace::default(),
        RelationshipKind::DependsOn,
        f.id,
        e.id,
        now,
    )
    .unwrap();
    assert_eq!(
        m.add_relationship(&back).await.unwrap_err().kind(),
        ErrorKind::Constraint
    );
    println!(
        "{:?}",
        m.find_related(&RelatedQuery::from(Namespace::default(), f.id))
            .await
            .unwrap()
    );
    println!(
        "{:?}",
        m.change_tags(
            &Namespace::default(),
            e.id,
            &TagChange::add(Tag::new("new").unwrap()),
            now
        )
        .await
        .unwrap()
    );
    println!(
        "{:?}",
        m.list_tags(&Namespace::default(), &PageRequest::default())
            .await
            .unwrap()
    );
    assert!(m.check().await.unwrap().is_clean());
    assert!(m.delete_episode(&Namespace::default(), e.id).await.unwrap());
    assert!(m.check().await.unwrap().is_clean());
}
