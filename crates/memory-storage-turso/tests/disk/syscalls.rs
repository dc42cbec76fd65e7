//! What a process did to its files, as `strace -f -y -xx` wrote it down, and what a loss of power
//! at any instant would have left of it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// One thing that happened.
#[derive(Debug, Clone)]
pub enum Event {
    Write {
        file: String,
        at: usize,
        bytes: Vec<u8>,
    },
    Truncate {
        file: String,
        length: usize,
    },
    Sync {
        file: String,
    },
    Remove {
        file: String,
    },
    /// A line on standard output.
    Said(String),
}

/// The events of a trace that concern `folder`, and what was said.
pub fn events(trace: &str, folder: &Path) -> Vec<Event> {
    let folder = folder.to_str().unwrap();
    let calls = whole_calls(trace);
    calls
        .iter()
        .filter_map(|call| event(call, folder))
        .collect()
}

/// The calls in the order of their ends. Where threads call at the same time, strace writes
/// `7 fsync(3<a> <unfinished ...>` and later `7 <... fsync resumed>) = 0`.
fn whole_calls(trace: &str) -> Vec<String> {
    let (mut begun, mut whole) = (BTreeMap::new(), Vec::new());
    for line in trace.lines() {
        let Some((thread, call)) = line.split_once(' ') else {
            continue;
        };
        let call = call.trim_start();
        if let Some(beginning) = call.strip_suffix(" <unfinished ...>") {
            begun.insert(thread, beginning);
        } else if let Some((_, end)) = call.split_once(" resumed>") {
            let beginning = begun.remove(thread).unwrap_or_default();
            whole.push(format!("{beginning}{end}"));
        } else {
            whole.push(call.to_owned());
        }
    }
    whole
}

fn event(call: &str, folder: &str) -> Option<Event> {
    let (name, rest) = call.split_once('(')?;
    // A resumed call is padded; one that failed has a closing bracket behind its result and is none.
    let (arguments, result) = rest.rsplit_once(')')?;
    let result = result.trim_start().strip_prefix("= ")?;
    let done: usize = result.split(['<', ' ']).next()?.parse().ok()?;
    let texts = quoted(arguments);
    if name == "unlink" {
        let file = String::from_utf8(texts.first()?.clone()).ok()?;
        return file.starts_with(folder).then_some(Event::Remove { file });
    }
    let file = String::from_utf8(unescape(arguments.split_once('<')?.1.split_once('>')?.0)).ok()?;
    let numbers: Vec<usize> = arguments
        .rsplit(", ")
        .map_while(|number| number.parse().ok())
        .collect();
    if name == "write" {
        let said = String::from_utf8(texts.first()?.clone()).ok()?;
        return arguments.starts_with("1<").then_some(Event::Said(said));
    }
    if !file.starts_with(folder) || file.ends_with("-shm") {
        return None;
    }
    Some(match name {
        "pwrite64" => {
            let mut bytes = texts.first()?.clone();
            bytes.truncate(done);
            Event::Write {
                file,
                at: *numbers.first()?,
                bytes,
            }
        }
        "ftruncate" => Event::Truncate {
            file,
            length: *numbers.first()?,
        },
        "fdatasync" | "fsync" => Event::Sync { file },
        _ => return None,
    })
}

/// The texts in quotes.
fn quoted(arguments: &str) -> Vec<Vec<u8>> {
    arguments
        .split('"')
        .skip(1)
        .step_by(2)
        .map(unescape)
        .collect()
}

/// The bytes of `\x61\x62`.
fn unescape(text: &str) -> Vec<u8> {
    text.split("\\x")
        .filter_map(|hex| u8::from_str_radix(hex.get(..2)?, 16).ok())
        .collect()
}

/// What stands in the files.
#[derive(Debug, Default, Clone)]
struct Files(BTreeMap<String, Vec<u8>>);

impl Files {
    fn apply(&mut self, event: &Event) {
        match event {
            Event::Write { file, at, bytes } => {
                let content = self.0.entry(file.clone()).or_default();
                content.resize(content.len().max(at + bytes.len()), 0);
                content[*at..at + bytes.len()].copy_from_slice(bytes);
            }
            Event::Truncate { file, length } => {
                self.0.entry(file.clone()).or_default().resize(*length, 0);
            }
            Event::Remove { file } => {
                self.0.remove(file);
            }
            Event::Sync { .. } | Event::Said(_) => {}
        }
    }
}

/// The files after a loss of power behind the first `count` events: what was synced before, and of
/// the later changes those that `keep` chooses.
pub fn crash(
    events: &[Event],
    count: usize,
    mut keep: impl FnMut() -> bool,
) -> Vec<(PathBuf, Vec<u8>)> {
    let before = &events[..count];
    let last_sync = |wanted: &str| {
        before
            .iter()
            .rposition(|event| matches!(event, Event::Sync { file } if file == wanted))
    };
    let mut files = Files::default();
    for (index, event) in before.iter().enumerate() {
        let durable = match event {
            Event::Write { file, .. } | Event::Truncate { file, .. } | Event::Remove { file } => {
                last_sync(file).is_some_and(|sync| index < sync)
            }
            Event::Sync { .. } | Event::Said(_) => false,
        };
        if durable || keep() {
            files.apply(event);
        }
    }
    files
        .0
        .into_iter()
        .map(|(file, bytes)| (PathBuf::from(file), bytes))
        .collect()
}

#[test]
fn a_trace_becomes_events_and_a_crash_keeps_what_was_synced() {
    let hex = |text: &str| {
        let bytes: Vec<_> = text.bytes().map(|byte| format!("\\x{byte:02x}")).collect();
        bytes.concat()
    };
    let file = hex("/d/a");
    let trace = format!(
        "7 pwrite64(3<{file}>, \"{}\", 2, 0) = 2\n7 fdatasync(3<{file}> <unfinished ...>\n\
         8 getpid() = 8\n7 <... fdatasync resumed>)       = 0\n\
         7 pwrite64(3<{file}>, \"{}\", 2, 1) = 2\n7 write(1<{}>, \"{}\", 4) = 4\n",
        hex("ab"),
        hex("xy"),
        hex("/dev/null"),
        hex("ack 1\n"),
    );
    let events = events(&trace, Path::new("/d"));
    assert_eq!(events.len(), 4, "{events:?}");
    assert!(matches!(&events[3], Event::Said(line) if line == "ack 1\n"));
    let image = |keep: bool| crash(&events, 4, || keep).remove(0).1;
    assert_eq!(image(false), b"ab");
    assert_eq!(image(true), b"axy");
}
