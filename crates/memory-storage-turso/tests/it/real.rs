//! Real episodes, where they are.

use flate2::read::GzDecoder;
use memory_storage_turso::{Episode, ExecutionStep, Metadata, Tag, TaskType, Timestamp};
use serde_json::Value;
use std::fs::File;
use std::io::Read as _;
use testkit::DataSet;

/// The lines of one file of episodes.
pub fn lines(data: &DataSet, file: &str) -> Vec<Value> {
    let mut text = String::new();
    let packed = File::open(data.file(file)).unwrap();
    GzDecoder::new(packed).read_to_string(&mut text).unwrap();
    let lines = text.lines().map(serde_json::from_str);
    lines.collect::<Result<_, _>>().unwrap()
}

/// What a line tells, as the episode number `nth`: its task, its steps and its tags.
pub fn episode_of(line: &Value, nth: i64) -> Episode {
    let now = Timestamp::from_micros(1_700_000_000_000_000 + nth).unwrap();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let kind = TaskType::new(text(&line["domain"])).unwrap();
    let mut episode = Episode::start(kind, text(&line["task"]), now).unwrap();
    for step in line["steps"].as_array().unwrap() {
        let mut taken = ExecutionStep::new(text(&step["tool"]), text(&step["action"]));
        taken.observation = Some(step["observation"].clone());
        episode.add_step(taken, now).unwrap();
    }
    let tags = line["tags"].as_array().unwrap();
    let tags = tags.iter().map(|tag| Tag::new(text(tag)).unwrap());
    let task = Metadata::new()
        .with("task", text(&line["task_key"]))
        .unwrap();
    let edited = episode.edit(now, |draft| {
        draft.tags = tags.collect();
        draft.metadata = task;
    });
    edited.unwrap();
    episode
}
