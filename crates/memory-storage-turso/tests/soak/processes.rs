//! The processes, of which some are killed and come again.

use crate::dice;
use crate::plan::{Length, Plan};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};
use testkit::{Child, Dice, Kill, WorkerCommand};

/// What a process that has done enough may still need: its last calls wait for success.
const GRACE: Duration = Duration::from_mins(3);

/// The longest life of a process that is to be killed.
const LIFE_MAX: Duration = Duration::from_secs(15);

/// Everything that runs, seen from outside.
pub struct Processes {
    plan: Plan,
    location: String,
    folder: PathBuf,
    began: Instant,
    /// The process of each slot; 0 when there is none.
    ids: Vec<AtomicU32>,
    running: AtomicU64,
    pub killed: AtomicU64,
}

impl Processes {
    /// None yet; `folder` is where the histories will be.
    pub fn new(plan: Plan, location: &str, folder: &Path) -> Self {
        Self {
            plan,
            location: location.to_owned(),
            folder: folder.to_owned(),
            began: Instant::now(),
            ids: (0..plan.processes).map(|_| AtomicU32::new(0)).collect(),
            running: AtomicU64::new(plan.processes),
            killed: AtomicU64::new(0),
        }
    }

    /// Runs all of them to their end, and `meanwhile` with each tick of a clock.
    pub fn run(&self, every: Duration, mut meanwhile: impl FnMut()) {
        thread::scope(|scope| {
            for slot in 0..self.plan.processes {
                scope.spawn(move || self.keep(slot));
            }
            while self.running.load(Ordering::SeqCst) > 0 {
                meanwhile();
                thread::sleep(every);
            }
        });
    }

    /// The processes of the slots that are never killed.
    pub fn lasting(&self) -> impl Iterator<Item = (usize, u32)> {
        let ids = self.ids.iter().enumerate();
        let ids = ids.map(|(slot, id)| (slot, id.load(Ordering::SeqCst)));
        ids.filter(|(slot, id)| !is_killed(*slot as u64) && *id > 0)
    }

    /// The histories, each slot's in the order of its lives.
    pub fn histories(&self) -> Vec<PathBuf> {
        let of_slot = |slot| {
            let lives = (0..).map(move |life| self.history(slot, life));
            lives.take_while(|path| path.exists())
        };
        (0..self.plan.processes).flat_map(of_slot).collect()
    }

    fn history(&self, slot: u64, life: u64) -> PathBuf {
        self.folder.join(format!("history-{slot}-{life}"))
    }

    /// One life after the other, until one comes to its end by itself.
    fn keep(&self, slot: u64) {
        // Counted down even if this panics: the others wait for it.
        let _done = Done(&self.running);
        let mut dice = dice(self.plan.seed, &[7, slot]);
        for life in 0.. {
            let child = self.start(slot, life);
            self.ids[usize::try_from(slot).unwrap()].store(child.id(), Ordering::SeqCst);
            let exit = match self.fate(slot, life, &mut dice) {
                Some(kill) => child.kill(kill).unwrap(),
                None => child.wait().unwrap(),
            };
            self.ids[usize::try_from(slot).unwrap()].store(0, Ordering::SeqCst);
            if !exit.was_killed() {
                exit.finished().unwrap();
                return;
            }
            self.killed.fetch_add(1, Ordering::SeqCst);
        }
    }

    /// When a process is killed, if it is.
    fn fate(&self, slot: u64, life: u64, dice: &mut Dice) -> Option<Kill> {
        if !is_killed(slot) {
            return None;
        }
        match self.plan.length {
            Length::Operations(_) => (life == 0).then_some(Kill::AfterAcks(2)),
            Length::Time(time) => {
                let left = time.saturating_sub(self.began.elapsed());
                let percent = u32::try_from(dice.between(5, 100)).unwrap();
                let life = LIFE_MAX * percent / 100;
                (life < left).then_some(Kill::After(life))
            }
        }
    }

    fn start(&self, slot: u64, life: u64) -> Child {
        let (operations, time) = match self.plan.length {
            Length::Operations(operations) => (operations, GRACE),
            Length::Time(time) => (u64::MAX, time.saturating_sub(self.began.elapsed())),
        };
        let numbers = [
            self.plan.seed,
            slot,
            life,
            self.plan.tasks,
            operations,
            u64::try_from(time.as_millis()).unwrap(),
        ];
        let command = WorkerCommand::new("soak")
            .arg(&self.location)
            .arg(self.history(slot, life));
        let command = numbers
            .iter()
            .fold(command, |command, number| command.arg(number.to_string()));
        command.timeout(time + GRACE).spawn().unwrap()
    }
}

/// Every third process is killed now and then.
fn is_killed(slot: u64) -> bool {
    slot % 3 == 1
}

struct Done<'a>(&'a AtomicU64);

impl Drop for Done<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}
