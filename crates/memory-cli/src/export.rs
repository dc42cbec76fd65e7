//! The memory into a file.

use crate::args;
use crate::call::Call;
use crate::database::file_of;
use crate::error::{Error, Result};
use crate::exit::Exit;
use crate::frames::FrameWriter;
use crate::output;
use flate2::Compression;
use flate2::write::GzEncoder;
use memory_storage_turso::limits::PAGE_ITEMS_MAX;
use memory_storage_turso::{
    EpisodeQuery, Order, PageRequest, PatternQuery, RelationshipQuery, StorageBackend,
};
use serde::Serialize;
use std::fs::{self, File};
use std::io::{self, BufWriter, Read as _, Write};
use std::path::{Path, PathBuf};

/// One line of an export.
#[derive(Serialize)]
struct Line<'a, T> {
    kind: &'static str,
    value: &'a T,
}

fn line<T: Serialize>(out: &mut dyn Write, kind: &'static str, value: &T) -> Result<()> {
    Ok(output::json_line(out, &Line { kind, value })?)
}

/// How many records of each kind an export holds.
#[derive(Debug, Default, Serialize)]
struct Summary {
    episodes: u64,
    patterns: u64,
    relationships: u64,
}

/// Writes everything of a namespace: episodes, then patterns, then relationships, so that
/// whoever reads it knows what a line refers to.
pub(crate) async fn export(
    call: &Call,
    args: &args::Export,
    store: &dyn StorageBackend,
    out: &mut dyn Write,
) -> Result<Exit> {
    let is_file = |path: &&PathBuf| path.as_path() != Path::new("-");
    let Some(path) = args.file.as_ref().filter(is_file) else {
        if args.frames {
            let mut framed = FrameWriter::new(&mut *out);
            write_all(call, store, &mut framed).await?;
            framed.finish()?;
        } else {
            write_all(call, store, out).await?;
        }
        return Ok(Exit::Ok);
    };
    if args.frames {
        let context = "frames are for pipes, not for files";
        let next = "name no file, or `-`; a file is compressed if its name ends in .gz";
        return Err(Error::usage(context).next(next));
    }
    refuse_database(path, &call.db)?;
    let (target, file) = Target::open(path)?;
    let (file, summary) = if path.extension().is_some_and(|ending| ending == "gz") {
        let mut packed = GzEncoder::new(file, Compression::default());
        let summary = write_all(call, store, &mut packed).await?;
        (packed.finish()?, summary)
    } else {
        let mut file = file;
        let summary = write_all(call, store, &mut file).await?;
        (file, summary)
    };
    target.publish(file, path)?;
    report(call, &summary, path, out)?;
    Ok(Exit::Ok)
}

/// An export replaces the file of its name, but never a database: not the one that is exported, nor
/// what SQLite keeps beside it, nor another one.
fn refuse_database(path: &Path, db: &str) -> Result<()> {
    if !is_part_of(path, db) && !begins_as_database(path) {
        return Ok(());
    }
    let context = format!("{} is a database, or a part of one", path.display());
    let next = "name another file: an export is JSON lines, not a copy of the database";
    Err(Error::usage(context).next(next))
}

/// Whether `path` is the file of the database, its log or its shared memory.
fn is_part_of(path: &Path, db: &str) -> bool {
    let Some(db) = file_of(db).and_then(|db| fs::canonicalize(db).ok()) else {
        return false;
    };
    let Ok(path) = fs::canonicalize(path) else {
        return false;
    };
    let parts = ["", "-wal", "-shm", "-journal"].map(|suffix| {
        let mut part = db.clone().into_os_string();
        part.push(suffix);
        part
    });
    parts.contains(&path.into_os_string())
}

fn begins_as_database(path: &Path) -> bool {
    const MAGIC: &[u8; 16] = b"SQLite format 3\0";
    if !fs::metadata(path).is_ok_and(|found| found.is_file()) {
        return false;
    }
    let mut head = [0; 16];
    let read = File::open(path).and_then(|mut file| file.read_exact(&mut head));
    read.is_ok() && head == *MAGIC
}

fn report(call: &Call, summary: &Summary, path: &Path, out: &mut dyn Write) -> Result<()> {
    if call.json {
        return Ok(output::json_line(out, summary)?);
    }
    let Summary {
        episodes,
        patterns,
        relationships,
    } = summary;
    let [episodes, patterns, relationships] =
        [*episodes, *patterns, *relationships].map(output::count);
    let path = path.display();
    Ok(writeln!(
        out,
        "{episodes} episodes, {patterns} patterns and {relationships} relationships are in {path}"
    )?)
}

