//! Code of the application that runs when connections come and go.

use std::fmt;
use std::future::Future;
use std::pin::Pin;

use turso_conn::Result;

use crate::slot::Meta;

/// What a hook returns: a boxed future that may borrow the connection.
pub type HookFuture<'a> = Pin<Box<dyn Future<Output = Result<()>> + Send + 'a>>;

type Hook<Conn> = Box<dyn for<'a> Fn(&'a mut Conn, Meta) -> HookFuture<'a> + Send + Sync>;

/// The hooks of one pool, each absent unless set.
pub(crate) struct Hooks<Conn> {
    pub(crate) after_connect: Option<Hook<Conn>>,
    pub(crate) before_acquire: Option<Hook<Conn>>,
    pub(crate) after_release: Option<Hook<Conn>>,
}

impl<Conn> Default for Hooks<Conn> {
    fn default() -> Self {
        Self {
            after_connect: None,
            before_acquire: None,
            after_release: None,
        }
    }
}

impl<Conn> fmt::Debug for Hooks<Conn> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Hooks")
            .field("after_connect", &self.after_connect.is_some())
            .field("before_acquire", &self.before_acquire.is_some())
            .field("after_release", &self.after_release.is_some())
            .finish()
    }
}

/// Runs a hook if there is one.
pub(crate) async fn run<Conn>(
    hook: Option<&Hook<Conn>>,
    conn: &mut Conn,
    meta: Meta,
) -> Result<()> {
    match hook {
        Some(hook) => hook(conn, meta).await,
        None => Ok(()),
    }
}
