use serde::Serialize;
use std::io::{self, Write};

/// Writes one JSON value on a line of its own.
pub(crate) fn json_line(out: &mut dyn Write, value: &impl Serialize) -> io::Result<()> {
    serde_json::to_writer(&mut *out, value)?;
    out.write_all(b"\n")
}

/// An array that is written while its items come: only one is held at a time.
#[derive(Debug, Default)]
pub(crate) struct JsonArray {
    begun: bool,
}

impl JsonArray {
    pub(crate) fn item(&mut self, out: &mut dyn Write, item: &impl Serialize) -> io::Result<()> {
        out.write_all(if self.begun { b"," } else { b"[" })?;
        self.begun = true;
        Ok(serde_json::to_writer(out, item)?)
    }

    pub(crate) fn end(self, out: &mut dyn Write) -> io::Result<()> {
        out.write_all(if self.begun { b"]" } else { b"[]" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_array_is_valid_with_no_items_and_with_some() {
        for items in [vec![], vec![1], vec![1, 2, 3]] {
            let (mut out, mut array) = (Vec::new(), JsonArray::default());
            for item in &items {
                array.item(&mut out, item).unwrap();
            }
            array.end(&mut out).unwrap();
            assert_eq!(serde_json::from_slice::<Vec<i32>>(&out).unwrap(), items);
        }
    }
}
