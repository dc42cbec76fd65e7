//! The generator keeps its promises: the same episodes for the same seed, of
//! the size and kind that the benchmarks say they measure.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::cast_precision_loss)]

use std::collections::BTreeSet;

use memory_benches::{BYTES_MAX, BYTES_MIN, Episodes, STEPS};
use memory_core::Episode;
use turso_compression::{Config, Packer};

fn json(episode: &Episode) -> Vec<u8> {
    serde_json::to_vec(episode).unwrap()
}

#[test]
fn sizes_are_in_the_promised_range() {
    let sizes: Vec<_> = Episodes::new(1)
        .take(2_000)
        .map(|episode| json(&episode).len())
        .collect();
    assert_eq!(sizes.len(), 2_000);
    let (least, most) = (sizes.iter().min().unwrap(), sizes.iter().max().unwrap());
    assert!(
        *least >= BYTES_MIN && *most <= BYTES_MAX,
        "{least} to {most}"
    );
    assert!(
        most - least > 1_000,
        "they should differ: {least} to {most}"
    );
}

#[test]
fn the_same_seed_gives_the_same_bytes() {
    let all = |seed| {
        Episodes::new(seed)
            .take(50)
            .flat_map(|e| json(&e))
            .collect::<Vec<_>>()
    };
    assert_eq!(all(7), all(7));
    assert_ne!(all(7), all(8));
}

#[test]
fn an_episode_depends_on_its_place_only() {
    let later = Episodes::new(3).nth(20).unwrap();
    assert_eq!(Episodes::new(3).skip(10).nth(10).unwrap(), later);
}

#[test]
fn episodes_are_complete_and_their_own() {
    let episodes: Vec<_> = Episodes::new(5).take(500).collect();
    let ids: BTreeSet<_> = episodes
        .iter()
        .map(|episode| *episode.id.as_bytes())
        .collect();
    assert_eq!(ids.len(), 500);
    assert!(episodes.is_sorted_by_key(|episode| *episode.id.as_bytes()));
    for episode in &episodes {
        assert_eq!(episode.steps.len(), STEPS);
        assert!(episode.outcome.is_some() && !episode.tags.is_empty());
    }
}

#[test]
fn they_deflate_about_as_well_as_real_ones() {
    let packer = Packer::new(Config::default());
    let (mut before, mut after) = (0, 0);
    for bytes in Episodes::new(9).take(200).map(|episode| json(&episode)) {
        before += bytes.len();
        after += packer.pack(&bytes).unwrap().len();
    }
    let share = after as f64 / before as f64;
    assert!((0.25..0.5).contains(&share), "{share}");
}
