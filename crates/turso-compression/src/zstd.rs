use std::fmt;

use zstd_safe::{CCtx, DCtx};

use crate::dictionary::{Known, Prepared};
use crate::{DictionaryId, Error, ErrorKind, Level, Result};

/// What every frame begins with. zstd also accepts frames that it skips; we do not.
const MAGIC: [u8; 4] = [0x28, 0xB5, 0x2F, 0xFD];

/// zstd's best case: a block of 128 KiB of one byte is 4 bytes.
const MAX_RATIO: usize = 128 * 1024 / 4;

/// A compressor that is used again and again.
pub(crate) struct Compressor(CCtx<'static>);

impl Compressor {
    /// `None` where zstd gets no memory: payloads are then stored raw.
    pub(crate) fn new() -> Option<Self> {
        CCtx::try_create().map(Self)
    }

    /// Appends the frame of `payload` to `out`, if it is shorter than `room`; else leaves `out`
    /// as it was and answers `false`.
    pub(crate) fn compress(
        &mut self,
        payload: &[u8],
        with: With<'_>,
        out: &mut Vec<u8>,
        room: usize,
    ) -> bool {
        let start = out.len();
        out.resize(start + room, 0);
        let written = match (out.get_mut(start..), with) {
            (Some(free), With::Level(level)) => {
                self.0.compress(free, payload, i32::from(level.get())).ok()
            }
            (Some(free), With::Dictionary(prepared)) => self
                .0
                .compress_using_cdict(free, payload, &prepared.tables)
                .ok(),
            (None, _) => None,
        };
        let smaller = written.filter(|written| *written < room);
        out.truncate(start + smaller.unwrap_or(0));
        smaller.is_some()
    }
}

/// What a frame is made with.
#[derive(Clone, Copy, Debug)]
pub(crate) enum With<'a> {
    Level(Level),
    Dictionary(&'a Prepared),
}

/// A decompressor that is used again and again, with the dictionaries it knows.
pub(crate) struct Decompressor {
    /// Made when it is first needed.
    state: Option<DCtx<'static>>,
    pub(crate) known: Known,
}

impl Decompressor {
    pub(crate) fn new(known: Known) -> Self {
        Self { state: None, known }
    }

    fn state(&mut self) -> &mut DCtx<'static> {
        self.state.get_or_insert_with(DCtx::create)
    }

    /// The payload of `len` bytes in the frame `body`.
    ///
    /// Allocates `len` bytes only if a body of that size can hold so many, and stops there
    /// whatever the frame says. The frame has to end with the body and to give exactly
    /// `len` bytes.
    pub(crate) fn plain(&mut self, body: &[u8], len: usize) -> Result<Vec<u8>> {
        let mut out = room_for(body, len)?;
        let done = self.state().decompress(&mut out, body);
        checked(done, out, len)
    }

    /// The same of a frame behind the id of its dictionary.
    pub(crate) fn with_dictionary(&mut self, body: &[u8], len: usize) -> Result<Vec<u8>> {
        let (id, frame) = DictionaryId::split_from(body)?;
        let mut out = room_for(frame, len)?;
        let dictionary = self.known.get(id).ok_or_else(|| missing(id))?;
        let done = self
            .state()
            .decompress_using_ddict(&mut out, frame, dictionary.prepared());
        checked(done, out, len)
    }
}

fn room_for(frame: &[u8], len: usize) -> Result<Vec<u8>> {
    if len > frame.len().saturating_mul(MAX_RATIO) {
        return Err(Error::corrupt(
            "unpack a zstd frame: it is too short for its declared length",
        ));
    }
    if !frame.starts_with(&MAGIC) || zstd_safe::find_frame_compressed_size(frame) != Ok(frame.len())
    {
        return Err(Error::corrupt(
            "unpack a zstd frame: it is not one whole frame",
        ));
    }
    Ok(Vec::with_capacity(len))
}

fn checked(done: Result<usize, usize>, out: Vec<u8>, len: usize) -> Result<Vec<u8>> {
    match done {
        Ok(_) if out.len() == len => Ok(out),
        Ok(_) => Err(Error::corrupt(
            "unpack a zstd frame: it is not of its declared length",
        )),
        Err(code) => {
            let why = zstd_safe::get_error_name(code);
            Err(Error::corrupt(format!("unpack a zstd frame: {why}")))
        }
    }
}

fn missing(id: DictionaryId) -> Error {
    let context = format!("unpack an envelope: its dictionary {id} is not known here");
    Error::new(ErrorKind::MissingDictionary, context)
}

impl fmt::Debug for Compressor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Compressor").finish_non_exhaustive()
    }
}

impl fmt::Debug for Decompressor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Decompressor")
            .field("known", &self.known)
            .finish_non_exhaustive()
    }
}
