//! The command line.

mod bench;
#[cfg(test)]
mod document;
mod filter;
mod query;
mod time;

pub(crate) use bench::{Bench, Metrics, Mix};
pub(crate) use filter::{Direction, Filter, Ordering};
pub(crate) use query::{Grouping, List, Stats, Window};

use crate::exit;
use clap::builder::RangedU64ValueParser;
use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;
use memory_storage_turso::limits::{RELATED_DEPTH_MAX, RELATED_NODES_MAX};
use memory_storage_turso::{Namespace, PatternId, RelationshipKind, Tag};
use std::path::PathBuf;
use std::str::FromStr;

/// An agent's episodic memory: what was tried, step by step, and how it went.
#[derive(Debug, Parser)]
#[command(name = "memory", version, after_long_help = exit::HELP)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) global: Global,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// Where the database is unless told.
pub(crate) const DEFAULT_DATABASE: &str = "memory.db";

/// A number from 1 to `max`.
fn up_to(max: usize) -> RangedU64ValueParser<usize> {
    RangedU64ValueParser::new().range(1..=max as u64)
}

/// What every command understands.
#[derive(Debug, Args)]
pub(crate) struct Global {
    /// The database: a path, or a URL with a scheme
    #[arg(
        long,
        env = "TURSO_DATABASE_URL",
        hide_env_values = true,
        default_value = DEFAULT_DATABASE,
        global = true,
        value_name = "LOCATION"
    )]
    pub(crate) db: String,
    /// Whose memory; `default` unless told [import: what each line says]
    #[arg(long, global = true)]
    pub(crate) namespace: Option<Namespace>,
    /// Write JSON instead of text: one value on one line
    #[arg(long, global = true)]
    pub(crate) json: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Make a new database with invented episodes and show what can be asked of it
    Demo,
    /// Store episodes from files of JSON lines, plain or gzip; `-` is standard input
    Import(Import),
    /// Write everything as JSON lines, oldest first
    Export(Export),
    /// Show one episode
    Show(Show),
    /// List episodes
    List(List),
    /// List the episodes that are related to one
    Related(Related),
    /// Relate an episode to another
    Relate(Relate),
    /// Remove a relationship
    Unrelate(Edge),
    /// Add, remove, rename and list tags
    #[command(subcommand)]
    Tag(TagCommand),
    /// List patterns, or show one
    #[command(subcommand)]
    Patterns(PatternCommand),
    /// Delete episodes, with everything that hangs on them: all that are named, or none
    Forget(Forget),
    /// Count what is stored, or show the caches of a running command
    Stats(Stats),
    /// Write payloads anew that are not compressed as new ones are, while others go on
    Compact(Compact),
    /// Read everything back and verify it
    Check,
    /// Put a load on a database and measure how fast it answers
    Bench(Bench),
    /// Print a script that completes this command in a shell
    Completions {
        /// The shell
        shell: Shell,
    },
}

#[derive(Debug, Args)]
pub(crate) struct Import {
    /// Files to read, in this order; `-` is standard input
    #[arg(required = true, value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,
    /// What the files are
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t = Format::Lines)]
    pub(crate) from: Format,
    /// Leave out lines or rows that cannot be stored, and say which
    #[arg(long)]
    pub(crate) skip_bad: bool,
    #[command(flatten)]
    pub(crate) metrics: Metrics,
    /// Standard input comes in compressed frames, from `export --frames -`
    #[arg(long)]
    pub(crate) frames: bool,
}

/// What the files of an import are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// JSON lines: exports of this command, and trajectories
    Lines,
    /// Databases made by do-memory-storage-turso
    DoMemory,
}

#[derive(Debug, Args)]
pub(crate) struct Export {
    /// The file to write, compressed if its name ends in `.gz` [default: standard output]
    pub(crate) file: Option<PathBuf>,
    /// Write compressed frames for `import --frames -`, to `-`, which is standard output
    #[arg(long)]
    pub(crate) frames: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Compact {
    /// Train a dictionary on what is stored first. It keeps pieces of episodes, also of
    /// those that are forgotten later
    #[arg(long)]
    pub(crate) train: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Show {
    /// An episode's id or external id
    #[arg(value_name = "ID|EXTERNAL_ID")]
    pub(crate) key: String,
    /// Show long texts whole
    #[arg(long)]
    pub(crate) full: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Related {
    /// An episode's id or external id
    #[arg(value_name = "ID|EXTERNAL_ID")]
    pub(crate) key: String,
    /// How many relationships away at most, up to 32
    #[arg(long, default_value_t = 1, value_parser = up_to(RELATED_DEPTH_MAX))]
    pub(crate) depth: usize,
    /// Along this kind only; may be repeated
    #[arg(long = "kind", value_name = "KIND", value_parser = RelationshipKind::from_str)]
    pub(crate) kinds: Vec<RelationshipKind>,
    /// From which end
    #[arg(long, value_enum, default_value_t = Direction::Both)]
    pub(crate) direction: Direction,
    /// At most so many episodes, up to 10,000
    #[arg(long, default_value_t = 100, value_parser = up_to(RELATED_NODES_MAX))]
    pub(crate) limit: usize,
}

/// A relationship: it begins at `from` and ends at `to`.
#[derive(Debug, Args)]
pub(crate) struct Edge {
    /// The id or external id of the episode where it begins
    pub(crate) from: String,
    /// `ParentChild`, `DependsOn`, `Follows`, `RelatedTo`, `Blocks`, `Duplicates` or `References`
    pub(crate) kind: RelationshipKind,
    /// The id or external id of the episode where it ends
    pub(crate) to: String,
}

#[derive(Debug, Args)]
pub(crate) struct Relate {
    #[command(flatten)]
    pub(crate) edge: Edge,
    /// Why they are related
    #[arg(long)]
    pub(crate) reason: Option<String>,
    /// Who says so
    #[arg(long, value_name = "NAME")]
    pub(crate) created_by: Option<String>,
    /// How much it matters, 0 to 255: larger is more
    #[arg(long, value_name = "NUMBER")]
    pub(crate) priority: Option<u8>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum TagCommand {
    /// Add tags to an episode
    Add(TagChange),
    /// Remove tags from an episode
    Remove(TagChange),
    /// Give every episode with one tag another one instead
    Rename {
        /// The tag to be replaced
        from: Tag,
        /// The tag to take its place
        to: Tag,
    },
    /// List all tags with the number of their episodes
    List,
}

#[derive(Debug, Args)]
pub(crate) struct TagChange {
    /// An episode's id or external id
    #[arg(value_name = "ID|EXTERNAL_ID")]
    pub(crate) key: String,
    /// The tags
    #[arg(required = true, value_name = "TAG")]
    pub(crate) tags: Vec<Tag>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum PatternCommand {
    /// List patterns, latest first
    List {
        /// Of this kind only
        #[arg(long, value_enum)]
        kind: Option<PatternKind>,
        /// Learnt from this episode only (id or external id)
        #[arg(long, value_name = "ID|EXTERNAL_ID")]
        source: Option<String>,
        #[command(flatten)]
        window: Window,
    },
    /// Show one pattern
    Show {
        /// The pattern's id
        id: PatternId,
    },
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum PatternKind {
    ToolSequence,
    DecisionPoint,
    ErrorRecovery,
    ContextPattern,
}

#[derive(Debug, Args)]
pub(crate) struct Forget {
    /// Ids or external ids of episodes
    #[arg(required = true, value_name = "ID|EXTERNAL_ID")]
    pub(crate) keys: Vec<String>,
    /// Do not ask
    #[arg(long, short)]
    pub(crate) yes: bool,
}
