//! What the workers of these tests do.

use std::io::Write as _;

use testkit::{Job, JobResult, Worker, WorkerCommand};

pub(crate) const ALL: &[(&str, Job)] = &[
    ("count", count),
    ("count_on_go", count_on_go),
    ("hang", hang),
    ("fail", fail),
    ("chatter", chatter),
    ("half_an_ack", half_an_ack),
    ("open_files", open_files),
    ("environment", environment),
    ("parent_that_dies", parent_that_dies),
];

fn count(worker: &Worker) -> JobResult {
    for number in 0..worker.number(0)? {
        worker.ack(number)?;
    }
    Ok(())
}

fn count_on_go(worker: &Worker) -> JobResult {
    worker.wait_for_go();
    count(worker)
}

fn hang(worker: &Worker) -> JobResult {
    worker.ack("before")?;
    worker.wait_for_go();
    Ok(())
}

fn fail(worker: &Worker) -> JobResult {
    worker.ack("one")?;
    Err("the reason".into())
}

/// More on both outputs than a pipe holds, and no UTF-8.
fn chatter(worker: &Worker) -> JobResult {
    let noise = [&[b'x'; 1000][..], b"\xff\n"].concat();
    for _ in 0..1000 {
        std::io::stderr().write_all(&noise)?;
        std::io::stdout().write_all(&noise)?;
    }
    worker.ack("two\nlines")?;
    Ok(())
}

fn half_an_ack(worker: &Worker) -> JobResult {
    worker.ack("whole")?;
    std::io::stdout().write_all(b"ack ha")?;
    std::io::stdout().flush()?;
    Ok(())
}

/// Opens files until it may open no more.
fn open_files(worker: &Worker) -> JobResult {
    let this = std::env::current_exe()?;
    let open: Vec<_> = (0..100)
        .map_while(|_| std::fs::File::open(&this).ok())
        .collect();
    worker.ack(open.len())?;
    Ok(())
}

fn environment(worker: &Worker) -> JobResult {
    worker.ack(std::env::var(worker.arg(0))?)?;
    worker.ack(worker.arg(1).display())?;
    Ok(())
}

/// Starts a worker of its own, tells its id, and is then gone without a word.
fn parent_that_dies(worker: &Worker) -> JobResult {
    let mut child = WorkerCommand::new("hang").spawn()?;
    child.wait_for_acks(1)?;
    worker.ack(child.id())?;
    worker.wait_for_go();
    std::process::abort();
}
