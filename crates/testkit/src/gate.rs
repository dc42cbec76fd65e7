use tokio::sync::watch;

/// A place where calls wait until a test lets them go on.
///
/// Needs no runtime. Clones are the same gate.
#[derive(Debug, Clone)]
pub struct Gate {
    state: watch::Sender<State>,
}

#[derive(Debug, Clone, Copy, Default)]
struct State {
    arrived: usize,
    open: bool,
}

impl Default for Gate {
    fn default() -> Self {
        Self::new()
    }
}

impl Gate {
    /// A closed gate.
    pub fn new() -> Self {
        Self {
            state: watch::Sender::new(State::default()),
        }
    }

    /// Lets everybody through, from now on for ever.
    pub fn open(&self) {
        self.state.send_modify(|state| state.open = true);
    }

    /// Arrives, and waits until the gate is open.
    ///
    /// # Cancellation
    ///
    /// The arrival stays counted.
    pub async fn pass(&self) {
        self.state.send_modify(|state| state.arrived += 1);
        self.wait_for(|state| state.open).await;
    }

    /// Waits until so many have arrived since the gate was made.
    pub async fn arrived(&self, count: usize) {
        self.wait_for(|state| state.arrived >= count).await;
    }

    async fn wait_for(&self, condition: impl FnMut(&State) -> bool) {
        // It cannot fail: the sender is `self`.
        let _ = self.state.subscribe().wait_for(condition).await;
    }
}
