//! Storing and reading without a cache.

use tokio::runtime::Runtime;
use versus_common::{Child, Episodes, Measured, Order, Place, Work, compare, figure};

use crate::convert;
use crate::peer::Bare;

const EACH: usize = 1_000;

pub fn beside(place: &Place) {
    let medium = place.medium;
    let runtime = || Runtime::new().expect("a runtime");
    let (first, second) = (runtime(), runtime());
    let direct = first.block_on(Bare::direct(&place.path("direct.db")));
    if medium == "on disk" {
        let synchronous = first.block_on(direct.synchronous());
        let name = "do-memory, PRAGMA synchronous";
        figure(name, synchronous as f64, "(2 is FULL)");
    }
    let pooled = second.block_on(Bare::pooled(&place.path("pooled.db")));
    let (mut direct, mut pooled) = (Measured::new(first, direct), Measured::new(second, pooled));
    let open = |kind: &str| Child::ours(kind, &place.path(&format!("{kind}.db")));
    let (mut ours, mut raw) = (open("default"), open("uncompressed"));

    let batch = Order::new(Work::Batch, EACH);
    compare(
        &format!("batch of {EACH}, {medium}"),
        11,
        batch,
        &mut [
            ("do-memory", &mut direct),
            ("do-memory with its pool", &mut pooled),
            ("ours", &mut ours),
            ("ours uncompressed", &mut raw),
        ],
    )
    .each()
    .rates("ours")
    .rates("ours uncompressed")
    .shares("ours");
    let mut sides: [(&str, &mut dyn versus_common::Side); 3] = [
        ("do-memory", &mut direct),
        ("do-memory with its pool", &mut pooled),
        ("ours", &mut ours),
    ];
    let get = Order::new(Work::Get, 500);
    compare(&format!("get by id, {medium}"), 21, get, &mut sides)
        .each_median()
        .medians("ours")
        .shares("ours");
    let page = Order::new(Work::Page, 20);
    compare(
        &format!("a page of 20 of one task type, {medium}"),
        11,
        page,
        &mut sides,
    )
    .shares("ours");
    let store = Order::new(Work::Store, 50);
    compare(&format!("one store, {medium}"), 11, store, &mut sides)
        .each()
        .rates("ours")
        .shares("ours");
    let gets = Order::new(Work::Get, 200).tasks(16);
    compare(
        &format!("16 tasks of 200 gets, {medium}"),
        3,
        gets,
        &mut sides,
    );
    let stores = Order::new(Work::Store, 50).tasks(16);
    compare(
        &format!("16 tasks of 50 stores, {medium}"),
        3,
        stores,
        &mut sides,
    );
}

/// How many bytes of JSON an episode is on either side.
pub fn sizes() {
    let (mut ours, mut theirs) = (0, 0);
    for episode in Episodes::new(1).take(EACH) {
        ours += serde_json::to_vec(&episode).expect("JSON").len();
        theirs += serde_json::to_vec(&convert::episode(&episode))
            .expect("JSON")
            .len();
    }
    figure("JSON of an episode, ours", (ours / EACH) as f64, "bytes");
    figure(
        "JSON of an episode, do-memory",
        (theirs / EACH) as f64,
        "bytes",
    );
}
