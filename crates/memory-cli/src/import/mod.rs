//! Files into the memory.
//!
//! Files are read twice: first all lines are checked, so that a bad line stops
//! the import before anything is stored, and episodes that come twice are
//! found; then they are stored in batches. Standard input is read once.
//! Databases of do-memory are read twice as well.

mod attempt;
mod bad;
mod bar;
mod batch;
mod database;
mod edge;
mod lines;
mod link;
mod loader;
mod origin;
mod record;
#[cfg(test)]
mod reference;
mod run;
mod source;
mod summary;
mod survey;

use crate::args;
use crate::call::Call;
use crate::error::Result;
use crate::exit::Exit;
use crate::output;
use bar::Bar;
use database::Database;
use loader::{Loader, stopped};
use memory_storage_turso::StorageBackend;
use record::Reading;
use run::Run;
use serde::Serialize;
use source::Source;
use std::io::Write;
use std::path::PathBuf;
use std::time::Instant;
use summary::Summary;
use survey::Survey;

/// The files of an import, and what is known about them.
#[derive(Debug)]
pub(crate) struct Import {
    sources: Vec<Source>,
    /// Those of the sources that are databases; all of them or none.
    databases: Vec<Database>,
    survey: Survey,
    skips: bool,
    began: Instant,
}

#[derive(Serialize)]
struct Report<'a> {
    #[serde(flatten)]
    summary: &'a Summary,
    seconds: f64,
}

impl Import {
    /// Looks at the files and checks their lines, before a database is made for them.
    pub(crate) async fn prepare(call: &Call, args: &args::Import) -> Result<Self> {
        let sources = args.files.iter().map(PathBuf::as_path);
        let sources = sources.map(|path| Source::at(path, args.frames));
        let mut import = Self {
            sources: sources.collect::<Result<_>>()?,
            databases: Vec::new(),
            survey: Survey::default(),
            skips: args.skip_bad,
            began: Instant::now(),
        };
        match args.from {
            args::Format::Lines => import.check(call)?,
            args::Format::DoMemory => import.open(call).await?,
        }
        import.survey.rewind();
        Ok(import)
    }

    /// Stores the lines and writes what that did.
    pub(crate) async fn run(
        mut self,
        call: &Call,
        store: &dyn StorageBackend,
        out: &mut dyn Write,
    ) -> Result<Exit> {
        let summary = self.load(call, store).await?;
        let took = self.began.elapsed();
        if call.json {
            let seconds = took.as_secs_f64();
            output::json_line(
                out,
                &Report {
                    summary: &summary,
                    seconds,
                },
            )?;
        } else {
            summary.write_to(out, took)?;
        }
        out.flush()?;
        summary.write_problems(&mut std::io::stderr().lock())?;
        let problems = summary.unknown_relations > 0 && !self.skips;
        Ok(if problems { Exit::Problems } else { Exit::Ok })
    }

    /// Opens every file as a database and reads it once, without storing anything.
    async fn open(&mut self, call: &Call) -> Result<()> {
        let bar = Bar::new("checking", self.bytes());
        for source in &self.sources {
            let mut database = Database::open(call, source).await?;
            database.check(&bar, self.skips).await?;
            self.databases.push(database);
        }
        Ok(())
    }

    /// Reads every file once, without storing anything.
    fn check(&mut self, call: &Call) -> Result<()> {
        let bar = Bar::new("checking", self.bytes());
        for source in self.sources.iter().filter(|source| source.is_regular) {
            let mut lines = source.open(&bar)?;
            while let Some(line) = lines.next().map_err(|e| source.unreadable(e))? {
                let origin = source.origin(line.number);
                match Reading::of(call, call.now).record(&line, &origin) {
                    Ok(record) => self.survey.note(&record),
                    Err(bad) if !self.skips => return Err(stopped(bad.at(&origin), 0)),
                    Err(_) => {}
                }
            }
        }
        Ok(())
    }

    async fn load(&mut self, call: &Call, store: &dyn StorageBackend) -> Result<Summary> {
        let bar = Bar::new("storing", self.bytes());
        let loader = Loader::new(store, &bar, self.skips);
        let mut run = Run::new(loader, &mut self.survey, call);
        for database in &mut self.databases {
            database.load(&mut run, &bar).await?;
        }
        let files = if self.databases.is_empty() {
            self.sources.as_slice()
        } else {
            &[]
        };
        for source in files {
            run.source(source, &bar).await?;
        }
        run.finish().await
    }

    fn bytes(&self) -> u64 {
        self.sources.iter().map(|source| source.bytes).sum()
    }
}
