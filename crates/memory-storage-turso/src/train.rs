//! A dictionary from the database's own payloads.

use crate::error::{payload, unreadable};
use crate::storage::{TursoStorage, statement};
use memory_core::limits::PAGE_BYTES_MAX;
use memory_core::{Error, ErrorKind, Result};
use turso_compression::{Dictionary, DictionaryId, Packer};

/// Bytes of payloads that a dictionary is trained on, and as many to measure it on.
const TRAINING_BYTES: usize = 6_400_000;

/// The largest dictionary; zstd advises a hundred times as many bytes of samples.
const DICTIONARY_BYTES: usize = 64 * 1024;

/// The smallest dictionary that is worth its name.
const DICTIONARY_BYTES_MIN: usize = 2 * 1024;

/// Fewer payloads than this teach nothing.
const SAMPLES_MIN: usize = 50;

/// Payloads that are read at most.
const SAMPLES_MAX: u64 = 8_000;

/// Bytes at the beginning of a payload that are learnt from.
const SAMPLE_BYTES: usize = 64 * 1024;

/// What [`TursoStorage::train_dictionary`] found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Training {
    /// Payloads that were looked at: half to learn from, half to measure on.
    pub samples: usize,
    /// The dictionary.
    pub dictionary: DictionaryId,
    /// Bytes of the half that was measured, packed as the storage packed before.
    pub bytes_before: u64,
    /// The same, packed with the dictionary.
    pub bytes_after: u64,
    /// Whether it is smaller, and so is stored and used from now on.
    pub is_adopted: bool,
}

const COUNT: &str = "SELECT count(*) FROM episodes";

/// Every ?2-th payload behind the row ?1, as many as fit into ?3 bytes, but at least one.
const SAMPLE: &str = "\
WITH next (row, size, total) AS (SELECT row, size, sum(size) OVER (ORDER BY row) FROM (\
  SELECT rowid AS row, length(payload) AS size FROM episodes \
  WHERE rowid > ?1 AND rowid % ?2 = 0 ORDER BY rowid LIMIT 1000)) \
SELECT e.rowid, e.payload FROM next n CROSS JOIN episodes e ON e.rowid = n.row \
WHERE n.total <= ?3 OR n.total = n.size ORDER BY n.row";

const OPERATION: &str = "dictionaries.train";

impl TursoStorage {
    /// Trains a dictionary on half of a sample of the stored episodes, measures it on the other
    /// half, and if payloads get smaller by it, stores it and compresses with it from now on.
    /// [`Self::compact`] then rewrites what is stored. Storages that are open elsewhere go on
    /// with the dictionary they have until they are opened again.
    ///
    /// The dictionary holds pieces of episodes as they are, and keeps them when the episodes are
    /// deleted. It takes a second or two of one processor.
    ///
    /// # Errors
    /// `Misuse` when there are too few episodes, or this storage does not compress with zstd.
    /// `Limit` when the database holds [`DICTIONARIES_MAX`](crate::DICTIONARIES_MAX) already.
    /// As for every read and write.
    ///
    /// # Cancellation
    /// Once the dictionary is being stored, that is finished.
    pub async fn train_dictionary(&self) -> Result<Training> {
        if self.packer().config().algorithm != turso_compression::Algorithm::Zstd {
            let context = "training a dictionary: this storage does not compress with zstd";
            return Err(Error::new(ErrorKind::Misuse, context));
        }
        let samples = self.samples().await?;
        let packer = self.packer().clone();
        let trained = tokio::task::spawn_blocking(move || learn(&packer, &samples)).await;
        let trained = trained.map_err(|e| crate::error::bug("training ended").with_source(e));
        let (dictionary, training) = trained??;
        if training.is_adopted {
            self.adopt_dictionary(&dictionary).await?;
        }
        Ok(training)
    }

    /// Payloads from all over the database.
    async fn samples(&self) -> Result<Vec<Vec<u8>>> {
        let rows = self.read(statement(OPERATION, COUNT, [])).await?;
        let all = crate::record::count(rows.one().map_err(unreadable)?, 0)?;
        let stride = i64::try_from(all.div_ceil(SAMPLES_MAX).max(1)).unwrap_or(i64::MAX);
        let (mut samples, mut bytes, mut behind) = (Vec::new(), 0, i64::MIN);
        while bytes < 2 * TRAINING_BYTES {
            let values = [behind, stride, crate::record::as_i64(PAGE_BYTES_MAX)];
            let read = statement(OPERATION, SAMPLE, values.map(Into::into));
            let rows = self.read_records(read, 2).await?;
            if rows.is_empty() {
                break;
            }
            for row in &rows {
                behind = row.integer(0).map_err(unreadable)?;
                // What is damaged is not learnt from.
                if let Ok(mut payload) = self.packer().unpack(row.blob(1).map_err(unreadable)?) {
                    payload.truncate(SAMPLE_BYTES);
                    bytes += payload.len();
                    samples.push(payload);
                }
            }
        }
        Ok(samples)
    }
}

/// Learns from every other sample and measures on the rest.
fn learn(packer: &Packer, samples: &[Vec<u8>]) -> Result<(Dictionary, Training)> {
    let half = |first: usize| samples.iter().skip(first).step_by(2).collect::<Vec<_>>();
    let (seen, unseen) = (half(0), half(1));
    if samples.len() < SAMPLES_MIN {
        let context = format!(
            "training a dictionary: {} episodes are too few, it takes {SAMPLES_MIN}",
            samples.len()
        );
        return Err(Error::new(ErrorKind::Misuse, context));
    }
    let bytes: usize = seen.iter().map(|sample| sample.len()).sum();
    let size = (bytes / 100).clamp(DICTIONARY_BYTES_MIN, DICTIONARY_BYTES);
    let dictionary = Dictionary::train(&seen, size).map_err(|e| {
        let context = "training a dictionary: the episodes are too few or too small";
        Error::new(ErrorKind::Misuse, context).with_source(e)
    })?;
    let trained = Packer::new(packer.config().clone());
    trained.use_dictionary(Some(&dictionary));
    let (bytes_before, bytes_after) = (packed(packer, &unseen)?, packed(&trained, &unseen)?);
    let training = Training {
        samples: samples.len(),
        dictionary: dictionary.id(),
        bytes_before,
        bytes_after,
        is_adopted: bytes_after < bytes_before,
    };
    Ok((dictionary, training))
}

/// Bytes of all samples, each packed.
fn packed(packer: &Packer, samples: &[&Vec<u8>]) -> Result<u64> {
    let lengths = samples
        .iter()
        .map(|sample| packer.pack(sample).map(|envelope| envelope.len() as u64));
    let sum = lengths.sum::<turso_compression::Result<u64>>();
    sum.map_err(|e| payload("packing a sample", e))
}
