use super::up_to;
use clap::Args;
use std::net::SocketAddr;
use std::str::FromStr;

#[derive(Debug, Args)]
pub(crate) struct Bench {
    /// For how long, up to a day
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u64).range(1..=86_400))]
    pub(crate) seconds: u64,
    /// How many tasks ask at once, up to 10,000
    #[arg(long, default_value_t = 4, value_parser = up_to(10_000))]
    pub(crate) concurrency: usize,
    /// Shares of stores, gets and queries
    #[arg(long, default_value = "10:80:10", value_name = "STORES:GETS:QUERIES")]
    pub(crate) mix: Mix,
    /// Ask the database each time: keep nothing of it in memory
    #[arg(long)]
    pub(crate) no_cache: bool,
    #[command(flatten)]
    pub(crate) metrics: Metrics,
}

/// For commands that take long.
#[derive(Debug, Args)]
pub(crate) struct Metrics {
    /// Serve figures for Prometheus at this address meanwhile, such as 127.0.0.1:9464
    #[arg(long = "metrics-listen", value_name = "ADDRESS:PORT")]
    pub(crate) listen: Option<SocketAddr>,
}

/// How often each kind of operation is chosen, as weights.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Mix {
    pub(crate) stores: u64,
    pub(crate) gets: u64,
    pub(crate) queries: u64,
}

impl FromStr for Mix {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let numbers: Option<Vec<u64>> = text.split(':').map(|n| n.parse().ok()).collect();
        match numbers.as_deref() {
            Some([stores, gets, queries])
                if (1..=1_000).contains(&stores.saturating_add(*gets).saturating_add(*queries)) =>
            {
                Ok(Self {
                    stores: *stores,
                    gets: *gets,
                    queries: *queries,
                })
            }
            _ => Err("expected three numbers such as 10:80:10, together 1 to 1000"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mix_is_three_numbers_of_which_one_is_not_zero() {
        let mix: Mix = "1:2:3".parse().unwrap();
        assert_eq!((mix.stores, mix.gets, mix.queries), (1, 2, 3));
        for wrong in ["", "1:2", "0:0:0", "1:2:3:4", "a:b:c", "-1:2:3", "1000:1:0"] {
            assert!(wrong.parse::<Mix>().is_err(), "{wrong}");
        }
    }
}
