//! Many writers of few records: all finish, and no update is lost.
//!
//! Everybody counts up the same counters, each from what was read. Whoever is told that it is done
//! writes down which revision that made, and the history is checked: each revision was made once.

use memory_storage_turso::{
    Episode, EpisodeQuery, EpisodeStore, ErrorKind, Metadata, Namespace, PageRequest, TaskType,
    Timestamp, TursoStorage, Update,
};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};
use testkit::{JobResult, TempDb, Worker, WorkerCommand};

/// Records that all writers share.
const COUNTERS: usize = 4;

/// Updates of each task, when it does not go on for [`LONG`].
const UPDATES: u64 = 15;

/// How long writers go on when `MEMORY_LONG_TESTS` is set.
const LONG: Duration = Duration::from_secs(30);

type Failure = Box<dyn std::error::Error + Send + Sync>;

async fn counters(storage: &TursoStorage) -> Result<Vec<Arc<Episode>>, Failure> {
    let page = PageRequest::first(COUNTERS)?;
    let query = EpisodeQuery::default();
    Ok(storage.query_episodes(&query, &page).await?.items)
}

fn counted(counter: &Episode) -> u64 {
    counter.metadata.get("count").unwrap().parse().unwrap()
}

/// A counter that stands at `count`, from one that was read.
fn standing(mut counter: Episode, count: u64) -> Episode {
    let metadata = Metadata::new().with("count", count.to_string()).unwrap();
    let change = counter.edit(Timestamp::now(), |draft| draft.metadata = metadata);
    change.unwrap();
    counter
}

/// Counts one up, however often others were faster; the revision that this made.
async fn count_up(storage: &TursoStorage, which: &Episode) -> Result<u64, Failure> {
    loop {
        let read = storage.get_episode(&Namespace::default(), which.id).await?;
        let read = read.ok_or("a counter is gone")?;
        let next = standing((*read).clone(), counted(&read) + 1);
        match storage
            .update_episode(&Update::new(next, read.revision))
            .await
        {
            Ok(revision) => return Ok(revision.get()),
            Err(error) if error.kind() == ErrorKind::Conflict => {}
            Err(error) => return Err(error.into()),
        }
    }
}

/// One task: counts up one counter after the other, and says of each update what it made.
async fn count(storage: TursoStorage, first: u64) -> Result<Vec<String>, Failure> {
    let long = std::env::var_os("MEMORY_LONG_TESTS").is_some();
    let (start, all) = (Instant::now(), counters(&storage).await?);
    let mut made = Vec::new();
    for nth in 0.. {
        let over = if long {
            start.elapsed() >= LONG
        } else {
            nth >= UPDATES
        };
        if over {
            break;
        }
        let which = usize::try_from(first + nth)? % COUNTERS;
        let revision = count_up(&storage, &all[which]).await?;
        made.push(format!("{} {revision}", all[which].id));
    }
    Ok(made)
}

/// Counts in (1) tasks, the first of which has the number (2).
pub fn count_up_job(worker: &Worker) -> JobResult {
    let (tasks, first) = (worker.number(1)?, worker.number(2)?);
    let path = worker.arg(0).to_str().unwrap().to_owned();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let storage = TursoStorage::open(&path).await?;
        worker.wait_for_go();
        let running: Vec<_> = (first..first + tasks)
            .map(|nth| tokio::spawn(count(storage.clone(), nth)))
            .collect();
        for task in running {
            for line in task.await?.map_err(|error| error.to_string())? {
                worker.ack(line)?;
            }
        }
        Ok(())
    })
}

async fn new_counters(path: &Path) -> TursoStorage {
    let storage = TursoStorage::open(path.to_str().unwrap()).await.unwrap();
    for nth in 0..COUNTERS {
        let task_type = TaskType::new("count").unwrap();
        let counter = Episode::start(task_type, format!("{nth}"), Timestamp::now()).unwrap();
        storage.store_episode(&standing(counter, 0)).await.unwrap();
    }
    storage
}

async fn no_update_is_lost(processes: u64, tasks: u64) {
    let place = TempDb::new().unwrap();
    let storage = new_counters(place.path()).await;
    let start = |process: u64| {
        let command = WorkerCommand::new("count_up").arg(place.path());
        let command = command
            .arg(tasks.to_string())
            .arg((process * tasks).to_string());
        command.timeout(Duration::from_mins(3)).spawn().unwrap()
    };
    let mut children: Vec<_> = (0..processes).map(start).collect();
    for child in &mut children {
        child.go().unwrap();
    }
    let mut history: BTreeMap<String, Vec<u64>> = BTreeMap::new();
    for child in children {
        // Else a writer met an error other than Conflict, or never finished.
        let exit = child.wait().unwrap().finished().unwrap();
        for ack in &exit.acks {
            let (id, revision) = ack.split_once(' ').unwrap();
            let revision = revision.parse().unwrap();
            history.entry(id.to_owned()).or_default().push(revision);
        }
    }
    for counter in counters(&storage).await.unwrap() {
        let mut revisions = history.remove(&counter.id.to_string()).unwrap();
        revisions.sort_unstable();
        // A counter was stored as revision 1; each update made the next one, once.
        let made: Vec<u64> = (2..).take(revisions.len()).collect();
        assert_eq!(revisions, made, "an update was lost or doubled");
        assert_eq!(counted(&counter), made.len() as u64);
        assert_eq!(counter.revision.get(), made.len() as u64 + 1);
    }
    assert!(storage.check().await.unwrap().is_clean());
}

#[tokio::test]
async fn f40_thirty_two_writers_of_one_process_lose_no_update() {
    no_update_is_lost(1, 32).await;
}

#[tokio::test]
async fn f40_thirty_two_writers_of_eight_processes_lose_no_update() {
    no_update_is_lost(8, 4).await;
}
