use std::sync::LazyLock;

use tokio::runtime::{Builder, Handle, Runtime};

use crate::{Error, ErrorKind, Result};

/// The threads that the fronts run on, the same for the whole process: a front
/// of one test may outlive that test's runtime, and blocking tests have none.
static RUNTIME: LazyLock<Option<Runtime>> = LazyLock::new(|| {
    Builder::new_multi_thread()
        .worker_threads(2)
        .thread_name("testkit-net")
        .enable_all()
        .build()
        .ok()
});

/// A handle to those threads.
pub(crate) fn handle() -> Result<Handle> {
    let runtime = RUNTIME.as_ref();
    runtime
        .map(|runtime| runtime.handle().clone())
        .ok_or_else(|| Error::new(ErrorKind::Io, "starting the threads of the fronts"))
}
