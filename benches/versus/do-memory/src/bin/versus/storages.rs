//! Storing and reading without a cache.

use tokio::runtime::Runtime;
use versus_common::{Child, Episodes, Measured, Order, Place, Side, Work, compare, figure};

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
    let sides: &mut [(&str, &mut dyn Side)] = &mut [
        ("do-memory", &mut direct),
        ("do-memory with its pool", &mut pooled),
        ("ours", &mut ours),
        ("ours uncompressed", &mut raw),
    ];
    compare(&format!("batch of {EACH}, {medium}"), 11, batch, sides)
        .each()
        .rates("ours")
        .rates("ours uncompressed")
        .shares("ours")
        .shares("ours uncompressed");
    let sides = &mut sides[..3];
    singles(medium, sides);
    at_once(medium, sides);
}

/// One after another.
fn singles(medium: &str, sides: &mut [(&str, &mut dyn Side)]) {
    let get = Order::new(Work::Get, 500);
    compare(&format!("get by id, {medium}"), 21, get, sides)
        .each_median()
        .medians("ours")
        .shares("ours");
    let name = format!("a page of 20 of one task type, {medium}");
    let page = Order::new(Work::Page, 20);
    compare(&name, 11, page, sides).shares("ours");
    let store = Order::new(Work::Store, 50);
    compare(&format!("one store, {medium}"), 11, store, sides)
        .each()
        .rates("ours")
        .shares("ours");
}

/// By many tasks on one file: how many fail.
fn at_once(medium: &str, sides: &mut [(&str, &mut dyn Side)]) {
    for (name, work, each) in [
        ("16 tasks of 200 gets", Work::Get, 200),
        ("16 tasks of 50 stores", Work::Store, 50),
    ] {
        let order = Order::new(work, each).tasks(16);
        compare(&format!("{name}, {medium}"), 3, order, sides);
    }
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
