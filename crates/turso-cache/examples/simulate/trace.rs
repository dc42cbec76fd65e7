use crate::rng::Rng;

/// So many keys are asked for.
pub const KEYS: usize = 10_000;
/// Reads per second, at which a fixed life of 300 s answers 70 % of them where
/// popularity follows Zipf's law.
const READS: f64 = 18.2;

/// Who reads what and when, and what others write meanwhile. Seconds and keys,
/// in order.
pub struct Trace {
    pub name: &'static str,
    pub reads: Vec<(f64, usize)>,
    pub writes: Vec<(f64, usize)>,
}

/// How often others write to the keys.
#[derive(Clone, Copy)]
enum Writes {
    /// So many per second in all, popular keys more often.
    Popular(f64),
    /// To a fifth of the keys, each at a rate of its own, once in about 20
    /// minutes.
    Some,
    /// To half of the keys, once a minute for ten minutes, and never again.
    Burst,
}

/// The workload this was begun for.
pub fn seed(hours: f64) -> Trace {
    let reads = zipf(1.0, hours, |rank, _| rank);
    build(
        "the seed's workload",
        1.0,
        hours,
        reads,
        Writes::Popular(0.012),
    )
}

pub fn all(hours: f64) -> Vec<Trace> {
    let plain = |exponent| zipf(exponent, hours, |rank, _| rank);
    let shifting = zipf(1.0, hours, |rank, time| {
        rank + 1_000 * (time / 1_800.0) as usize
    });
    let popular = Writes::Popular(0.012);
    vec![
        seed(hours),
        build("Zipf 0.8", 0.8, hours, plain(0.8), popular),
        build(
            "Zipf 1.0, a fifth changes",
            1.0,
            hours,
            plain(1.0),
            Writes::Some,
        ),
        build(
            "Zipf 1.0, edited and done",
            1.0,
            hours,
            plain(1.0),
            Writes::Burst,
        ),
        build("scans between", 1.0, hours, with_scans(plain(1.0)), popular),
        build("shifting", 1.0, hours, shifting, popular),
    ]
}

fn build(
    name: &'static str,
    exponent: f64,
    hours: f64,
    reads: Vec<(f64, usize)>,
    writes: Writes,
) -> Trace {
    let mut rng = Rng(7);
    let shares = shares(exponent);
    let mut writes: Vec<_> = (0..KEYS)
        .flat_map(|key| {
            times(writes, shares[key], hours * 3_600.0, &mut rng).map(move |t| (t, key))
        })
        .collect();
    writes.sort_by(|a, b| a.0.total_cmp(&b.0));
    Trace {
        name,
        reads,
        writes,
    }
}

/// When others write to one key.
fn times(writes: Writes, share: f64, end: f64, rng: &mut Rng) -> std::vec::IntoIter<f64> {
    let (begin, end, rate) = match writes {
        Writes::Popular(rate) => (0.0, end, rate * share),
        Writes::Some if rng.share() < 0.2 => (0.0, end, (-rng.normal()).exp() / 1_200.0),
        Writes::Burst if rng.share() < 0.5 => {
            let begin = rng.share() * end;
            (begin, end.min(begin + 600.0), 1.0 / 60.0)
        }
        Writes::Some | Writes::Burst => (0.0, 0.0, 1.0),
    };
    events(begin, end, rate, rng).into_iter()
}

fn events(begin: f64, end: f64, rate: f64, rng: &mut Rng) -> Vec<f64> {
    let mut times = Vec::new();
    let mut time = begin + rng.gap(rate);
    while time < end {
        times.push(time);
        time += rng.gap(rate);
    }
    times
}

fn zipf(exponent: f64, hours: f64, key: impl Fn(usize, f64) -> usize) -> Vec<(f64, usize)> {
    let mut rng = Rng(1);
    let mut sum = 0.0;
    let sums: Vec<f64> = shares(exponent)
        .into_iter()
        .map(|share| {
            sum += share;
            sum
        })
        .collect();
    let times = events(0.0, hours * 3_600.0, READS, &mut rng);
    let rank = |rng: &mut Rng| {
        let throw = rng.share();
        sums.partition_point(|sum| *sum < throw)
    };
    times
        .into_iter()
        .map(|time| (time, key(rank(&mut rng), time) % KEYS))
        .collect()
}

/// Every ten minutes somebody looks at a thousand keys, fifty a second.
fn with_scans(mut reads: Vec<(f64, usize)>) -> Vec<(f64, usize)> {
    let end = reads.last().map_or(0.0, |read| read.0);
    let scans = (1..)
        .map(|n| 600.0 * f64::from(n))
        .take_while(|time| *time < end);
    let scan = |(number, begin): (usize, f64)| {
        (0..1_000).map(move |n| (begin + n as f64 / 50.0, (number * 1_000 + n) % KEYS))
    };
    reads.extend(scans.enumerate().flat_map(scan));
    reads.sort_by(|a, b| a.0.total_cmp(&b.0));
    reads
}

/// How large a share of the reads each rank gets.
fn shares(exponent: f64) -> Vec<f64> {
    let weight = |rank: usize| (rank as f64 + 1.0).powf(-exponent);
    let sum: f64 = (0..KEYS).map(weight).sum();
    (0..KEYS).map(|rank| weight(rank) / sum).collect()
}
