//! The bounded pool: how many pictures are worked on at once, and how much memory they may take together.

use std::sync::Arc;
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;

/// Memory is counted in steps of this many bytes.
const STEP: u64 = 64 * 1024;

/// Why work has no outcome.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Undone {
    /// The run was cancelled before the work began or ended.
    #[error("cancelled")]
    Cancelled,
    /// The work panicked.
    #[error("the work on a picture broke off inside of the server; its log says where")]
    Broken,
}

/// Threads for pictures and the memory they may use. Cheap to clone; all runs share one.
#[derive(Clone, Debug)]
pub(crate) struct Pool {
    threads: usize,
    places: Arc<Semaphore>,
    memory: Arc<Semaphore>,
    steps: u32,
}

impl Pool {
    /// A pool of `threads` threads whose work holds at most `memory_bytes` of decoded pictures.
    pub(crate) fn new(threads: usize, memory_bytes: u64) -> Self {
        let threads = threads.max(1);
        let steps = u32::try_from((memory_bytes / STEP).max(1)).unwrap_or(u32::MAX >> 4);
        Self {
            threads,
            places: Arc::new(Semaphore::new(threads)),
            memory: Arc::new(Semaphore::new(steps as usize)),
            steps,
        }
    }

    /// How many pieces of work run at once.
    pub(crate) fn threads(&self) -> usize {
        self.threads
    }

    /// Runs `work` on a thread of its own once there is a place and `bytes` of memory for it. Work that
    /// wants more memory than there is runs alone.
    ///
    /// A cancelled caller returns at once; work that has begun ends without being looked at.
    pub(crate) async fn run<T: Send + 'static>(
        &self,
        bytes: u64,
        cancel: &CancellationToken,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Undone> {
        tokio::select! {
            biased;
            () = cancel.cancelled() => Err(Undone::Cancelled),
            done = self.run_now(bytes, work) => done,
        }
    }

    async fn run_now<T: Send + 'static>(
        &self,
        bytes: u64,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Undone> {
        let steps = u32::try_from(bytes.div_ceil(STEP)).unwrap_or(u32::MAX).min(self.steps);
        // Memory first: whoever waits for it holds no place that others could use.
        let memory = self.memory.clone().acquire_many_owned(steps).await.map_err(|_| Undone::Cancelled)?;
        let place = self.places.clone().acquire_owned().await.map_err(|_| Undone::Cancelled)?;
        let done = tokio::task::spawn_blocking(move || {
            let done = work();
            drop((memory, place));
            done
        });
        // Work that has begun is never cancelled; only the end of the server takes it away.
        done.await.map_err(|error| if error.is_panic() { Undone::Broken } else { Undone::Cancelled })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicU64, Ordering};

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn work_shares_memory_and_too_large_work_runs_alone() {
        let pool = Pool::new(8, 4 * STEP);
        let (held, most) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicU64::new(0)));
        let cancel = CancellationToken::new();
        let works = (0..40u64).map(|n| {
            let (held, most, cost) = (held.clone(), most.clone(), if n % 10 == 0 { 99 } else { 2 });
            pool.run(cost * STEP, &cancel, move || {
                let charged = cost.min(4);
                most.fetch_max(held.fetch_add(charged, Ordering::SeqCst) + charged, Ordering::SeqCst);
                std::thread::yield_now();
                held.fetch_sub(charged, Ordering::SeqCst);
            })
        });
        let all: Vec<_> = futures::future::join_all(works).await;
        assert!(all.iter().all(Result::is_ok));
        assert!(most.load(Ordering::SeqCst) <= 4, "{most:?}");
    }

    #[tokio::test]
    async fn a_cancelled_caller_does_not_wait() {
        let pool = Pool::new(1, STEP);
        let cancel = CancellationToken::new();
        cancel.cancel();
        assert_eq!(pool.run(1, &cancel, || 1).await, Err(Undone::Cancelled));
    }
    #[tokio::test]
    async fn work_that_panics_is_told_and_gives_back_what_it_held() {
        let pool = Pool::new(1, STEP);
        let cancel = CancellationToken::new();
        let broken: Result<(), Undone> = pool.run(1, &cancel, || panic!("on purpose")).await;
        assert_eq!(broken, Err(Undone::Broken));
        assert_eq!(pool.run(1, &cancel, || 1).await, Ok(1));
    }
}
