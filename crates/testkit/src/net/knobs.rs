use std::collections::VecDeque;
use std::fmt;
use std::time::Duration;

use super::{Action, Message, Tls};

/// Most requests that are kept.
pub(crate) const KEPT_MAX: usize = 4096;

type Script = Box<dyn FnMut(&Message) -> Action + Send>;

/// What a test may turn while a front runs.
#[derive(Default)]
pub(crate) struct Knobs {
    pub(crate) round_trip: Duration,
    pub(crate) handshake: Duration,
    pub(crate) tls: Option<Tls>,
    pub(crate) token: Option<String>,
    pub(crate) next: VecDeque<Action>,
    pub(crate) script: Option<Script>,
    pub(crate) keep: bool,
    pub(crate) kept: VecDeque<Message>,
}

impl Knobs {
    /// What this request meets: the queue first, then the script.
    pub(crate) fn choose(&mut self, request: &Message) -> Action {
        if let Some(action) = self.next.pop_front() {
            return action;
        }
        let script = self.script.as_mut();
        script.map_or(Action::Forward, |script| script(request))
    }

    /// Keeps the request if it was asked for; the oldest makes room.
    pub(crate) fn record(&mut self, request: &Message) {
        if self.keep {
            if self.kept.len() >= KEPT_MAX {
                self.kept.pop_front();
            }
            self.kept.push_back(request.clone());
        }
    }

    /// Whether the request carries the token that is asked for.
    pub(crate) fn admits(&self, request: &Message) -> bool {
        let Some(token) = &self.token else {
            return true;
        };
        request.header("authorization") == Some(&format!("Bearer {token}"))
    }
}

impl fmt::Debug for Knobs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Knobs")
            .field("round_trip", &self.round_trip)
            .field("handshake", &self.handshake)
            .field("next", &self.next)
            .finish_non_exhaustive()
    }
}
