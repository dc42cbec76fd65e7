//! The run itself, and what is made of it.

use crate::plan::{Length, Plan};
use crate::processes::Processes;
use crate::resources::{Record, Sample, sample};
use crate::shared;
use crate::verdict::Verdict;
use crate::weather::{Seen, Server};
use memory_storage_turso::TursoStorage;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};
use testkit::TempDb;

/// Looks at the processes in one run.
const LOOKS: u32 = 200;

/// How long the connections of processes that are gone may stay open.
const PATIENCE: Duration = Duration::from_secs(10);

/// Runs all processes on one database, with trouble if there is a server, and compares.
pub fn run(plan: &Plan, location: &str, server: Option<&Server>) {
    println!("seed {}: {plan:?} on {}", plan.seed, what(server));
    let folder = TempDb::new().unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        let storage = TursoStorage::open(location).await.unwrap();
        shared::create(&storage, plan.tasks).await;
    });
    let processes = Processes::new(*plan, location, folder.path().parent().unwrap());
    let began = Instant::now();
    let (record, seen) = watch(plan, &processes, server);
    let elapsed = began.elapsed();
    let mut verdict = Verdict::over(&processes.histories());
    if plan.is_long() {
        record
            .complaints()
            .into_iter()
            .for_each(|c| verdict.complain(c));
    }
    runtime.block_on(async {
        if let Some(server) = server {
            let closed = server.proxy.until(|counts| counts.open == 0);
            if tokio::time::timeout(PATIENCE, closed).await.is_err() {
                verdict.complain(format!("connections are left: {:?}", server.proxy.counts()));
            }
        }
        let storage = TursoStorage::open(location).await.unwrap();
        verdict.compare(&storage, plan.tasks).await;
    });
    let killed = processes.killed.load(Ordering::SeqCst);
    println!(
        "{} calls in {elapsed:.1?}, {} without a known outcome at first, refused {:?}; \
         {killed} processes killed, {} troubles with {} restarts",
        verdict.done, verdict.unknown, verdict.refused, seen.spells, seen.restarts
    );
    record.print();
    let complaints = verdict.complaints();
    assert!(verdict.done > 0, "nothing was done");
    assert!(complaints.is_empty(), "seed {}:\n{complaints}", plan.seed);
}

fn what(server: Option<&Server>) -> &'static str {
    match server {
        Some(_) => "a server in trouble",
        None => "a file",
    }
}

/// Lets the processes run, with trouble beside them, and looks at what they hold.
fn watch(plan: &Plan, processes: &Processes, server: Option<&Server>) -> (Record, Seen) {
    let every = match plan.length {
        Length::Operations(_) => Duration::from_millis(50),
        Length::Time(time) => time / LOOKS,
    };
    let over = AtomicBool::new(false);
    let mut record = Record::default();
    let seen = thread::scope(|scope| {
        let trouble = server.map(|server| scope.spawn(|| server.trouble(plan, &over)));
        let _over = Over(&over);
        processes.run(every, || {
            for (slot, id) in processes.lasting() {
                record.add(&format!("process {slot}"), sample(id));
            }
            if let Some(server) = server {
                let open = server.proxy.counts().open;
                let server = server.sqld.id().and_then(sample);
                record.add("server", server.map(|s| Sample { files: open, ..s }));
            }
        });
        over.store(true, Ordering::SeqCst);
        trouble.map(|trouble| trouble.join().unwrap())
    });
    (record, seen.unwrap_or_default())
}

/// Ends the trouble even when a process panics.
struct Over<'a>(&'a AtomicBool);

impl Drop for Over<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::SeqCst);
    }
}
