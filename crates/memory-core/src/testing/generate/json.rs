use super::scalar::any_finite;
use super::text::nasty_text;
use proptest::prelude::*;
use serde_json::Value;

const DEPTH: u32 = 4;
const NODES: u32 = 24;

/// Any JSON value: every kind of it, nested, with numbers at their extremes and nasty keys.
pub fn any_json() -> BoxedStrategy<Value> {
    scalar()
        .prop_recursive(DEPTH, NODES, 4, |inner| {
            let list = prop::collection::vec(inner.clone(), 0..4);
            let map = prop::collection::vec((nasty_text(24), inner), 0..4);
            prop_oneof![
                list.prop_map(Value::from),
                map.prop_map(|entries| Value::Object(entries.into_iter().collect())),
            ]
        })
        .boxed()
}

fn scalar() -> BoxedStrategy<Value> {
    prop_oneof![
        1 => Just(Value::Null),
        1 => any::<bool>().prop_map(Value::from),
        1 => prop_oneof![Just(i64::MIN), Just(i64::MAX), Just(-1), any::<i64>()].prop_map(Value::from),
        1 => prop_oneof![Just(u64::MAX), Just(0), any::<u64>()].prop_map(Value::from),
        2 => any_finite().prop_map(Value::from),
        3 => nasty_text(80).prop_map(Value::from),
    ]
    .boxed()
}
