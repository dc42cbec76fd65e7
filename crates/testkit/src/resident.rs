use std::io;

/// The size of a page where this runs.
const PAGE: u64 = 4_096;

/// How many bytes of this process are in memory now.
///
/// # Errors
/// There is no `/proc/self/statm`, as on any system but Linux.
pub fn resident_bytes() -> io::Result<u64> {
    let text = std::fs::read_to_string("/proc/self/statm")?;
    let pages = text.split(' ').nth(1);
    let pages = pages.and_then(|pages| pages.parse::<u64>().ok());
    pages
        .map(|pages| pages.saturating_mul(PAGE))
        .ok_or_else(|| io::Error::other("/proc/self/statm is not as documented"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_allocated_and_written_is_resident() {
        let Ok(before) = resident_bytes() else {
            return crate::skipped("memory", "there is no /proc/self/statm");
        };
        let held = std::hint::black_box(vec![1_u8; 64 << 20]);
        let grown = resident_bytes().unwrap() - before;
        assert!(grown >= 60 << 20, "{grown}");
        drop(held);
    }
}
