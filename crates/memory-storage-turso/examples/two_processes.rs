//! Two processes that remember in one file at the same time: nothing is lost, and nobody fails
//! because the other one writes.
//!
//! usage: two_processes
#![allow(clippy::print_stdout)]

use memory_storage_turso::{
    Episode, EpisodeQuery, EpisodeStore as _, Metadata, TaskType, Timestamp, TursoStorage,
};
use std::error::Error;
use std::process::Command;

const EPISODES: usize = 50;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let [place, name] = arguments.as_slice() {
        return work(place, name).await;
    }
    let folder = tempfile::tempdir()?;
    let place = folder.path().join("agent.db").display().to_string();
    let mut other = Command::new(std::env::current_exe()?)
        .args([&place, "other"])
        .spawn()?;
    work(&place, "this").await?;
    if !other.wait()?.success() {
        return Err("the other process failed".into());
    }
    let memory = TursoStorage::open(&place).await?;
    let stored = memory.count_episodes(&EpisodeQuery::default()).await?;
    println!("{stored} episodes of two processes");
    if stored != 2 * u64::try_from(EPISODES)? {
        return Err("an episode was lost".into());
    }
    Ok(())
}

async fn work(place: &str, name: &str) -> Result<(), Box<dyn Error>> {
    let memory = TursoStorage::open(place).await?;
    for number in 0..EPISODES {
        let description = format!("task {number} of {name}");
        let mut episode = Episode::start(TaskType::new("chore")?, description, Timestamp::now())?;
        let metadata = Metadata::new().with("process", name)?;
        episode.edit(Timestamp::now(), |draft| draft.metadata = metadata)?;
        memory.store_episode(&episode).await?;
    }
    Ok(())
}
