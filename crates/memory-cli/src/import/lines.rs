use std::io::{self, BufRead, Read as _};

/// Longest line that is read, in bytes. The largest episode (4.5 MB) fits even if
/// every byte of it is written as `\u0000`; a longer line is no episode.
pub(crate) const LINE_BYTES_MAX: usize = 48 * 1024 * 1024;

/// What some editors put before the first line of UTF-8.
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// The lines of a file, one in memory at a time.
pub(crate) struct Lines<R> {
    reader: R,
    number: u64,
    buffer: Vec<u8>,
}

/// A line without its end; none when it is longer than [`LINE_BYTES_MAX`].
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Line<'a> {
    pub(crate) number: u64,
    pub(crate) text: Option<&'a [u8]>,
}

impl<R: BufRead> Lines<R> {
    pub(crate) fn new(reader: R) -> Self {
        Self {
            reader,
            number: 0,
            buffer: Vec::new(),
        }
    }

    /// The next line that is not blank.
    pub(crate) fn next(&mut self) -> io::Result<Option<Line<'_>>> {
        self.next_within(LINE_BYTES_MAX)
    }

    fn next_within(&mut self, max: usize) -> io::Result<Option<Line<'_>>> {
        loop {
            let Some(fits) = self.read(max)? else {
                return Ok(None);
            };
            self.number += 1;
            if self.number == 1 && self.buffer.starts_with(BYTE_ORDER_MARK) {
                self.buffer.drain(..BYTE_ORDER_MARK.len());
            }
            if !fits || !self.buffer.trim_ascii().is_empty() {
                let text = fits.then_some(self.buffer.trim_ascii());
                return Ok(Some(Line {
                    number: self.number,
                    text,
                }));
            }
        }
    }

    /// Reads a line into the buffer and says whether it fitted; none at the end.
    fn read(&mut self, max: usize) -> io::Result<Option<bool>> {
        self.buffer.clear();
        let limit = u64::try_from(max).unwrap_or(u64::MAX).saturating_add(1);
        let read = self
            .reader
            .by_ref()
            .take(limit)
            .read_until(b'\n', &mut self.buffer)?;
        let whole = self.buffer.last() == Some(&b'\n');
        if read == 0 {
            return Ok(None);
        }
        if whole || read <= max {
            return Ok(Some(true));
        }
        self.buffer = Vec::new();
        self.reader.skip_until(b'\n')?;
        Ok(Some(false))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str, max: usize) -> Vec<(u64, Option<String>)> {
        let mut lines = Lines::new(text.as_bytes());
        let mut read = Vec::new();
        while let Some(line) = lines.next_within(max).unwrap() {
            let text = line.text.map(|t| String::from_utf8(t.to_vec()).unwrap());
            read.push((line.number, text));
        }
        read
    }

    #[test]
    fn blank_lines_count_but_are_passed_over() {
        let expected = vec![(1, Some("a".into())), (4, Some("b".into()))];
        assert_eq!(read("a\r\n\n  \nb", 10), expected);
        assert_eq!(read("", 10), []);
    }

    #[test]
    fn a_byte_order_mark_is_no_part_of_the_first_line() {
        assert_eq!(
            read("\u{feff}a\n\u{feff}b", 10),
            [(1, Some("a".into())), (2, Some("\u{feff}b".into())),]
        );
        assert_eq!(read("\u{feff}\n", 10), []);
    }

    #[test]
    fn a_line_over_the_limit_is_passed_over_and_the_next_is_read() {
        let expected = vec![
            (1, Some("abc".into())),
            (2, None),
            (3, Some("abc".into())),
            (4, None),
        ];
        assert_eq!(read("abc\nabcd\nabc\nabcdefgh", 3), expected);
    }
}
