//! Encoding many records: on all processors, in their order, never on the runtime's own thread.

use crate::error::bug;
use crate::write::{Record, give_way};
use memory_core::Result;
use std::collections::VecDeque;
use std::num::NonZeroUsize;
use std::ops::Range;
use tokio::task::JoinHandle;
use turso_compression::Packer;

/// Bytes that are encoded at a time: about a millisecond of work, so that handing it over costs
/// little, and at most what is encoded on the runtime's thread.
const BLOCK_BYTES: usize = 64 * 1024;

/// Records that are packed at the time, and where they begin.
struct Block<E> {
    begin: usize,
    task: Result<JoinHandle<Result<Vec<E>>>>,
}

/// The sizes of `records`. Other tasks get their turn meanwhile.
pub(crate) async fn sizes<'a, R: Record + 'a>(
    records: impl Iterator<Item = &'a R> + Send,
) -> Vec<usize> {
    let (mut sizes, mut bytes) = (Vec::new(), 0);
    for record in records {
        let size = record.size();
        sizes.push(size);
        give_way(&mut bytes, size).await;
    }
    sizes
}

/// Encodes `records` and gives each, with its index, to `each`. Other tasks get their turn meanwhile.
///
/// Payloads are written on the caller's thread, since nothing else may borrow the records, and digested
/// and packed on all processors: that is most of the work.
///
/// Memory: the payloads of a block for each processor, and of one more that waits.
///
/// # Errors
/// That of the first record that cannot be encoded, with its index, counted from `start`.
pub(crate) async fn encode_all<R: Record>(
    packer: &Packer,
    records: &[&R],
    start: usize,
    mut each: impl FnMut(usize, R::Encoded) -> Result<()>,
) -> Result<()> {
    let blocks = memory_core::parts(sizes(records.iter().copied()).await, BLOCK_BYTES);
    if blocks.len() <= 1 {
        for (index, record) in records.iter().enumerate() {
            let encoded = record.plain().and_then(|plain| R::pack(plain, packer));
            each(index, encoded.map_err(|e| e.at_index(start + index))?)?;
        }
        return Ok(());
    }
    let at_once = std::thread::available_parallelism().map_or(1, NonZeroUsize::get) + 1;
    let (mut waiting, mut running) = (blocks.into_iter(), VecDeque::new());
    loop {
        while running.len() < at_once
            && let Some(block) = waiting.next()
        {
            running.push_back(begin(packer, records, start, block));
            tokio::task::yield_now().await;
        }
        let Some(Block { begin, task }) = running.pop_front() else {
            return Ok(());
        };
        let encoded = task?
            .await
            .map_err(|_| bug("encoding ended without an answer"))??;
        for (offset, encoded) in encoded.into_iter().enumerate() {
            each(begin + offset, encoded)?;
        }
        tokio::task::yield_now().await;
    }
}

fn begin<R: Record>(
    packer: &Packer,
    records: &[&R],
    start: usize,
    block: Range<usize>,
) -> Block<R::Encoded> {
    let begin = block.start;
    let at = move |offset: usize| start + begin + offset;
    let records = records.get(block).unwrap_or_default().iter().enumerate();
    let plain = records.map(|(offset, record)| {
        let plain = record.plain();
        plain.map_err(|e| e.at_index(at(offset)))
    });
    let plain: Result<Vec<R::Plain>> = plain.collect();
    let packer = packer.clone();
    let task = plain.map(|plain| {
        tokio::task::spawn_blocking(move || {
            let pack =
                |(offset, plain)| R::pack(plain, &packer).map_err(|e| e.at_index(at(offset)));
            plain.into_iter().enumerate().map(pack).collect()
        })
    });
    Block { begin, task }
}
