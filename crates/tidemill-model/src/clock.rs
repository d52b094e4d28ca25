//! The only source of time. Tests move it; nothing else in the project reads the system's clock.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};
use tokio::sync::watch;

/// A cheap, shared handle on time.
///
/// The system clock may be moved forward by [`Clock::advance`]; a manual clock stands still until it is.
/// Sleepers wake as soon as the moment they wait for has come on *this* clock.
#[derive(Clone, Debug)]
pub struct Clock(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    /// `None`: a manual clock that stands still. `Some`: when this handle was made.
    started: Option<(Instant, i64)>,
    /// Milliseconds added to the base (system clock) or the whole reading (manual clock).
    moved_ms: AtomicI64,
    moves: watch::Sender<u64>,
}

impl Clock {
    /// The system's clock: wall time once at start, then the monotonic clock, so that it never steps back.
    pub fn system() -> Self {
        #[allow(clippy::disallowed_methods)] // the one place that reads the wall clock
        let wall = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |d| d.as_millis() as i64);
        Self::new(Some((Instant::now(), wall)), 0)
    }

    /// A clock that stands at `now_ms` until it is advanced.
    pub fn manual(now_ms: i64) -> Self {
        Self::new(None, now_ms)
    }

    fn new(started: Option<(Instant, i64)>, moved_ms: i64) -> Self {
        Self(Arc::new(Inner { started, moved_ms: AtomicI64::new(moved_ms), moves: watch::channel(0).0 }))
    }

    /// Milliseconds since the Unix epoch, UTC.
    pub fn now_ms(&self) -> i64 {
        let moved = self.0.moved_ms.load(Ordering::SeqCst);
        self.0.started.map_or(0, |(at, wall)| wall + at.elapsed().as_millis() as i64) + moved
    }

    /// Seconds since the Unix epoch, UTC.
    pub fn now_s(&self) -> i64 {
        self.now_ms().div_euclid(1000)
    }

    /// Moves time forward and wakes every sleeper whose moment has come.
    pub fn advance(&self, by: Duration) {
        self.0.moved_ms.fetch_add(by.as_millis() as i64, Ordering::SeqCst);
        self.0.moves.send_modify(|n| *n += 1);
    }

    /// Waits for `duration` of this clock.
    pub async fn sleep(&self, duration: Duration) {
        self.sleep_until(self.now_ms().saturating_add(duration.as_millis() as i64)).await;
    }

    /// Waits until this clock reads at least `deadline_ms`.
    #[allow(clippy::disallowed_methods)] // the one place that waits for real time
    pub async fn sleep_until(&self, deadline_ms: i64) {
        let mut moves = self.0.moves.subscribe();
        loop {
            let left = deadline_ms - self.now_ms();
            if left <= 0 {
                return;
            }
            let moved = moves.changed();
            if self.0.started.is_some() {
                tokio::select! {
                    _ = moved => {}
                    () = tokio::time::sleep(Duration::from_millis(left as u64)) => {}
                }
            } else {
                let _ = moved.await;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_sleeper_wakes_when_the_clock_is_moved_past_its_moment() {
        let clock = Clock::manual(1_000);
        let sleeper = tokio::spawn({
            let clock = clock.clone();
            async move {
                clock.sleep(Duration::from_secs(300)).await;
                clock.now_ms()
            }
        });
        tokio::task::yield_now().await;
        clock.advance(Duration::from_secs(299));
        tokio::task::yield_now().await;
        assert!(!sleeper.is_finished());
        clock.advance(Duration::from_secs(1));
        assert_eq!(sleeper.await.unwrap(), 301_000);
    }

    #[test]
    fn the_system_clock_never_steps_back_and_can_be_moved() {
        let clock = Clock::system();
        let before = clock.now_ms();
        clock.advance(Duration::from_secs(60));
        assert!(clock.now_ms() >= before + 60_000);
    }
}
