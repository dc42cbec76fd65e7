//! Rows as the parameters of a statement that stores many.

use crate::error::bug;
use memory_core::Result;
use std::io::Write as _;
use turso_conn::Value;

/// A JSON list of rows, and the bytes that the blobs in them are cut from.
///
/// A real does not travel as decimal digits, which SQLite does not always read exactly, but as
/// an integer and the power of two that it is divided by. Not every real can be written so;
/// one that cannot is a parameter of its own, and its row is the only one.
#[derive(Debug, Default)]
pub(super) struct Parcel {
    list: Vec<u8>,
    bytes: Vec<u8>,
    real: Option<f64>,
}

impl Parcel {
    /// Whether `row` may stand beside others.
    pub(super) fn can_share<'a>(row: impl IntoIterator<Item = &'a Value>) -> bool {
        row.into_iter().all(|value| match value {
            Value::Real(number) => fraction(*number).is_some(),
            _ => true,
        })
    }

    /// Adds a row. A blob takes two places in it: where it begins, from 1, and its length.
    pub(super) fn push<'a>(&mut self, row: impl IntoIterator<Item = &'a Value>) -> Result<()> {
        self.list
            .push(if self.list.is_empty() { b'[' } else { b',' });
        let mut before = b'[';
        for value in row {
            self.list.push(before);
            before = b',';
            self.value(value)
                .map_err(|e| bug("writing a row as JSON").with_source(e))?;
        }
        self.list.push(b']');
        Ok(())
    }

    fn value(&mut self, value: &Value) -> std::io::Result<()> {
        match value {
            Value::Null => self.list.write_all(b"null"),
            Value::Integer(number) => write!(self.list, "{number}"),
            Value::Real(number) => self.number(*number),
            Value::Text(text) => Ok(serde_json::to_writer(&mut self.list, text)?),
            Value::Blob(blob) => {
                write!(self.list, "{},{}", self.bytes.len() + 1, blob.len())?;
                self.bytes.write_all(blob)
            }
        }
    }

    fn number(&mut self, number: f64) -> std::io::Result<()> {
        if let Some((numerator, exponent)) = fraction(number) {
            return write!(self.list, "[{numerator},{exponent}]");
        }
        self.real = Some(number);
        self.list.write_all(b"null")
    }

    /// Adds bytes that no place in a row names.
    pub(super) fn push_bytes(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
    }

    /// How large it is.
    pub(super) fn size(&self) -> usize {
        self.list.len() + self.bytes.len()
    }

    /// The list, the bytes, and the real of a row that stands alone.
    pub(super) fn into_values(mut self) -> Result<[Value; 3]> {
        if self.list.is_empty() {
            self.list.push(b'[');
        }
        self.list.push(b']');
        let list =
            String::from_utf8(self.list).map_err(|e| bug("writing rows as JSON").with_source(e))?;
        Ok([list.into(), self.bytes.into(), self.real.into()])
    }
}

/// The integer n and the exponent e of n / 2^e = `number`, if there are such with e at most
/// 62, the largest power of two that SQLite has as an integer.
fn fraction(number: f64) -> Option<(i64, u64)> {
    const FRACTION: u64 = (1 << 52) - 1;
    if number == 0.0 {
        return Some((0, 0));
    }
    let bits = number.to_bits();
    // A number so small that its leading bit is not implied is too small anyway.
    let biased = (bits >> 52) & 0x7ff;
    let mantissa = (bits & FRACTION) | (1 << 52);
    let zeros = u64::from(mantissa.trailing_zeros());
    let (odd, exponent) = (mantissa >> zeros, 1_075_u64.checked_sub(biased));
    let (numerator, exponent) = match exponent.and_then(|all| all.checked_sub(zeros)) {
        Some(exponent) => (odd, exponent),
        // A whole number: it must be one that a real holds exactly.
        None if number.abs() <= 9_007_199_254_740_992.0 => (odd << (zeros + biased - 1_075), 0),
        None => return None,
    };
    let numerator = i64::try_from(numerator).ok()?;
    (exponent <= 62).then_some((if number < 0.0 { -numerator } else { numerator }, exponent))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The bits of the quotient. Both its parts are reals exactly: one has at most 53 bits, the
    /// other one.
    #[expect(clippy::cast_precision_loss)]
    fn exactly(numerator: i64, exponent: u64) -> u64 {
        (numerator as f64 / (1_i64 << exponent) as f64).to_bits()
    }

    #[test]
    fn usual_numbers_are_fractions() {
        for number in [
            0.0,
            1.0,
            -1.0,
            0.5,
            0.1,
            1.0 / 3.0,
            100.0,
            0.001,
            1e15,
            -7.25,
        ] {
            let (numerator, exponent) = fraction(number).unwrap();
            assert_eq!(exactly(numerator, exponent), number.to_bits());
        }
        assert_eq!(fraction(0.75), Some((3, 2)));
        assert_eq!(fraction(-6.0), Some((-6, 0)));
    }

    #[test]
    fn others_are_not() {
        for number in [1e-5, 5e-324, f64::MIN_POSITIVE, f64::MAX, 1e17, -1e300] {
            assert_eq!(fraction(number), None, "{number}");
        }
        let alone = [Value::Real(1e300)];
        assert!(!Parcel::can_share(&alone));
        let mut parcel = Parcel::default();
        parcel.push(&alone).unwrap();
        let [list, _, real] = parcel.into_values().unwrap();
        assert_eq!((list, real), ("[[null]]".into(), 1e300.into()));
    }

    #[test]
    fn a_row_names_its_blobs_by_place_and_length() {
        let mut parcel = Parcel::default();
        let first = [Value::from("a\"b"), vec![1, 2].into(), Value::Null];
        parcel.push(&first).unwrap();
        parcel
            .push(&[Value::from(7), Value::from(0.5), vec![3].into()])
            .unwrap();
        let [list, bytes, real] = parcel.into_values().unwrap();
        assert_eq!(list, r#"[["a\"b",1,2,null],[7,[1,1],3,1]]"#.into());
        assert_eq!((bytes, real), (vec![1, 2, 3].into(), Value::Null));
    }

    proptest! {
        #[test]
        fn a_fraction_is_the_number(bits: u64, small in -1e6..1e6_f64) {
            for number in [f64::from_bits(bits), small, -0.0] {
                let number = number + 0.0;
                if let Some((numerator, exponent)) = fraction(number) {
                    prop_assert_eq!(exactly(numerator, exponent), number.to_bits());
                }
            }
        }
    }
}
