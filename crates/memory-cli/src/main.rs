#![doc = include_str!("../README.md")]

mod args;
mod bench;
mod caches;
mod call;
mod commands;
mod database;
mod demo;
mod error;
mod exit;
mod export;
mod frames;
mod import;
mod output;
mod scrape;

use args::{Cli, Command, DEFAULT_DATABASE};
use call::Call;
use clap::parser::ValueSource;
use clap::{CommandFactory as _, FromArgMatches as _};
use clap_complete::Shell;
use database::{existing, readable};
use error::{Error, Result};
use exit::Exit;
use memory_storage_turso::{MeteredStorage, Timestamp};
use std::io::{self, BufWriter, Write};
use std::process::ExitCode;

fn main() -> ExitCode {
    let matches = Cli::command().get_matches();
    let cli = match Cli::from_arg_matches(&matches) {
        Ok(cli) => cli,
        Err(error) => error.exit(),
    };
    let names_database = matches.value_source("db") == Some(ValueSource::CommandLine);
    let mut out = BufWriter::new(io::stdout().lock());
    let done = start(cli, names_database, &mut out);
    let flushed = out.flush().map_err(Error::from);
    match done.and_then(|exit| flushed.map(|()| exit)) {
        Ok(exit) => exit.into(),
        Err(error) => error.report().into(),
    }
}

/// Runs the command on a runtime of its own.
fn start(cli: Cli, names_database: bool, out: &mut dyn Write) -> Result<Exit> {
    let mut db = cli.global.db;
    if db.is_empty() && !names_database {
        // A variable that is set to nothing counts as not set.
        DEFAULT_DATABASE.clone_into(&mut db);
    }
    let call = Call {
        db,
        names_database,
        namespace: cli.global.namespace,
        json: cli.global.json,
        now: Timestamp::now(),
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    let runtime = runtime.map_err(|e| Error::failed("cannot start").because(e))?;
    runtime.block_on(run(&call, &cli.command, out))
}

async fn run(call: &Call, command: &Command, out: &mut dyn Write) -> Result<Exit> {
    match command {
        Command::Completions { shell } => completions(*shell, out),
        Command::Demo => demo::demo(call, out).await,
        Command::Import(args) => {
            let import = import::Import::prepare(call, args).await?;
            let scrape = scrape::Scrape::listen(args.metrics.listen)?;
            let store = MeteredStorage::new(database::create(call).await?);
            scrape.watch(store.clone());
            import.run(call, &store, out).await
        }
        Command::Export(args) => export::export(call, args, &readable(call).await?, out).await,
        Command::Show(args) => commands::show(call, args, &readable(call).await?, out).await,
        Command::List(args) => commands::list(call, args, &readable(call).await?, out).await,
        Command::Related(args) => commands::related(call, args, &readable(call).await?, out).await,
        Command::Relate(args) => commands::relate(call, args, &existing(call).await?, out).await,
        Command::Unrelate(args) => {
            commands::unrelate(call, args, &existing(call).await?, out).await
        }
        Command::Tag(args) => commands::tag(call, args, &existing(call).await?, out).await,
        Command::Patterns(args) => {
            commands::patterns(call, args, &readable(call).await?, out).await
        }
        Command::Forget(args) => commands::forget(call, args, &existing(call).await?, out).await,
        Command::Stats(args) => match args.caches {
            Some(address) => caches::of_process(call, address, out),
            None => commands::stats(call, args, &readable(call).await?, out).await,
        },
        Command::Compact(args) => commands::compact(call, args, &existing(call).await?, out).await,
        Command::Bench(args) => bench::bench(call, args, out).await,
        Command::Check => commands::check(call, &readable(call).await?, out).await,
    }
}

fn completions(shell: Shell, out: &mut dyn Write) -> Result<Exit> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "memory", &mut script);
    out.write_all(&script)?;
    Ok(Exit::Ok)
}