async fn write_all(
    call: &Call,
    store: &dyn StorageBackend,
    out: &mut dyn Write,
) -> Result<Summary> {
    let summary = Summary {
        episodes: episodes(call, store, out).await?,
        patterns: patterns(call, store, out).await?,
        relationships: relationships(call, store, out).await?,
    };
    out.flush()?;
    Ok(summary)
}

async fn episodes(call: &Call, store: &dyn StorageBackend, out: &mut dyn Write) -> Result<u64> {
    let order = Order::OldestFirst;
    let query = EpisodeQuery {
        order,
        ..EpisodeQuery::all(call.namespace())
    };
    let (mut page, mut written) = (PageRequest::first(PAGE_ITEMS_MAX)?, 0);
    loop {
        let found = store.query_episodes(&query, &page).await;
        let found = found.map_err(|e| Error::storage("reading episodes", e))?;
        for episode in &found.items {
            line(out, "episode", &**episode)?;
            written += 1;
        }
        let Some(next) = found.next else {
            return Ok(written);
        };
        page = page.after(next);
    }
}

async fn patterns(call: &Call, store: &dyn StorageBackend, out: &mut dyn Write) -> Result<u64> {
    let order = Order::OldestFirst;
    let query = PatternQuery {
        order,
        ..PatternQuery::all(call.namespace())
    };
    let (mut page, mut written) = (PageRequest::first(PAGE_ITEMS_MAX)?, 0);
    loop {
        let found = store.query_patterns(&query, &page).await;
        let found = found.map_err(|e| Error::storage("reading patterns", e))?;
        for pattern in &found.items {
            line(out, "pattern", &**pattern)?;
            written += 1;
        }
        let Some(next) = found.next else {
            return Ok(written);
        };
        page = page.after(next);
    }
}

async fn relationships(
    call: &Call,
    store: &dyn StorageBackend,
    out: &mut dyn Write,
) -> Result<u64> {
    let query = RelationshipQuery::all(call.namespace());
    let (mut page, mut written) = (PageRequest::first(PAGE_ITEMS_MAX)?, 0);
    loop {
        let found = store.query_relationships(&query, &page).await;
        let found = found.map_err(|e| Error::storage("reading relationships", e))?;
        for relationship in &found.items {
            line(out, "relationship", relationship)?;
            written += 1;
        }
        let Some(next) = found.next else {
            return Ok(written);
        };
        page = page.after(next);
    }
}

/// Where the lines go: a file under a temporary name beside its final one, removed unless it is
/// published; or, if the name belongs to something that is no file, such as a pipe, that itself.
struct Target {
    draft: Option<PathBuf>,
}

impl Target {
    fn open(path: &Path) -> Result<(Self, BufWriter<File>)> {
        let is_other = fs::metadata(path).is_ok_and(|found| !found.is_file());
        let (draft, opened) = if is_other {
            (None, File::options().write(true).open(path))
        } else {
            let draft = draft_name(path)?;
            let opened = File::create_new(&draft);
            (Some(draft), opened)
        };
        let file = opened.map_err(|e| unwritable(path, e))?;
        Ok((Self { draft }, BufWriter::new(file)))
    }

    /// Gives the file its name, once all of it has reached the disk.
    fn publish(self, file: BufWriter<File>, path: &Path) -> Result<()> {
        let file = file
            .into_inner()
            .map_err(|e| unwritable(path, e.into_error()))?;
        let Some(draft) = &self.draft else {
            return Ok(());
        };
        file.sync_all().map_err(|e| unwritable(path, e))?;
        fs::rename(draft, path).map_err(|e| unwritable(path, e))
    }
}

impl Drop for Target {
    fn drop(&mut self) {
        if let Some(draft) = &self.draft {
            // After publishing there is nothing under this name any more.
            let _ = fs::remove_file(draft);
        }
    }
}

fn draft_name(path: &Path) -> Result<PathBuf> {
    let Some(name) = path.file_name() else {
        let context = format!("{} is no name for a file", path.display());
        let next = "name a file, or leave it out for standard output";
        return Err(Error::usage(context).next(next));
    };
    let name = format!(".{}.{}.tmp", name.to_string_lossy(), std::process::id());
    Ok(path.with_file_name(name))
}

fn unwritable(path: &Path, error: io::Error) -> Error {
    Error::failed(format!("cannot write {}", path.display()))
        .next("check the directory, its permissions and the disk")
        .because(error)
}
