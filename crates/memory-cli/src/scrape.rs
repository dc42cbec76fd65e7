//! The figures of this process over HTTP, for Prometheus.

use crate::error::{Error, Result};
use memory_storage_turso::Observe;
use memory_storage_turso::metrics::{Figures, Prometheus};
use std::io::{self, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

/// Most bytes of a request that are read.
const REQUEST_BYTES_MAX: usize = 8_192;

/// The longest time for a client to ask, and to take the answer.
const PATIENCE: Duration = Duration::from_secs(2);

/// How often observations are sorted into their buckets when nobody asks.
const UPKEEP: Duration = Duration::from_secs(5);

type Watched = Arc<OnceLock<Box<dyn Observe + Send + Sync>>>;

/// Serves `/metrics` on a thread of its own until the process ends, to one client at a time.
#[derive(Clone)]
pub(crate) struct Scrape {
    watched: Watched,
}

impl Scrape {
    /// Listens at `address`, if there is one. To be called before the database is opened.
    pub(crate) fn listen(address: Option<SocketAddr>) -> Result<Self> {
        let watched = Watched::default();
        if let Some(address) = address {
            let refused = || Error::failed(format!("cannot listen at {address}"));
            let listener = TcpListener::bind(address).map_err(|e| refused().because(e))?;
            let prometheus = Prometheus::install().map_err(|e| refused().because(e))?;
            let (of_thread, upkeep) = (Arc::clone(&watched), prometheus.clone());
            std::thread::spawn(move || serve(&listener, &prometheus, &of_thread));
            std::thread::spawn(move || {
                loop {
                    std::thread::sleep(UPKEEP);
                    upkeep.upkeep();
                }
            });
        }
        Ok(Self { watched })
    }

    /// Tells the figures of `storage` from now on, beside what reports itself.
    pub(crate) fn watch(&self, storage: impl Observe + Send + Sync + 'static) {
        // Only the first storage of a process is watched; there is one.
        let _ = self.watched.set(Box::new(storage));
    }
}

fn serve(listener: &TcpListener, prometheus: &Prometheus, watched: &Watched) {
    let figures = Figures::new();
    for stream in listener.incoming().flatten() {
        if let Some(storage) = watched.get() {
            storage.performance().report(&figures);
        }
        // A client that went away is not missed.
        let _ = answer(stream, prometheus);
    }
}

fn answer(mut stream: TcpStream, prometheus: &Prometheus) -> io::Result<()> {
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    let mut request = Vec::new();
    let mut part = [0; 1_024];
    while !request.windows(4).any(|end| end == b"\r\n\r\n") {
        let read = stream.read(&mut part)?;
        if read == 0 || request.len() > REQUEST_BYTES_MAX {
            return Ok(());
        }
        request.extend(part.iter().take(read));
    }
    let (status, body) = if request.starts_with(b"GET /metrics ") {
        ("200 OK", prometheus.render())
    } else {
        ("404 Not Found", "see /metrics\n".to_owned())
    };
    write!(
        stream,
        "HTTP/1.1 {status}\r\nContent-Type: text/plain; version=0.0.4\r\n\
         Content-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    )
}
