use std::collections::HashSet;
use std::fmt::Debug;
use std::hash::{BuildHasher, Hash, RandomState};

/// Something that can go on in several ways.
pub(super) trait Machine: Hash + Sized {
    /// One step of one of its processes.
    type Step: Copy + Debug;

    /// The steps that are possible now.
    fn steps(&self) -> Vec<Self::Step>;

    /// What comes of a step, or what is wrong with it.
    fn after(&self, step: Self::Step) -> Result<Self, String>;

    /// What is wrong with stopping here, where no step is possible.
    fn at_rest(&self) -> Result<(), String>;
}

/// The states that were seen, or the steps that lead to a fault.
pub(super) type Outcome = Result<usize, String>;

/// A state, the steps not gone from it yet, and the step that led to it.
type Visit<M> = (M, Vec<<M as Machine>::Step>, Option<<M as Machine>::Step>);

/// What states are known by: 128 bits of hash, drawn anew for each run. Among a billion states two are
/// taken for one with a chance of less than one in 10^20, and states themselves would not fit.
struct Names([RandomState; 2]);

impl Names {
    fn name(&self, state: &impl Hash) -> [u64; 2] {
        self.0.each_ref().map(|hasher| hasher.hash_one(state))
    }
}

/// Goes through every order of steps. States that were seen before are not
/// gone on from again, which leaves nothing out: what can follow depends on
/// the state alone.
pub(super) fn explore<M: Machine>(start: M) -> Outcome {
    let names = Names([RandomState::new(), RandomState::new()]);
    let mut seen = HashSet::from([names.name(&start)]);
    let steps = start.steps();
    let mut path: Vec<Visit<M>> = vec![(start, steps, None)];
    while let Some((machine, steps, _)) = path.last_mut() {
        let Some(step) = steps.pop() else {
            path.pop();
            continue;
        };
        let next = machine.after(step).and_then(|next| {
            let steps = next.steps();
            if steps.is_empty() {
                next.at_rest()
            } else {
                Ok(())
            }
            .map(|()| (next, steps))
        });
        let (next, steps) = next.map_err(|fault| story(&path, step, &fault))?;
        if seen.insert(names.name(&next)) {
            path.push((next, steps, Some(step)));
        }
    }
    Ok(seen.len())
}

fn story<M: Machine>(path: &[Visit<M>], last: M::Step, fault: &str) -> String {
    let steps = path.iter().filter_map(|(_, _, step)| *step);
    let lines = steps.chain([last]).map(|step| format!("  {step:?}\n"));
    format!("{fault}, after\n{}", lines.collect::<String>())
}
