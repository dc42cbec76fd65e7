//! Servers for the tests of what speaks HTTP: a real `sqld`, a fault proxy
//! before it, and a scripted server with nothing behind it.
//!
//! [`Sqld`] is the real server; [`Sqld::shared`] is one for the whole test
//! process, and each [`Database`] of it is fresh. [`Proxy`] stands before any
//! HTTP server: it simulates round trips and handshakes, speaks TLS, checks a
//! token, counts ([`Counts`]) and lets each request meet an [`Action`].
//! [`Scripted`] is the same with a function or [`Transcript`]s behind it.
//! What all of them share is the [`Front`].
//!
//! Fronts run on threads of their own, so that they serve blocking tests,
//! benches, and runtimes of any kind. A paused clock is for
//! [`Front::connect`] only: the clock of the threads cannot be paused, nor can
//! that of the real server.

mod action;
mod ask;
mod backend;
mod binary;
mod clock;
mod conn;
mod counts;
mod database;
mod decode;
mod elsewhere;
mod forward;
mod front;
mod knobs;
mod launch;
mod message;
mod namespace;
mod place;
mod port;
mod proxy;
mod replay;
mod reply;
mod runtime;
mod scripted;
mod shared;
mod sqld;
mod target;
mod tls;
mod transcript;
mod transport;
mod turn;
mod watchdog;

pub use action::Action;
pub use counts::Counts;
pub use database::Database;
pub use decode::{
    Condition, Pipeline, Request, Statement, Step, decode_pipeline_request_json,
    decode_pipeline_request_protobuf,
};
pub use front::Front;
pub use message::Message;
pub use proxy::Proxy;
pub use scripted::Scripted;
pub use sqld::Sqld;
pub use tls::{Certificate, Tls};
pub use transcript::Transcript;
