use std::io;
use std::ops::Deref;
use std::sync::Arc;

use async_trait::async_trait;

use super::backend::Backend;
use super::knobs::Knobs;
use super::replay::Replay;
use super::{Front, Message, Transcript};
use crate::Result;

type Answer = Arc<dyn Fn(&Message) -> Message + Send + Sync>;

/// A server with nothing behind it: a function answers.
///
/// Over [`connect`](Front::connect) it runs in the caller's runtime under the
/// caller's clock, so that deadlines can be tested with the clock paused; at
/// its [`url`](Front::url) it runs on threads of its own, in real time.
#[derive(Debug)]
pub struct Scripted {
    front: Front,
}

impl Scripted {
    /// Answers by `answer`, unless a request meets something else.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Io`](crate::ErrorKind::Io) when no port can be had.
    pub fn new(answer: impl Fn(&Message) -> Message + Send + Sync + 'static) -> Result<Self> {
        let answer: Answer = Arc::new(answer);
        let backends = move || Box::new(Function(Arc::clone(&answer))) as Box<dyn Backend>;
        let front = Front::start(Knobs::default(), Box::new(backends))?;
        Ok(Self { front })
    }

    /// Answers each recorded request as the real server did, in JSON and in
    /// Protobuf, whatever the request came in.
    ///
    /// Two requests are the same when they mean the same: the order of keys
    /// and defaults that are left out do not count. What was recorded more
    /// than once is answered in the order of the records, the last of them for
    /// ever. Requests that were not recorded are answered 404, with a body
    /// that says so.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Io`](crate::ErrorKind::Io) when no port can be had.
    pub fn replaying(transcripts: Vec<Transcript>) -> Result<Self> {
        let replay = Replay::new(transcripts);
        Self::new(move |request| replay.answer(request))
    }
}

impl Deref for Scripted {
    type Target = Front;

    fn deref(&self) -> &Front {
        &self.front
    }
}

struct Function(Answer);

#[async_trait]
impl Backend for Function {
    async fn answer(&mut self, request: &Message) -> io::Result<Message> {
        Ok((self.0)(request))
    }
}
