//! Cuts long writes into parts. Pure: what goes in decides what comes out.

use std::ops::Range;
use std::time::Duration;

use turso_conn::{Error, ErrorKind, Result, Statement, Step};

/// What one item of a long write weighs: all statements that store it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Weight {
    /// Statements.
    pub statements: usize,
    /// Values that they bind together.
    pub parameters: usize,
    /// Bytes of SQL and values.
    pub bytes: usize,
}

impl Weight {
    /// The weight of two together.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self {
            statements: self.statements.saturating_add(other.statements),
            parameters: self.parameters.saturating_add(other.parameters),
            bytes: self.bytes.saturating_add(other.bytes),
        }
    }
}

impl From<&Statement> for Weight {
    fn from(statement: &Statement) -> Self {
        Self {
            statements: 1,
            parameters: statement.values().len(),
            bytes: statement.size(),
        }
    }
}

impl From<&Step> for Weight {
    fn from(step: &Step) -> Self {
        step.statement().into()
    }
}

/// How much one part may weigh, and how long it may take by estimate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct PartLimits {
    /// The most of each. Default 10,000 statements, 32,766 × 100 parameters,
    /// 8 MiB: what a server with the default settings takes in one request.
    pub most: Weight,
    /// The most time. Default 1 s: a fifth of what a server grants a writer.
    pub time: Duration,
    /// What one statement is estimated to take. Default 60 µs: measured with
    /// sqld on loopback, 4,000 rows of 2.5 KB in 277 ms.
    pub per_statement: Duration,
    /// What a mebibyte is estimated to take beyond that. Default 20 ms, as above.
    pub per_mebibyte: Duration,
}

impl Default for PartLimits {
    fn default() -> Self {
        Self {
            most: Weight {
                statements: 10_000,
                parameters: turso_conn::PARAMETERS_MAX * 100,
                bytes: 8 << 20,
            },
            time: Duration::from_secs(1),
            per_statement: Duration::from_micros(60),
            per_mebibyte: Duration::from_millis(20),
        }
    }
}

impl PartLimits {
    /// How long `weight` is estimated to take.
    pub fn estimate(&self, weight: Weight) -> Duration {
        let statements = u32::try_from(weight.statements).unwrap_or(u32::MAX);
        let kibibytes = u32::try_from(weight.bytes >> 10).unwrap_or(u32::MAX);
        let bytes = (self.per_mebibyte / 1_024).saturating_mul(kibibytes);
        self.per_statement
            .saturating_mul(statements)
            .saturating_add(bytes)
    }

    /// Whether `weight` is within every limit.
    pub fn allow(&self, weight: Weight) -> bool {
        weight.statements <= self.most.statements
            && weight.parameters <= self.most.parameters
            && weight.bytes <= self.most.bytes
            && self.estimate(weight) <= self.time
    }
}

/// What happens to a write that does not fit into one part.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Atomicity {
    /// It is refused with [`ErrorKind::Limit`], before anything runs.
    #[default]
    AllOrNothing,
    /// It becomes several parts, each all or nothing, in order.
    PerPart,
}

/// Items that are stored together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// Which items.
    pub items: Range<usize>,
    /// What they weigh together.
    pub weight: Weight,
}

/// Cuts items into consecutive parts, each within `limits` and as large as they allow.
///
/// ```
/// use turso_batch::{Atomicity, PartLimits, Weight, plan};
///
/// let heavy = Weight { statements: 2, parameters: 40, bytes: 3 << 20 };
/// let parts = plan([heavy; 5], &PartLimits::default(), Atomicity::PerPart).unwrap();
/// let items: Vec<_> = parts.into_iter().map(|part| part.items).collect();
/// assert_eq!(items, [0..2, 2..4, 4..5]);
/// assert!(plan([heavy; 5], &PartLimits::default(), Atomicity::AllOrNothing).is_err());
/// ```
///
/// # Errors
/// [`ErrorKind::Limit`] when one item alone exceeds the limits, named by
/// [`step`](Error::step), or when all should be one part and are not.
pub fn plan(
    items: impl IntoIterator<Item = Weight>,
    limits: &PartLimits,
    atomicity: Atomicity,
) -> Result<Vec<Part>> {
    let mut parts: Vec<Part> = Vec::new();
    for (index, weight) in items.into_iter().enumerate() {
        if !limits.allow(weight) {
            let context = "planning: one item exceeds the limits of a part";
            return Err(Error::new(ErrorKind::Limit, context).with_step(index));
        }
        let joined = parts.last().map(|part| part.weight.and(weight));
        match (parts.last_mut(), joined) {
            (Some(part), Some(joined)) if limits.allow(joined) => {
                part.items.end = index + 1;
                part.weight = joined;
            }
            (Some(_), _) if atomicity == Atomicity::AllOrNothing => {
                let context = "planning: more than fits into one part";
                return Err(Error::new(ErrorKind::Limit, context));
            }
            _ => parts.push(Part {
                items: index..index + 1,
                weight,
            }),
        }
    }
    Ok(parts)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn weight() -> impl Strategy<Value = Weight> {
        (1_usize..6, 0_usize..20, 0_usize..3_000).prop_map(|(statements, parameters, bytes)| {
            Weight {
                statements,
                parameters,
                bytes,
            }
        })
    }

    fn limits() -> impl Strategy<Value = PartLimits> {
        (6_usize..40, 20_usize..100, 3_000_usize..9_000, 10_u64..100).prop_map(
            |(statements, parameters, bytes, micros)| PartLimits {
                most: Weight {
                    statements,
                    parameters,
                    bytes,
                },
                time: Duration::from_micros(micros),
                per_statement: Duration::from_micros(1),
                per_mebibyte: Duration::from_millis(1),
            },
        )
    }

    proptest! {
        #[test]
        fn parts_keep_every_limit_and_none_could_take_the_next_item(
            items in prop::collection::vec(weight(), 0..60),
            limits in limits(),
        ) {
            let parts = plan(items.iter().copied(), &limits, Atomicity::PerPart).unwrap();
            let covered: Vec<usize> = parts.iter().flat_map(|part| part.items.clone()).collect();
            prop_assert_eq!(covered, (0..items.len()).collect::<Vec<_>>());
            for part in &parts {
                let own = &items[part.items.clone()];
                let sum = own.iter().fold(Weight::default(), |sum, item| sum.and(*item));
                prop_assert_eq!(sum, part.weight);
                prop_assert!(limits.allow(sum));
                if let Some(next) = items.get(part.items.end) {
                    prop_assert!(!limits.allow(sum.and(*next)));
                }
            }
            let whole = plan(items.iter().copied(), &limits, Atomicity::AllOrNothing);
            prop_assert_eq!(whole.is_ok(), parts.len() <= 1);
        }
    }

    #[test]
    fn an_item_over_the_limits_is_named() {
        let small = Weight::default();
        let big = Weight {
            bytes: usize::MAX,
            ..small
        };
        let error = plan([small, big], &PartLimits::default(), Atomicity::PerPart).unwrap_err();
        assert_eq!((error.kind(), error.step()), (ErrorKind::Limit, Some(1)));
    }

    #[test]
    fn a_step_weighs_what_its_statement_weighs() {
        let step = Step::from(Statement::new("SELECT ?1").bind("abc"));
        let wanted = Weight {
            statements: 1,
            parameters: 1,
            bytes: 12,
        };
        assert_eq!(Weight::from(&step), wanted);
    }
}
