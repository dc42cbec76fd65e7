use crate::StorageBackend;
use std::any::Any;
use std::fmt;
use std::future::poll_fn;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::Arc;
use std::task::Poll;

/// The backend that a case runs on.
pub type Backend = Arc<dyn StorageBackend>;

type Run = Pin<Box<dyn Future<Output = ()>>>;

/// One thing that every backend must do.
#[derive(Clone, Copy)]
pub struct Case {
    name: &'static str,
    run: fn(Backend) -> Run,
}

impl Case {
    pub(super) const fn new(name: &'static str, run: fn(Backend) -> Run) -> Self {
        Self { name, run }
    }

    /// What it says of the backend.
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// Runs it on `backend`, which must be empty.
    ///
    /// # Errors
    /// The message of its panic, when the backend does something else.
    pub async fn run(&self, backend: Backend) -> Result<(), String> {
        let mut run = (self.run)(backend);
        poll_fn(|context| {
            let poll = AssertUnwindSafe(|| run.as_mut().poll(context));
            match catch_unwind(poll) {
                Ok(poll) => poll.map(Ok),
                Err(panic) => Poll::Ready(Err(message(&*panic))),
            }
        })
        .await
    }
}

fn message(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    let text = text.or_else(|| panic.downcast_ref::<&str>().copied());
    text.unwrap_or("a panic without a message").to_owned()
}

impl fmt::Debug for Case {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Case").field(&self.name).finish()
    }
}

/// The cases with these names, which are functions from a backend to a future.
macro_rules! cases {
    ($($name:ident),* $(,)?) => {
        pub(super) const CASES: &[$crate::testing::conformance::Case] = &[$(
            $crate::testing::conformance::Case::new(
                stringify!($name),
                |backend| Box::pin($name(backend)),
            )
        ),*];
    };
}
pub(super) use cases;
