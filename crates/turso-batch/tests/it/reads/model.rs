//! Whatever happens in whatever order: everybody who stays is answered, with his own answer.

use std::time::Duration;

use proptest::prelude::*;
use turso_batch::GroupRead;
use turso_conn::ErrorKind;

use super::lender::{Asking, BAD, Lender, ask};
use crate::fake::settle;

#[derive(Clone, Debug)]
enum Move {
    Ask {
        many: usize,
        bad: bool,
    },
    /// The caller at this place goes away.
    Leave(prop::sample::Index),
    /// So many requests are answered.
    Answer(usize),
    /// The next to get a connection gets none.
    Refuse,
    Settle,
}

fn moves() -> impl Strategy<Value = Vec<Move>> {
    let one = prop_oneof![
        4 => (1..20_usize, any::<bool>()).prop_map(|(many, bad)| Move::Ask { many, bad }),
        2 => any::<prop::sample::Index>().prop_map(Move::Leave),
        3 => (1..4_usize).prop_map(Move::Answer),
        1 => Just(Move::Refuse),
        3 => Just(Move::Settle),
    ];
    prop::collection::vec(one, 1..40)
}

async fn play(connections: usize, moves: Vec<Move>) {
    let lender = Lender::gated(connections);
    let reads = GroupRead::new(lender.clone());
    let mut tasks: Vec<(String, Asking)> = Vec::new();
    let (mut asked, mut refusals) = (0, 0);
    for one in moves {
        match one {
            Move::Ask { many, bad } => {
                for nth in 0..many {
                    let bad = bad && nth == 0;
                    let text = if bad { BAD.into() } else { format!("{asked}") };
                    tasks.push((text.clone(), ask(&reads, text)));
                    asked += 1;
                }
            }
            Move::Leave(at) if !tasks.is_empty() => {
                let (_, task) = tasks.remove(at.index(tasks.len()));
                task.abort();
            }
            Move::Leave(_) => {}
            Move::Answer(requests) => lender.go(requests),
            Move::Refuse => {
                lender.refuse([ErrorKind::Busy]);
                refusals += 1;
            }
            Move::Settle => settle().await,
        }
    }
    lender.go(100_000);
    let mut refused = 0;
    for (text, task) in tasks {
        match task.await.unwrap() {
            Ok(answer) => assert_eq!(answer, text),
            Err(ErrorKind::Misuse) => assert_eq!(text, BAD),
            Err(kind) => {
                assert_eq!(kind, ErrorKind::Busy);
                refused += 1;
            }
        }
    }
    assert!(refused <= 16 * refusals);
    settle().await;
    let stats = reads.stats();
    assert_eq!(stats.queued, 0);
    let requests = lender.asked();
    assert!(requests.iter().all(|texts| texts.len() <= 16));
    let texts = requests.iter().flatten().count() as u64;
    assert!(texts <= stats.alone + stats.grouped);
}

proptest! {
    #[test]
    fn everybody_who_stays_is_answered(connections in 1..4_usize, moves in moves()) {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .start_paused(true)
            .build()
            .unwrap();
        runtime.block_on(async {
            let played = play(connections, moves);
            // Virtual time: it passes only when nothing can move any more.
            tokio::time::timeout(Duration::from_hours(1), played).await.unwrap();
        });
    }
}
