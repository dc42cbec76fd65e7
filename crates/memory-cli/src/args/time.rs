use memory_storage_turso::Timestamp;
use std::str::FromStr;
use std::time::Duration;

/// A point in time as it is written on the command line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum When {
    At(Timestamp),
    Ago(Duration),
}

impl When {
    /// The point in time, seen from `now`.
    pub(crate) fn from(self, now: Timestamp) -> Timestamp {
        match self {
            Self::At(time) => time,
            Self::Ago(span) => i64::try_from(span.as_micros())
                .ok()
                .and_then(|micros| now.as_micros().checked_sub(micros))
                .and_then(|micros| Timestamp::from_micros(micros).ok())
                .unwrap_or(Timestamp::MIN),
        }
    }
}

impl FromStr for When {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let midnight = || format!("{text}T00:00:00Z").parse();
        if let Ok(time) = text.parse().or_else(|_| midnight()) {
            return Ok(Self::At(time));
        }
        ago(text).map(Self::Ago).ok_or_else(|| {
            "expected a time such as 2026-11-23T16:08:34Z, a day such as 2026-11-23 (UTC), \
             or how long ago: 90s, 15m, 6h, 7d, 4w"
                .to_owned()
        })
    }
}

fn ago(text: &str) -> Option<Duration> {
    let (number, unit) = text.split_at_checked(text.len().checked_sub(1)?)?;
    let seconds: u64 = match unit {
        "s" => 1,
        "m" => 60,
        "h" => 3_600,
        "d" => 86_400,
        "w" => 604_800,
        _ => return None,
    };
    let number: u64 = number.parse().ok()?;
    Some(Duration::from_secs(number.checked_mul(seconds)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> String {
        let now = "2026-11-23T12:00:00Z".parse().unwrap();
        text.parse::<When>().unwrap().from(now).to_string()
    }

    #[test]
    fn a_time_a_day_and_a_while_ago_are_times() {
        assert_eq!(at("2026-11-23T16:08:34Z"), "2026-11-23T16:08:34.000000Z");
        assert_eq!(at("2026-11-23"), "2026-11-23T00:00:00.000000Z");
        assert_eq!(at("90s"), "2026-11-23T11:58:30.000000Z");
        assert_eq!(at("7d"), "2026-11-16T12:00:00.000000Z");
    }

    #[test]
    fn an_age_beyond_all_time_means_the_beginning() {
        assert_eq!(at("9999999999w"), Timestamp::MIN.to_string());
    }

    #[test]
    fn anything_else_is_refused() {
        for text in [
            "",
            "d",
            "7",
            "yesterday",
            "-1d",
            "7é",
            "99999999999999999999w",
        ] {
            assert!(text.parse::<When>().is_err(), "{text}");
        }
    }
}
