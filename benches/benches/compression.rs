//! Packing and unpacking the payload of an episode.
#![allow(missing_docs, clippy::unwrap_used)]

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use memory_benches::Episodes;
use turso_compression::Packer;

fn payload() -> Vec<u8> {
    let episode = Episodes::new(1).make().unwrap();
    serde_json::to_vec(&episode).unwrap()
}

fn compression(criterion: &mut Criterion) {
    let (packer, payload) = (Packer::default(), payload());
    let envelope = packer.pack(&payload).unwrap();
    let mut group = criterion.benchmark_group("compression");
    group.throughput(Throughput::Bytes(payload.len() as u64));
    group.bench_function("pack", |bencher| {
        bencher.iter(|| packer.pack(&payload).unwrap());
    });
    group.bench_function("unpack", |bencher| {
        bencher.iter(|| packer.unpack(&envelope).unwrap());
    });
    group.finish();
}

criterion_group!(benches, compression);
criterion_main!(benches);
