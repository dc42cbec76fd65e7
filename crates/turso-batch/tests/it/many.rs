//! Reading many rows by key, and storing many by few statements.

use turso_batch::{ManyRead, MultiRow, Submission};
use turso_conn::{Batch, ErrorKind, Limits, Value};

use crate::place::{Place, stored};

const BY_X: ManyRead =
    ManyRead::new("SELECT j.key, t.x, t.y FROM json_each(?1) j CROSS JOIN t ON t.x = j.value")
        .named("t.many");

#[tokio::test]
async fn f70_any_number_of_keys_in_their_order() {
    for place in Place::both("f70_any_number_of_keys_in_their_order") {
        let (writes, single) = place.open().await;
        let multi = MultiRow::new("INSERT INTO t (x, y)", 2, "ON CONFLICT DO NOTHING").unwrap();
        let rows = (0..5_234_i64).map(|x| vec![Value::from(x * 2), Value::from(-x)]);
        let batch: Batch = multi.statements(rows).unwrap().into_iter().collect();
        assert_eq!(batch.len(), 52 + 3 + 4);
        writes.submit(Submission::new(batch)).await.unwrap();
        assert_eq!(stored(&single).await.len(), 5_234);
        // Twice as many as there are, backwards, one of them twice.
        let mut keys: Vec<_> = (0..20_500_i64).rev().map(Value::from).collect();
        keys.push(Value::from(4));
        let found = BY_X.read(&single, &keys).await.unwrap();
        assert_eq!(found.len(), keys.len());
        for (key, row) in keys.iter().zip(&found) {
            let x = key.as_integer().unwrap();
            let wanted = (x % 2 == 0 && x < 10_468).then(|| vec![x.into(), (-x / 2).into()]);
            assert_eq!(*row, wanted, "{x}");
        }
        assert!(BY_X.read(&single, &[]).await.unwrap().is_empty());
    }
}

#[tokio::test]
async fn an_answer_is_bounded_and_needs_its_places() {
    let place = Place::file();
    let (writes, single) = place.open().await;
    let batch = Batch::new().step("INSERT INTO t VALUES (1, 1), (2, 2)");
    writes.submit(Submission::new(batch)).await.unwrap();
    let keys = [Value::from(1), Value::from(2)];
    let one = BY_X
        .limits(Limits::new(1, 1_000))
        .read(&single, &keys)
        .await;
    assert_eq!(one.unwrap_err().kind(), ErrorKind::Limit);
    let odd = ManyRead::new("SELECT 'x', t.x FROM json_each(?1) j CROSS JOIN t ON t.x = j.value");
    let error = odd.read(&single, &keys).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Corrupt);
}
