//! Messages over streams that split and merge bytes as they like, and peers that lie.

use std::future::poll_fn;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use proptest::prelude::*;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use turso_compression::{CompressedTransport, Config, ErrorKind, HEADER_LEN, Packer};

use crate::samples::Random;

/// A stream that moves as many bytes at a time as its dice say, and is not ready now and then.
struct Choppy<T> {
    io: T,
    dice: Random,
    most: usize,
}

impl<T> Choppy<T> {
    fn new(io: T, seed: u64, most: usize) -> Self {
        let dice = Random(seed);
        Self { io, dice, most }
    }

    /// How many bytes may move, or none this time.
    fn chance(&mut self, cx: &Context<'_>) -> Option<usize> {
        if self.dice.below(4) == 0 {
            cx.waker().wake_by_ref();
            return None;
        }
        Some(1 + self.dice.below(self.most))
    }
}

impl<T: AsyncRead + Unpin> AsyncRead for Choppy<T> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let Some(n) = self.chance(cx) else {
            return Poll::Pending;
        };
        let mut part = buf.take(n);
        let read = Pin::new(&mut self.io).poll_read(cx, &mut part);
        let filled = part.filled().len();
        let piece = part.filled().to_vec();
        buf.put_slice(&piece[..filled]);
        read
    }
}

impl<T: AsyncWrite + Unpin> AsyncWrite for Choppy<T> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        let Some(n) = self.chance(cx) else {
            return Poll::Pending;
        };
        Pin::new(&mut self.io).poll_write(cx, &buf[..n.min(buf.len())])
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_shutdown(cx)
    }
}

fn block_on<F: Future>(future: F) -> F::Output {
    tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap()
        .block_on(future)
}

fn message() -> impl Strategy<Value = Vec<u8>> {
    let text = (any::<u64>(), 0..3_000_usize).prop_map(|(seed, len)| Random(seed).text(len));
    prop_oneof![proptest::collection::vec(any::<u8>(), 0..400), text]
}

/// Polls `future` that often, and drops it if it is not done by then.
async fn give_up_after<F: Future>(polls: usize, future: F) -> Option<F::Output> {
    let mut future = std::pin::pin!(future);
    let mut left = polls;
    poll_fn(move |cx| match future.as_mut().poll(cx) {
        Poll::Ready(output) => Poll::Ready(Some(output)),
        Poll::Pending if left == 0 => Poll::Ready(None),
        Poll::Pending => {
            left -= 1;
            Poll::Pending
        }
    })
    .await
}

/// Calls and gives up, again and again, until a call gets through.
async fn recv<T: AsyncRead + Unpin>(
    from: &mut CompressedTransport<T>,
    dice: &mut Random,
) -> Option<Vec<u8>> {
    loop {
        if let Some(received) = give_up_after(dice.below(4), from.recv()).await {
            return received.unwrap();
        }
        // The sender has its turn only if this future is not ready.
        tokio::task::yield_now().await;
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn messages_arrive_as_sent_however_bytes_are_split_and_calls_are_cancelled(
        messages in proptest::collection::vec(message(), 0..12),
        seed: u64, most in 1..2_000_usize, pipe in 1..3_000_usize,
    ) {
        let (near, far) = tokio::io::duplex(pipe);
        let mut sender = CompressedTransport::new(Choppy::new(near, seed, most), Packer::default());
        let mut receiver = CompressedTransport::new(Choppy::new(far, !seed, most), Packer::default());
        let sending = async {
            let mut dice = Random(seed ^ 1);
            for message in &messages {
                // A message whose call was given up is on its way all the same.
                if let Some(sent) = give_up_after(dice.below(4), sender.send(message)).await {
                    sent.unwrap();
                }
            }
            sender.finish().await.unwrap();
        };
        let receiving = async {
            let (mut dice, mut received) = (Random(seed ^ 2), Vec::new());
            while let Some(message) = recv(&mut receiver, &mut dice).await {
                received.push(message);
            }
            received
        };
        let ((), received) = block_on(async { tokio::join!(sending, receiving) });
        prop_assert_eq!(received, messages);
    }

    /// Whatever a peer sends: messages, or an error, and an end to it.
    #[test]
    fn f24_any_bytes_end_in_an_answer(bytes: Vec<u8>) {
        let mut receiver = CompressedTransport::new(bytes.as_slice(), Packer::default());
        let error = block_on(async {
            loop {
                match receiver.recv().await {
                    Ok(None) => return None,
                    Ok(Some(_)) => {}
                    Err(error) if error.kind() == ErrorKind::Corrupt && receiver.get_ref().is_empty() => return None,
                    Err(error) => return Some(error.kind()),
                }
            }
        });
        let expected = [None, Some(ErrorKind::Disconnected), Some(ErrorKind::Limit), Some(ErrorKind::Corrupt)];
        prop_assert!(expected.contains(&error), "{:?}", error);
    }
}

/// The bytes of these messages on the wire.
fn wire(messages: &[&[u8]], finish: bool) -> Vec<u8> {
    let mut sender = CompressedTransport::new(Vec::new(), Packer::default());
    block_on(async {
        for message in messages {
            sender.send(message).await.unwrap();
        }
        if finish {
            sender.finish().await.unwrap();
            sender.finish().await.unwrap();
        }
    });
    sender.into_inner()
}

fn recv_kind(bytes: &[u8]) -> ErrorKind {
    let mut receiver = CompressedTransport::new(bytes, Packer::default());
    block_on(receiver.recv()).unwrap_err().kind()
}

#[test]
fn large_messages_are_compressed_and_small_ones_are_not() {
    let text = "observation ".repeat(100);
    let bytes = wire(&[b"small", text.as_bytes()], true);
    assert_eq!(bytes[4 + 3], 0, "raw");
    assert_ne!(bytes[4 + HEADER_LEN + 5 + 4 + 3], 0, "compressed");
    assert!(bytes.len() < 200);
    assert!(bytes.ends_with(&[0; 4]) && !bytes.ends_with(&[0; 8]));
}

#[test]
fn f18_a_stream_that_is_cut_anywhere_is_disconnected() {
    let whole = wire(&[b"one message"], true);
    for len in 0..whole.len() {
        let mut receiver = CompressedTransport::new(&whole[..len], Packer::default());
        let mut found = block_on(receiver.recv());
        if len >= whole.len() - 4 {
            assert_eq!(found.unwrap().unwrap(), b"one message");
            found = block_on(receiver.recv());
        }
        assert_eq!(found.unwrap_err().kind(), ErrorKind::Disconnected, "{len}");
    }
}

#[test]
fn f21_a_peer_that_lies_about_lengths_gets_an_error() {
    let honest = wire(&[b"one message"], false);
    let lie = |len: u32| [&len.to_le_bytes()[..], &honest[4..]].concat();
    assert_eq!(recv_kind(&lie(u32::MAX)), ErrorKind::Limit);
    assert_eq!(recv_kind(&lie(7_000_017)), ErrorKind::Limit);
    assert_eq!(recv_kind(&lie(7_000_016)), ErrorKind::Disconnected);
    assert_eq!(recv_kind(&lie(15)), ErrorKind::Corrupt);
    assert_eq!(recv_kind(&lie(20)), ErrorKind::Corrupt);
    assert_eq!(recv_kind(&lie(100)), ErrorKind::Disconnected);
}

/// A stream that notes how much room it is given at most.
struct Noting<'a> {
    bytes: &'a [u8],
    most: usize,
}

