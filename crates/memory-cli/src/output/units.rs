use memory_storage_turso::Timestamp;
use std::time::Duration;

/// A number of bytes with three digits or so: `512 B`, `9.3 MB`. A kilobyte has 1,000.
pub(crate) fn bytes(bytes: u64) -> String {
    const UNITS: [(&str, u64); 3] = [("GB", 1_000_000_000), ("MB", 1_000_000), ("kB", 1_000)];
    UNITS.iter().find(|(_, size)| bytes >= *size).map_or_else(
        || format!("{bytes} B"),
        |(unit, size)| tenths(bytes, *size, unit),
    )
}

fn tenths(value: u64, size: u64, unit: &str) -> String {
    let (whole, tenth) = (value / size, value % size * 10 / size);
    format!("{}.{tenth} {unit}", count(whole))
}

/// A duration: `85 ms`, `3.2 s`, `2 min 5 s`, `3 h 20 min`, `2 d 4 h`.
pub(crate) fn span(span: Duration) -> String {
    let seconds = span.as_secs();
    match seconds {
        0 => format!("{} ms", span.as_millis()),
        1..60 => format!("{seconds}.{} s", span.subsec_millis() / 100),
        60..3_600 => format!("{} min {} s", seconds / 60, seconds % 60),
        3_600..86_400 => format!("{} h {} min", seconds / 3_600, seconds % 3_600 / 60),
        _ => format!("{} d {} h", seconds / 86_400, seconds % 86_400 / 3_600),
    }
}

/// A count with commas: `12,357`.
pub(crate) fn count(count: u64) -> String {
    let digits = count.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A real number with at most four decimals.
pub(crate) fn number(number: f64) -> String {
    let text = format!("{number:.4}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// A time to the minute, in UTC: `2026-11-23 16:08`.
pub(crate) fn minute(time: Timestamp) -> String {
    cut(time, 16)
}

/// A time to the second, in UTC: `2026-11-23 16:08:34 UTC`.
pub(crate) fn day_and_time(time: Timestamp) -> String {
    cut(time, 19) + " UTC"
}

fn cut(time: Timestamp, length: usize) -> String {
    let text: String = time.to_string().chars().take(length).collect();
    text.replace('T', " ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_read_as_people_say_them() {
        assert_eq!(bytes(0), "0 B");
        assert_eq!(bytes(999), "999 B");
        assert_eq!(bytes(1_000), "1.0 kB");
        assert_eq!(bytes(2_172_173), "2.1 MB");
        assert_eq!(bytes(u64::MAX), "18,446,744,073.7 GB");
    }

    #[test]
    fn counts_have_commas() {
        assert_eq!(count(0), "0");
        assert_eq!(count(999), "999");
        assert_eq!(count(12_357), "12,357");
        assert_eq!(count(1_000_000), "1,000,000");
    }

    #[test]
    fn spans_use_the_two_largest_units() {
        assert_eq!(span(Duration::from_millis(85)), "85 ms");
        assert_eq!(span(Duration::from_millis(3_250)), "3.2 s");
        assert_eq!(span(Duration::from_secs(125)), "2 min 5 s");
        assert_eq!(span(Duration::from_mins(200)), "3 h 20 min");
        assert_eq!(span(Duration::from_hours(52)), "2 d 4 h");
    }

    #[test]
    fn numbers_drop_what_says_nothing() {
        assert_eq!(number(1.0), "1");
        assert_eq!(number(700.6675), "700.6675");
        assert_eq!(number(-0.5), "-0.5");
        assert_eq!(number(100.0), "100");
    }

    #[test]
    fn times_are_cut_where_they_stop_mattering() {
        let time: Timestamp = "2026-11-23T16:08:34.123456Z".parse().unwrap();
        assert_eq!(minute(time), "2026-11-23 16:08");
        assert_eq!(day_and_time(time), "2026-11-23 16:08:34 UTC");
    }
}
