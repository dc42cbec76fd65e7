use crate::{Error, ErrorKind, Result};

/// How the body of a new envelope is made.
///
/// The choice concerns writing only: a [`Decoder`](crate::Decoder) reads every
/// codec of its build, whatever its own store writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "lowercase"))]
#[non_exhaustive]
pub enum Algorithm {
    /// The payload as it is.
    Raw,
    /// A raw deflate stream (RFC 1951), which every build reads. The default of a build without
    /// the feature `zstd`.
    #[cfg_attr(not(feature = "zstd"), default)]
    Deflate,
    /// A zstd frame (RFC 8878), made with the dictionary if the packer has one. The default of a
    /// build that has it: smaller and faster at once.
    #[cfg(feature = "zstd")]
    #[default]
    Zstd,
}

/// How hard to compress: 1 (fastest) to 19 (smallest).
///
/// An algorithm whose levels end earlier uses its highest: deflate has 1 to 9.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(try_from = "u8", into = "u8"))]
pub struct Level(u8);

/// The highest level of deflate.
const DEFLATE_MAX: u8 = 9;

impl Level {
    /// Level 1.
    pub const FAST: Self = Self(1);
    /// Level 3, zstd's own default.
    pub const BALANCED: Self = Self(3);
    /// Level 6, zlib's own default.
    pub const SMALL: Self = Self(6);
    /// Level 19.
    pub const SMALLEST: Self = Self(19);

    /// A level by its number.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Misuse`] when `level` is not in 1 to 19. Level 0 (stored
    /// blocks) is [`Algorithm::Raw`] with more bytes.
    pub fn new(level: u8) -> Result<Self> {
        if (Self::FAST.0..=Self::SMALLEST.0).contains(&level) {
            return Ok(Self(level));
        }
        let context = format!("choose a level: {level} is not in 1 to 19");
        Err(Error::new(ErrorKind::Misuse, context))
    }

    /// The number of this level.
    pub const fn get(self) -> u8 {
        self.0
    }

    /// The level as deflate understands it.
    pub(crate) fn of_deflate(self) -> u32 {
        u32::from(self.0.min(DEFLATE_MAX))
    }
}

impl Default for Level {
    /// [`Level::BALANCED`].
    fn default() -> Self {
        Self::BALANCED
    }
}

impl TryFrom<u8> for Level {
    type Error = Error;

    fn try_from(level: u8) -> Result<Self> {
        Self::new(level)
    }
}

impl From<Level> for u8 {
    fn from(level: Level) -> Self {
        level.0
    }
}

/// The codec byte of the header. A number, once released, keeps its meaning.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CodecId {
    Raw = 0,
    Deflate = 1,
    Zstd = 2,
    ZstdDictionary = 3,
}

impl CodecId {
    pub(crate) fn from_byte(byte: u8) -> Option<Self> {
        match byte {
            0 => Some(Self::Raw),
            1 => Some(Self::Deflate),
            2 => Some(Self::Zstd),
            3 => Some(Self::ZstdDictionary),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_outside_1_to_19_are_refused() {
        assert_eq!(Level::new(0).unwrap_err().kind(), ErrorKind::Misuse);
        assert_eq!(Level::new(20).unwrap_err().kind(), ErrorKind::Misuse);
        assert!((1..=19).all(|level| Level::new(level).unwrap().get() == level));
    }

    #[test]
    fn deflate_ends_at_its_highest_level() {
        assert_eq!(Level::SMALL.of_deflate(), 6);
        assert_eq!(Level::SMALLEST.of_deflate(), 9);
    }

    #[test]
    fn codec_bytes_keep_their_meaning() {
        use CodecId::{Deflate, Raw, Zstd, ZstdDictionary};
        for (byte, codec) in (0..).zip([Raw, Deflate, Zstd, ZstdDictionary]) {
            assert_eq!(CodecId::from_byte(byte), Some(codec));
            assert_eq!(codec as u8, byte);
        }
        assert!((4..=u8::MAX).all(|byte| CodecId::from_byte(byte).is_none()));
    }
}
