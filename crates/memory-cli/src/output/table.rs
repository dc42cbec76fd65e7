use std::io::{self, Write};

/// Rows under headings, in columns as wide as they need. A heading that begins
/// with `>` is aligned to the right. The last column is not padded.
#[derive(Debug)]
pub(crate) struct Table<const N: usize> {
    headings: [&'static str; N],
    rows: Vec<[String; N]>,
    shows_headings: bool,
}

impl<const N: usize> Table<N> {
    pub(crate) fn new(headings: [&'static str; N]) -> Self {
        Self {
            headings,
            rows: Vec::new(),
            shows_headings: true,
        }
    }

    /// The same table as the continuation of another one, without its headings.
    pub(crate) fn continued(mut self, continues: bool) -> Self {
        self.shows_headings = !continues;
        self
    }

    pub(crate) fn row(&mut self, cells: [String; N]) {
        self.rows.push(cells);
    }

    pub(crate) fn write_to(&self, out: &mut dyn Write) -> io::Result<()> {
        self.write_indented(out, "")
    }

    pub(crate) fn write_indented(&self, out: &mut dyn Write, indent: &str) -> io::Result<()> {
        let widths = self.widths();
        let headings = self.headings.map(|h| h.trim_start_matches('>').to_owned());
        for row in self
            .shows_headings
            .then_some(&headings)
            .into_iter()
            .chain(&self.rows)
        {
            let line = self.line(row, &widths);
            writeln!(out, "{indent}{}", line.trim_end())?;
        }
        Ok(())
    }

    fn widths(&self) -> Vec<usize> {
        let width = |text: &str| text.chars().count();
        let column = |(index, heading): (usize, &&str)| {
            let cells = self.rows.iter().filter_map(|row| row.get(index));
            let widest = cells.map(|cell| width(cell)).max().unwrap_or(0);
            widest.max(width(heading.trim_start_matches('>')))
        };
        self.headings.iter().enumerate().map(column).collect()
    }

    fn line(&self, row: &[String; N], widths: &[usize]) -> String {
        let cells = row.iter().zip(widths).zip(&self.headings);
        let padded = cells.map(|((cell, width), heading)| {
            if heading.starts_with('>') {
                format!("{cell:>width$}")
            } else {
                format!("{cell:<width$}")
            }
        });
        padded.collect::<Vec<_>>().join("  ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_aligned_and_nothing_trails() {
        let mut table = Table::new(["NAME", ">N", "WHAT"]);
        table.row(["ä".into(), "12,357".into(), "x".into()]);
        table.row(["longer".into(), "1".into(), String::new()]);
        let mut out = Vec::new();
        table.write_to(&mut out).unwrap();
        let text = String::from_utf8(out).unwrap();
        assert_eq!(
            text,
            "NAME         N  WHAT\nä       12,357  x\nlonger       1\n"
        );
    }
}
