use crate::{Algorithm, Error, ErrorKind, Level, Result};

/// Default of [`Config::threshold`], in bytes.
pub const DEFAULT_THRESHOLD: usize = 128;

/// Default of [`Config::max_uncompressed`], in bytes.
pub const DEFAULT_MAX_UNCOMPRESSED: usize = 7_000_000;

/// How payloads are packed, and how large they may be. Every combination is
/// legal.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(default, deny_unknown_fields))]
pub struct Config {
    /// How new envelopes are made. Default: zstd if the build has it, else deflate.
    pub algorithm: Algorithm,
    /// How hard to compress. Default [`Level::BALANCED`]: the README has the figures.
    pub level: Level,
    /// Payloads of fewer bytes are stored raw without trying to compress them.
    ///
    /// Default [`DEFAULT_THRESHOLD`]: zstd takes a ninth off texts of so many bytes, and next
    /// to nothing off texts of half as many.
    pub threshold: usize,
    /// The largest payload in bytes, in both directions: a larger one is
    /// neither packed nor unpacked. The format itself ends at 4 GiB − 1.
    ///
    /// Default [`DEFAULT_MAX_UNCOMPRESSED`]: a libSQL server answers with at
    /// most 10 MB, in which a BLOB is base64 (4 bytes for 3) among other
    /// columns. 7,000,000 bytes stored raw are 9.33 MB there.
    pub max_uncompressed: usize,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            algorithm: Algorithm::default(),
            level: Level::default(),
            threshold: DEFAULT_THRESHOLD,
            max_uncompressed: DEFAULT_MAX_UNCOMPRESSED,
        }
    }
}

/// The length of a payload to be packed, as the header holds it.
pub(crate) fn packable_len(len: usize, max: usize) -> Result<u32> {
    let fits = u32::try_from(len).ok().filter(|_| len <= max);
    fits.ok_or_else(|| over_limit("pack a payload", len, max))
}

/// Refuses a declared length over the limit.
pub(crate) fn unpackable_len(len: u32, max: usize) -> Result<usize> {
    let len = usize::try_from(len).unwrap_or(usize::MAX);
    if len <= max {
        Ok(len)
    } else {
        Err(over_limit("unpack an envelope", len, max))
    }
}

fn over_limit(doing: &str, len: usize, max: usize) -> Error {
    let max = max.min(usize::try_from(u32::MAX).unwrap_or(usize::MAX));
    let context = format!("{doing}: {len} bytes are over the limit of {max}");
    Error::new(ErrorKind::Limit, context)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_limit_itself_is_allowed() {
        assert_eq!(packable_len(10, 10).unwrap(), 10);
        assert_eq!(unpackable_len(10, 10).unwrap(), 10);
        assert_eq!(packable_len(11, 10).unwrap_err().kind(), ErrorKind::Limit);
        assert_eq!(unpackable_len(11, 10).unwrap_err().kind(), ErrorKind::Limit);
    }

    #[test]
    fn a_length_that_does_not_fit_the_header_is_over_the_limit() {
        let error = packable_len(1 << 32, usize::MAX).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Limit);
        assert!(error.to_string().ends_with("over the limit of 4294967295"));
    }

    #[cfg(feature = "serde")]
    #[test]
    fn a_file_may_hold_it() {
        let text = r#"{"algorithm":"deflate","level":6,"threshold":64}"#;
        let config: Config = serde_json::from_str(text).unwrap();
        assert_eq!((config.level, config.threshold), (Level::SMALL, 64));
        assert_eq!(config.max_uncompressed, DEFAULT_MAX_UNCOMPRESSED);
        let again = serde_json::to_string(&config).unwrap();
        assert_eq!(serde_json::from_str::<Config>(&again).unwrap(), config);
        for wrong in [r#"{"level":20}"#, r#"{"algorithm":"lz4"}"#, r#"{"max":1}"#] {
            assert!(serde_json::from_str::<Config>(wrong).is_err(), "{wrong}");
        }
    }
}
