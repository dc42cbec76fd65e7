use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};

use zstd_safe::{CDict, DDict};

use crate::{DictionaryId, Error, ErrorKind, Level, Result};

/// What the payloads of a store have in common, so that each of them need not say it again.
///
/// A clone is another handle to the same one. Envelopes name their dictionary by its id, and
/// cannot be read without it: whoever writes with a dictionary keeps it as long as they exist.
#[derive(Clone)]
pub struct Dictionary {
    shared: Arc<Shared>,
}

struct Shared {
    id: DictionaryId,
    content: Vec<u8>,
    prepared: DDict<'static>,
}

/// The largest dictionary, in bytes.
pub const DICTIONARY_BYTES_MAX: usize = 1024 * 1024;

/// The beginning of a dictionary that zstd made; its own id follows.
const MAGIC: [u8; 4] = [0x37, 0xA4, 0x30, 0xEC];

impl Dictionary {
    /// The dictionary with this content: one that was trained, or any bytes that payloads are
    /// likely to contain, the likeliest last.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Corrupt`] when it begins like a trained one and is none,
    /// [`ErrorKind::Limit`] when it has more than [`DICTIONARY_BYTES_MAX`],
    /// [`ErrorKind::Misuse`] when it is empty.
    pub fn new(content: impl Into<Vec<u8>>) -> Result<Self> {
        let content = content.into();
        if content.is_empty() {
            return Err(Error::new(
                ErrorKind::Misuse,
                "make a dictionary: it is empty",
            ));
        }
        if content.len() > DICTIONARY_BYTES_MAX {
            let why = format!("make a dictionary: it has more than {DICTIONARY_BYTES_MAX} bytes");
            return Err(Error::new(ErrorKind::Limit, why));
        }
        let prepared = DDict::try_create(&content)
            .ok_or_else(|| Error::corrupt("make a dictionary: zstd cannot read it"))?;
        let id = DictionaryId::of(&content);
        let shared = Arc::new(Shared {
            id,
            content,
            prepared,
        });
        Ok(Self { shared })
    }

    /// A dictionary of at most `max` bytes for payloads like `samples`.
    ///
    /// A hundred times as many bytes of samples as the dictionary has serve well; more only
    /// take longer (a second for 6 MB). It holds pieces of the samples as they are.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Misuse`] when the samples are too few to learn from.
    pub fn train<S: AsRef<[u8]>>(samples: &[S], max: usize) -> Result<Self> {
        let all = samples
            .iter()
            .map(AsRef::as_ref)
            .collect::<Vec<_>>()
            .concat();
        let sizes: Vec<usize> = samples.iter().map(|sample| sample.as_ref().len()).collect();
        let mut content = Vec::with_capacity(max.min(DICTIONARY_BYTES_MAX));
        zstd_safe::train_from_buffer(&mut content, &all, &sizes).map_err(|code| {
            let why = zstd_safe::get_error_name(code);
            let why = format!("train a dictionary on {} samples: {why}", samples.len());
            Error::new(ErrorKind::Misuse, why)
        })?;
        forget_own_id(&mut content);
        Self::new(content)
    }

    /// What envelopes made with it call it.
    pub fn id(&self) -> DictionaryId {
        self.shared.id
    }

    /// Its bytes, for keeping.
    pub fn content(&self) -> &[u8] {
        &self.shared.content
    }

    pub(crate) fn prepared(&self) -> &DDict<'static> {
        &self.shared.prepared
    }
}

/// zstd repeats the id in every frame unless it is 0: four bytes that the envelope has already.
fn forget_own_id(content: &mut [u8]) {
    if let Some((magic, rest)) = content.split_first_chunk_mut()
        && *magic == MAGIC
        && let Some(id) = rest.first_chunk_mut()
    {
        *id = [0_u8; 4];
    }
}

impl fmt::Debug for Dictionary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut debug = f.debug_struct("Dictionary");
        debug
            .field("id", &self.id())
            .field("bytes", &self.content().len());
        debug.finish()
    }
}

/// A dictionary made ready for one level.
#[derive(Clone)]
pub(crate) struct Prepared {
    pub(crate) dictionary: Dictionary,
    pub(crate) tables: Arc<CDict<'static>>,
}

impl Prepared {
    /// `None` where zstd gets no memory: payloads are then packed without it.
    pub(crate) fn new(dictionary: &Dictionary, level: Level) -> Option<Self> {
        let tables = CDict::try_create(dictionary.content(), i32::from(level.get()))?;
        Some(Self {
            dictionary: dictionary.clone(),
            tables: Arc::new(tables),
        })
    }
}

impl fmt::Debug for Prepared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.dictionary.fmt(f)
    }
}

/// The dictionaries that are known, shared by all decoders of a packer.
#[derive(Debug, Clone, Default)]
pub(crate) struct Known {
    by_id: Arc<RwLock<HashMap<DictionaryId, Dictionary>>>,
}

impl Known {
    pub(crate) fn get(&self, id: DictionaryId) -> Option<Dictionary> {
        let by_id = self.by_id.read().unwrap_or_else(PoisonError::into_inner);
        by_id.get(&id).cloned()
    }

    pub(crate) fn add(&self, dictionary: &Dictionary) {
        let mut by_id = self.by_id.write().unwrap_or_else(PoisonError::into_inner);
        by_id.insert(dictionary.id(), dictionary.clone());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(content: impl Into<Vec<u8>>) -> ErrorKind {
        Dictionary::new(content).unwrap_err().kind()
    }

    #[test]
    fn what_cannot_be_a_dictionary_is_refused() {
        assert_eq!(kind([]), ErrorKind::Misuse);
        assert_eq!(kind(vec![1; DICTIONARY_BYTES_MAX + 1]), ErrorKind::Limit);
        assert_eq!(kind([&MAGIC[..], &[0; 100]].concat()), ErrorKind::Corrupt);
        let too_few = Dictionary::train(&["one", "two"], 1_000).unwrap_err();
        assert_eq!(too_few.kind(), ErrorKind::Misuse);
    }

    #[test]
    fn a_trained_one_has_no_id_of_its_own_and_is_made_again_from_its_bytes() {
        let samples: Vec<String> = (0..500)
            .map(|n| {
                format!(
                    "{{\"step\":{n},\"tool\":\"search\",\"observation\":\"{} found\"}}",
                    n * 7
                )
            })
            .collect();
        let trained = Dictionary::train(&samples, 4_096).unwrap();
        assert!(trained.content().starts_with(&MAGIC) && trained.content().len() <= 4_096);
        assert_eq!(zstd_safe::get_dict_id_from_dict(trained.content()), None);
        let again = Dictionary::new(trained.content()).unwrap();
        assert_eq!(again.id(), trained.id());
    }
}
