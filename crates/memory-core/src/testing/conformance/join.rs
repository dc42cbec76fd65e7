use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll};

/// A future that owns what it needs.
pub(super) type Task<T> = Pin<Box<dyn Future<Output = T>>>;

pub(super) fn task<T>(future: impl Future<Output = T> + 'static) -> Task<T> {
    Box::pin(future)
}

/// Runs `tasks` at the same time, as far as one thread can, and returns what they did.
pub(super) async fn join<T>(tasks: Vec<Task<T>>) -> Vec<T> {
    let mut tasks: Vec<_> = tasks.into_iter().map(|task| (Some(task), None)).collect();
    poll_fn(|context| {
        let mut ready = true;
        for (task, result) in &mut tasks {
            ready &= advance(task, result, context);
        }
        if ready {
            Poll::Ready(())
        } else {
            Poll::Pending
        }
    })
    .await;
    tasks.into_iter().filter_map(|(_, result)| result).collect()
}

/// Polls `task` unless it is done, and says whether it is.
fn advance<T>(
    task: &mut Option<Task<T>>,
    result: &mut Option<T>,
    context: &mut Context<'_>,
) -> bool {
    let Some(running) = task else { return true };
    match running.as_mut().poll(context) {
        Poll::Pending => false,
        Poll::Ready(value) => {
            (*task, *result) = (None, Some(value));
            true
        }
    }
}

/// Polls `task` this many times, or until it is done, and drops it.
pub(super) async fn abandon<T>(mut task: Task<T>, polls: usize) {
    let mut left = polls;
    poll_fn(|context| {
        if left == 0 || task.as_mut().poll(context).is_ready() {
            return Poll::Ready(());
        }
        left -= 1;
        // The task may never be woken again: come back by ourselves.
        context.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}