impl AsyncRead for Noting<'_> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        self.most = self.most.max(buf.remaining());
        Pin::new(&mut self.bytes).poll_read(cx, buf)
    }
}

/// A peer announces 7 MB and sends three bytes: nobody makes room for 7 MB.
#[test]
fn f21_room_is_made_as_bytes_arrive() {
    let bytes = [&7_000_000_u32.to_le_bytes()[..], b"abc"].concat();
    let stream = Noting {
        bytes: &bytes,
        most: 0,
    };
    let mut receiver = CompressedTransport::new(stream, Packer::default());
    let error = block_on(receiver.recv()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Disconnected);
    assert!(receiver.get_ref().most <= 64 * 1_024);
}

#[test]
fn f19_a_damaged_frame_is_corrupt_and_the_next_one_is_read() {
    let mut bytes = wire(&[b"one message", b"another"], true);
    bytes[4 + HEADER_LEN] ^= 1;
    let mut receiver = CompressedTransport::new(bytes.as_slice(), Packer::default());
    block_on(async {
        let error = receiver.recv().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Corrupt);
        assert_eq!(receiver.recv().await.unwrap().unwrap(), b"another");
        assert_eq!(receiver.recv().await.unwrap(), None);
        assert_eq!(receiver.recv().await.unwrap(), None);
    });
}

#[test]
fn messages_over_the_limit_are_not_sent_and_not_taken() {
    let small = Packer::new(Config {
        max_uncompressed: 100,
        ..Config::default()
    });
    let mut sender = CompressedTransport::new(Vec::new(), small.clone());
    let error = block_on(sender.send(&[0; 101])).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Limit);
    assert!(sender.get_ref().is_empty());
    let bytes = wire(&[&Random(1).bytes(101)], true);
    let mut receiver = CompressedTransport::new(bytes.as_slice(), small);
    assert_eq!(
        block_on(receiver.recv()).unwrap_err().kind(),
        ErrorKind::Limit
    );
}

#[test]
fn nothing_is_sent_after_the_end() {
    let mut sender = CompressedTransport::new(Vec::new(), Packer::default());
    let error = block_on(async {
        sender.finish().await.unwrap();
        sender.send(b"late").await.unwrap_err()
    });
    assert_eq!(error.kind(), ErrorKind::Misuse);
    assert_eq!(sender.get_mut().len(), 4);
}

#[test]
fn a_stream_that_fails_is_io_with_its_cause() {
    let (near, far) = tokio::io::duplex(64);
    drop(far);
    let mut sender = CompressedTransport::new(near, Packer::default());
    let error = block_on(sender.send(b"message")).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Io);
    let source = std::error::Error::source(&error).unwrap();
    assert!(source.is::<io::Error>());
}

#[test]
fn what_travels_is_not_shown() {
    let mut sender = CompressedTransport::new(tokio::io::sink(), Packer::default());
    block_on(sender.send(b"secret")).unwrap();
    let shown = format!("{sender:?}");
    assert!(
        shown.contains("CompressedTransport") && !shown.contains("101, 99"),
        "{shown}"
    );
}
