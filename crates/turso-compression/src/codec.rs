use crate::{Error, ErrorKind, Result};

/// How the body of a new envelope is made.
///
/// The choice concerns writing only: a [`Decoder`](crate::Decoder) reads every
/// codec it knows, whatever the codec of its own store is.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Codec {
    /// The payload as it is.
    Raw,
    /// A raw deflate stream (RFC 1951), or the payload as it is where deflate
    /// does not make it smaller.
    Deflate(Level),
}

impl Default for Codec {
    /// Deflate at [`Level::FAST`]: level 6 makes real episodes a quarter smaller
    /// still, but takes three times as long to pack them (the README has the
    /// figures).
    fn default() -> Self {
        Self::Deflate(Level::FAST)
    }
}

/// A deflate level, 1 (fastest) to 9 (smallest).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Level(u8);

impl Level {
    /// Level 1.
    pub const FAST: Self = Self(1);
    /// Level 6, zlib's own default.
    pub const BALANCED: Self = Self(6);
    /// Level 9.
    pub const BEST: Self = Self(9);

    /// A level by its number.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Misuse`] when `level` is not in 1 to 9. Level 0 (stored
    /// blocks) is [`Codec::Raw`] with more bytes.
    pub fn new(level: u8) -> Result<Self> {
        if (1..=9).contains(&level) {
            return Ok(Self(level));
        }
        let context = format!("choose a deflate level: {level} is not in 1 to 9");
        Err(Error::new(ErrorKind::Misuse, context))
    }

    /// The number of this level.
    pub fn get(self) -> u8 {
        self.0
    }
}

/// The codec byte of the header. A number, once released, keeps its meaning.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CodecId {
    Raw = 0,
    Deflate = 1,
}

impl CodecId {
    pub(crate) fn from_byte(byte: u8) -> Option<Self> {
        match byte {
            0 => Some(Self::Raw),
            1 => Some(Self::Deflate),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_outside_1_to_9_are_refused() {
        assert_eq!(Level::new(0).unwrap_err().kind(), ErrorKind::Misuse);
        assert_eq!(Level::new(10).unwrap_err().kind(), ErrorKind::Misuse);
        assert!((1..=9).all(|level| Level::new(level).unwrap().get() == level));
    }

    #[test]
    fn codec_bytes_keep_their_meaning() {
        assert_eq!(CodecId::from_byte(CodecId::Raw as u8), Some(CodecId::Raw));
        assert_eq!(
            CodecId::from_byte(CodecId::Deflate as u8),
            Some(CodecId::Deflate)
        );
        assert!((2..=u8::MAX).all(|byte| CodecId::from_byte(byte).is_none()));
    }
}
