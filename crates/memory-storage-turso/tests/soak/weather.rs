//! What a server and the network do meanwhile.

use crate::{dice, plan::Plan};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;
use testkit::Dice;
use testkit::net::{Action, Message, Proxy, Sqld};

/// A server behind a proxy that lets things go wrong.
pub struct Server {
    pub sqld: Sqld,
    pub proxy: Proxy,
}

/// How often each kind of trouble came.
#[derive(Debug, Default)]
pub struct Seen {
    pub spells: u64,
    pub restarts: u64,
}

impl Server {
    /// One trouble after the other, until it is over; then none.
    pub fn trouble(&self, plan: &Plan, over: &AtomicBool) -> Seen {
        let mut dice = dice(plan.seed, &[11]);
        let mut seen = Seen::default();
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        while !over.load(Ordering::SeqCst) {
            seen.spells += 1;
            seen.restarts += u64::from(self.change(&mut dice, &runtime));
            let spell = if plan.is_long() {
                dice.between(200, 2_000)
            } else {
                dice.between(20, 150)
            };
            thread::sleep(Duration::from_millis(spell));
            self.calm();
            thread::sleep(Duration::from_millis(dice.between(0, spell)));
        }
        seen
    }

    /// Lets one thing go wrong; whether it was a restart.
    fn change(&self, dice: &mut Dice, runtime: &tokio::runtime::Runtime) -> bool {
        match dice.below(9) {
            0 | 1 => {
                let time = Duration::from_millis(dice.between(1, 40));
                self.proxy.set_round_trip(time);
            }
            2 => self.some(dice, 15, |_| Action::CloseAfterForward),
            3 => self.some(dice, 30, |dice| {
                Action::retry_after(429, u32::try_from(dice.below(2)).unwrap())
            }),
            4 => self.some(dice, 30, |_| Action::status(503, "later")),
            5 => self.some(dice, 10, |dice| {
                Action::Truncate(usize::try_from(dice.below(300)).unwrap())
            }),
            6 => self.some(dice, 10, |_| Action::Reset),
            7 => runtime.block_on(self.proxy.cut()),
            _ => {
                if dice.percent(50) {
                    self.sqld.kill();
                }
                self.sqld.restart().unwrap();
                return true;
            }
        }
        false
    }

    /// Lets `percent` of the requests meet `action`.
    fn some(
        &self,
        dice: &mut Dice,
        percent: u64,
        action: impl Fn(&mut Dice) -> Action + Send + 'static,
    ) {
        let mut dice = Dice::new(dice.bits());
        self.proxy.script(move |_: &Message| {
            if dice.percent(percent) {
                action(&mut dice)
            } else {
                Action::Forward
            }
        });
    }

    fn calm(&self) {
        self.proxy.clear();
        self.proxy.set_round_trip(Duration::ZERO);
    }
}
