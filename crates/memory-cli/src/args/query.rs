use super::{Filter, Ordering};
use clap::Args;
use memory_storage_turso::Cursor;
use std::net::SocketAddr;

#[derive(Debug, Args)]
pub(crate) struct List {
    #[command(flatten)]
    pub(crate) filter: Filter,
    #[command(flatten)]
    pub(crate) window: Window,
    /// In which order
    #[arg(long, value_enum, default_value_t = Ordering::Newest)]
    pub(crate) order: Ordering,
}

/// How much of a list is wanted.
#[derive(Debug, Args)]
pub(crate) struct Window {
    /// At most so many
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u64).range(1..))]
    pub(crate) limit: u64,
    /// Go on where a former list ended
    #[arg(long, value_name = "CURSOR", value_parser = cursor)]
    pub(crate) after: Option<Cursor>,
    /// All of them
    #[arg(long, conflicts_with = "limit")]
    pub(crate) all: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Stats {
    #[command(flatten)]
    pub(crate) filter: Filter,
    /// Count each group on its own: `domain` or `metadata:KEY`
    #[arg(long, value_name = "GROUP", value_parser = grouping)]
    pub(crate) by: Option<Grouping>,
    /// Show instead what the caches of a running command do, that serves its figures here
    /// (--metrics-listen)
    #[arg(long, value_name = "ADDRESS:PORT", conflicts_with_all = ["by", "Filter"])]
    pub(crate) caches: Option<SocketAddr>,
}

/// By what episodes are grouped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Grouping {
    Domain,
    Metadata(String),
}

fn grouping(text: &str) -> Result<Grouping, String> {
    match text.split_once(':') {
        None if text == "domain" => Ok(Grouping::Domain),
        Some(("metadata", key)) if !key.is_empty() => Ok(Grouping::Metadata(key.to_owned())),
        _ => Err("expected `domain` or `metadata:KEY`".to_owned()),
    }
}

#[allow(clippy::unnecessary_wraps)] // The signature of a value parser.
fn cursor(text: &str) -> Result<Cursor, String> {
    Ok(Cursor::from(text.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_are_a_domain_or_a_literal_metadata_key() {
        assert_eq!(grouping("domain"), Ok(Grouping::Domain));
        assert_eq!(
            grouping("metadata:a:b"),
            Ok(Grouping::Metadata("a:b".into()))
        );
        assert!(grouping("metadata:").is_err());
        assert!(grouping("tag").is_err());
    }
}
