/// Payloads of fewer bytes are always tried: that costs a few microseconds.
const LEN_MIN: usize = 4_096;
/// Pieces that are looked at, spread over the payload.
const PIECES: usize = 16;
/// Bytes of each piece.
const PIECE: usize = 64;
/// Bytes looked at in all.
const SAMPLE: u32 = 1_024;

/// The most that the sum of the squared byte counts can be by chance where all 256 values are
/// equally likely: 5,120 on average with a standard deviation of 90, and 4.5 of them.
const EVEN_MAX: u32 = 5_525;

/// Whether compressing `payload` is worth trying, from 1 KB of it.
///
/// Says no only where the bytes are spread as evenly as noise, encrypted or compressed data
/// are. Text does not come near: base64 uses a quarter of the values, which gives 17,000. Data
/// that is even but repeats itself further on is stored raw too; nothing of that kind was seen in
/// episodes, and raw is never larger than the payload and its header.
pub(crate) fn worth_trying(payload: &[u8]) -> bool {
    payload.len() < LEN_MIN || squares(payload) > EVEN_MAX
}

/// The sum of the squares of how often each byte value occurs in the sample.
fn squares(payload: &[u8]) -> u32 {
    let mut counts = [0_u32; 256];
    let stride = payload.len() / PIECES;
    for piece in payload.chunks(stride.max(PIECE)).take(PIECES) {
        for byte in piece.iter().take(PIECE) {
            if let Some(count) = counts.get_mut(usize::from(*byte)) {
                *count += 1;
            }
        }
    }
    debug_assert!(counts.iter().sum::<u32>() <= SAMPLE);
    counts.iter().map(|count| count * count).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// SplitMix64 bytes.
    fn noise(seed: u64, len: usize) -> Vec<u8> {
        let mut state = seed;
        let mut next = || {
            state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
            let z = (state ^ (state >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
            let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
            z.to_le_bytes()[7]
        };
        (0..len).map(|_| next()).collect()
    }

    #[test]
    fn noise_is_recognised() {
        for seed in 0..500 {
            assert!(!worth_trying(&noise(seed, 5_000)));
        }
        assert!(!worth_trying(&noise(1, 1_000_000)));
    }

    #[test]
    fn text_numbers_and_base64_are_tried() {
        let base64 = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        let base64: Vec<u8> = noise(1, 9_000)
            .iter()
            .map(|b| base64[usize::from(b % 64)])
            .collect();
        assert!(worth_trying(&base64));
        assert!(worth_trying("observation: 42\n".repeat(1_000).as_bytes()));
        let numbers: Vec<u8> = (0..2_000_u32).flat_map(u32::to_le_bytes).collect();
        assert!(worth_trying(&numbers));
    }

    #[test]
    fn small_payloads_are_always_tried() {
        assert!(worth_trying(&noise(1, LEN_MIN - 1)));
        assert!(!worth_trying(&noise(1, LEN_MIN)));
    }
}
