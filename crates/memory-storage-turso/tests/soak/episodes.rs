//! Episodes that can be made again from their numbers alone.

use crate::dice;
use memory_storage_turso::{
    Episode, EpisodeDraft, EpisodeId, ExternalId, Namespace, Tag, TaskType, Timestamp,
};
use serde::{Deserialize, Serialize};
use std::fmt;

/// When the first episode began.
const EPOCH_MICROS: i64 = 1_700_000_000_000_000;

/// A task of one life of one process.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Owner {
    /// The place of the process among the others.
    pub slot: u64,
    /// How many processes were there before.
    pub life: u64,
    pub task: u64,
}

impl fmt::Display for Owner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.slot, self.life, self.task)
    }
}

impl Owner {
    /// Only the owner writes here.
    pub fn namespace(self) -> Namespace {
        Namespace::new(format!("own {self}")).unwrap()
    }

    /// The id of its episode `number`.
    pub fn id(self, number: u32) -> EpisodeId {
        let mut dice = dice(0, &[self.slot, self.life, self.task, number.into()]);
        let mut bytes = [0; 16];
        bytes[..8].copy_from_slice(&dice.bits().to_be_bytes());
        bytes[8..].copy_from_slice(&dice.bits().to_be_bytes());
        EpisodeId::from_bytes(bytes)
    }

    /// Episode `number` as its writer's attempt `attempt` wanted it.
    pub fn episode(self, number: u32, attempt: u32) -> Episode {
        let began = Timestamp::from_micros(EPOCH_MICROS + i64::from(number)).unwrap();
        let mut draft = EpisodeDraft::new(
            TaskType::new("soak").unwrap(),
            format!("{number} by attempt {attempt}"),
            began,
        );
        draft.namespace = self.namespace();
        draft.id = self.id(number);
        draft.external_id = Some(ExternalId::new(number.to_string()).unwrap());
        draft.tags = [Tag::new(format!("t{}", number % 3)).unwrap()].into();
        draft
            .metadata
            .insert("attempt", attempt.to_string())
            .unwrap();
        draft.reflections = vec![self.text(number, attempt)];
        draft.finish().unwrap()
    }

    /// Some text, and sometimes much of it.
    fn text(self, number: u32, attempt: u32) -> String {
        let mut dice = dice(1, &[self.slot, self.task, number.into(), attempt.into()]);
        let words = if dice.percent(3) {
            dice.between(1_000, 4_000)
        } else {
            dice.between(10, 200)
        };
        let words = (0..words).map(|_| format!("{:x}", dice.bits() >> 40));
        words.collect::<Vec<_>>().join(" ")
    }
}
