//! Servers for the tests of what speaks HTTP: a real `sqld`, a fault proxy
//! before it, and a scripted server with nothing behind it.
//!
//! [`Sqld`] is the real server; [`Sqld::shared`] is one for the whole test
//! process, and each [`Database`] of it is fresh. [`Proxy`] stands before any
//! HTTP server: it simulates round trips and handshakes, speaks TLS, checks a
//! token, counts ([`Counts`]) and lets each request meet an [`Action`].
//! Every front runs on threads of its own, so that it serves blocking tests,
//! benches, and runtimes of any kind.

mod action;
mod ask;
mod backend;
mod binary;
mod conn;
mod counts;
mod database;
mod forward;
mod front;
mod knobs;
mod launch;
mod message;
mod port;
mod proxy;
mod runtime;
mod shared;
mod sqld;
mod transport;
mod watchdog;

pub use action::Action;
pub use counts::Counts;
pub use database::Database;
pub use front::Front;
pub use message::Message;
pub use proxy::Proxy;
pub use sqld::Sqld;
