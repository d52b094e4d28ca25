//! Clients that do not take their answers: they are found and cut, so that the room of what they asked for
//! comes back to others.

use crate::request::Budget;
use std::io::{self, IoSlice};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;
use tidemill_model::Clock;
use tidemill_model::limits::{
    ANSWER_LOOK_S, ANSWER_SLOW_LOOKS_MAX, TRANSFER_BYTES_PER_S_CROWDED, TRANSFER_BYTES_PER_S_MIN,
};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// How fast answers have to be taken. Cheap to clone.
///
/// A client that takes less than 16 KiB a second for 15 s is lost; while others wait for room, one that takes
/// less than 256 KiB a second for 5 s. Only a connection on which bytes wait to be taken counts, and a clock
/// that jumps once ends nothing.
#[derive(Clone, Debug)]
pub struct Pace {
    clock: Clock,
    budget: Budget,
}

/// What passed on a connection.
#[derive(Debug, Default)]
pub(crate) struct Sent {
    bytes: AtomicU64,
    /// Whether there are bytes that the connection does not take now.
    stuck: AtomicBool,
}

/// A connection, with an eye on what it sends.
pub(crate) struct Watched<S> {
    stream: S,
    sent: Arc<Sent>,
}

impl Pace {
    /// Others wait if `budget` has no room for their answers.
    pub fn new(clock: Clock, budget: Budget) -> Self {
        Self { clock, budget }
    }

    /// Returns once the client has to be given up.
    pub(crate) async fn lost(&self, sent: &Sent) {
        let (mut before, mut slow_looks) = (None, 0);
        loop {
            self.clock.sleep(Duration::from_secs(ANSWER_LOOK_S)).await;
            let now = sent.stuck_at();
            let taken = before.zip(now).map(|(before, now)| now - before);
            if taken.is_some_and(|taken| self.is_in_the_way(taken)) {
                return;
            }
            let slow = taken.is_some_and(|taken| taken < ANSWER_LOOK_S * TRANSFER_BYTES_PER_S_MIN);
            slow_looks = if slow { slow_looks + 1 } else { 0 };
            if slow_looks == ANSWER_SLOW_LOOKS_MAX {
                return;
            }
            before = now;
        }
    }

    /// Whether others wait for room while a client took so many bytes since the last look.
    fn is_in_the_way(&self, taken: u64) -> bool {
        taken < ANSWER_LOOK_S * TRANSFER_BYTES_PER_S_CROWDED && self.budget.answers_are_crowded()
    }
}

impl Sent {
    /// Bytes that were taken up to now if more are waiting, else `None`.
    fn stuck_at(&self) -> Option<u64> {
        self.stuck.load(Ordering::Relaxed).then(|| self.bytes.load(Ordering::Relaxed))
    }

    fn note_write(&self, written: &Poll<io::Result<usize>>) {
        match written {
            Poll::Ready(Ok(bytes)) => {
                self.bytes.fetch_add(*bytes as u64, Ordering::Relaxed);
            }
            Poll::Ready(Err(_)) => {}
            Poll::Pending => self.stuck.store(true, Ordering::Relaxed),
        }
    }
}

impl<S> Watched<S> {
    /// The connection, and what passes on it.
    pub(crate) fn new(stream: S) -> (Self, Arc<Sent>) {
        let sent = Arc::new(Sent::default());
        (Self { stream, sent: sent.clone() }, sent)
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Watched<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, buf)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Watched<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(cx, buf);
        self.sent.note_write(&written);
        written
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write_vectored(cx, bufs);
        self.sent.note_write(&written);
        written
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    /// Asked for when all is written: then nothing waits any more.
    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let flushed = Pin::new(&mut self.stream).poll_flush(cx);
        self.sent.stuck.store(flushed.is_pending(), Ordering::Relaxed);
        flushed
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures::poll;
    use std::pin::pin;

    const LOOK: Duration = Duration::from_secs(ANSWER_LOOK_S);
    const SLOWEST: u64 = ANSWER_LOOK_S * TRANSFER_BYTES_PER_S_MIN;

    /// At which look a client is lost that takes so many bytes between two looks.
    async fn lost_at(budget: &Budget, clock: &Clock, taken: u64) -> Option<u32> {
        let sent = Sent { bytes: AtomicU64::new(0), stuck: AtomicBool::new(true) };
        let pace = Pace::new(clock.clone(), budget.clone());
        let mut lost = pin!(pace.lost(&sent));
        for look in 1..=20 {
            assert!(poll!(&mut lost).is_pending());
            sent.bytes.fetch_add(taken, Ordering::Relaxed);
            clock.advance(LOOK);
            if poll!(&mut lost).is_ready() {
                return Some(look);
            }
        }
        None
    }

    #[tokio::test]
    async fn a_client_is_lost_sooner_while_others_wait() {
        let clock = Clock::manual(0);
        let budget = Budget::with_bytes(clock.clone(), 10);
        assert_eq!(lost_at(&budget, &clock, 0).await, Some(4));
        assert_eq!(lost_at(&budget, &clock, SLOWEST - 1).await, Some(4));
        assert_eq!(lost_at(&budget, &clock, SLOWEST).await, None);
        let _all = budget.answer(10).await.unwrap();
        let mut waiting = pin!(budget.answer(1));
        assert!(poll!(&mut waiting).is_pending());
        assert_eq!(lost_at(&budget, &clock, SLOWEST).await, Some(2));
        assert_eq!(lost_at(&budget, &clock, ANSWER_LOOK_S * TRANSFER_BYTES_PER_S_CROWDED).await, None);
    }

    #[tokio::test]
    async fn only_a_connection_on_which_bytes_wait_counts() {
        let clock = Clock::manual(0);
        let pace = Pace::new(clock.clone(), Budget::new(clock.clone()));
        let sent = Sent::default();
        let mut lost = pin!(pace.lost(&sent));
        for _ in 0..20 {
            assert!(poll!(&mut lost).is_pending());
            clock.advance(LOOK);
        }
        assert!(poll!(&mut lost).is_pending());
    }
}
