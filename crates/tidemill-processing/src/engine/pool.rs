//! The bounded pool: how many pictures are worked on at once, and how much memory they may take together.

use std::sync::Arc;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_util::sync::CancellationToken;

/// Memory is counted in steps of this many bytes.
const STEP: u64 = 64 * 1024;

/// Memory that is kept free until this is dropped.
pub(crate) type Held = OwnedSemaphorePermit;

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
    /// A pool of `threads` threads whose work holds at most `memory_bytes`, unless one piece of it alone takes more.
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

    /// How much memory there is.
    pub(crate) fn memory_bytes(&self) -> u64 {
        u64::from(self.steps) * STEP
    }

    /// Keeps `bytes` of memory free, once there are so many; more than there is means all there is. Those who wait
    /// are served in the order in which they came, so that nobody waits forever.
    ///
    /// Whoever holds memory must not wait for more: what one piece of work needs is asked for at once.
    pub(crate) async fn reserve(&self, bytes: u64, cancel: &CancellationToken) -> Result<Held, Undone> {
        let steps = u32::try_from(bytes.div_ceil(STEP)).unwrap_or(u32::MAX).min(self.steps);
        let permit = cancel.run_until_cancelled(self.memory.clone().acquire_many_owned(steps)).await;
        permit.ok_or(Undone::Cancelled)?.map_err(|_| Undone::Cancelled)
    }

    /// Runs `work`, for which memory is `held`, on a thread of its own once there is a place. Gives the memory back
    /// to the caller, who may still have what the work made.
    ///
    /// A cancelled caller returns at once; work that has begun ends without being looked at, and keeps its memory
    /// until then.
    pub(crate) async fn run<T: Send + 'static>(
        &self,
        held: Held,
        cancel: &CancellationToken,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<(T, Held), Undone> {
        tokio::select! {
            biased;
            () = cancel.cancelled() => Err(Undone::Cancelled),
            done = self.run_now(held, work) => done,
        }
    }

    async fn run_now<T: Send + 'static>(
        &self,
        held: Held,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<(T, Held), Undone> {
        let place = self.places.clone().acquire_owned().await.map_err(|_| Undone::Cancelled)?;
        let done = tokio::task::spawn_blocking(move || {
            let done = work();
            drop(place);
            (done, held)
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
        let works = (0..40u64).map(async |n| {
            let (sum, most, cost) = (held.clone(), most.clone(), if n % 10 == 0 { 99 } else { 2 });
            let memory = pool.reserve(cost * STEP, &cancel).await?;
            let work = move || {
                let charged = cost.min(4);
                most.fetch_max(sum.fetch_add(charged, Ordering::SeqCst) + charged, Ordering::SeqCst);
                std::thread::yield_now();
                sum.fetch_sub(charged, Ordering::SeqCst);
            };
            pool.run(memory, &cancel, work).await.map(drop)
        });
        let all: Vec<_> = futures::future::join_all(works).await;
        assert!(all.iter().all(Result::is_ok));
        assert!(most.load(Ordering::SeqCst) <= 4, "{most:?}");
    }

    #[tokio::test]
    async fn a_cancelled_caller_does_not_wait() {
        let pool = Pool::new(1, STEP);
        let cancel = CancellationToken::new();
        let all = pool.reserve(STEP, &cancel).await.unwrap();
        let waiting = pool.reserve(1, &cancel);
        cancel.cancel();
        assert_eq!(waiting.await.map(drop), Err(Undone::Cancelled));
        assert_eq!(pool.run(all, &cancel, || 1).await.map(drop), Err(Undone::Cancelled));
    }

    #[tokio::test]
    async fn work_that_panics_is_told_and_gives_back_what_it_held() {
        let pool = Pool::new(1, STEP);
        let cancel = CancellationToken::new();
        let held = pool.reserve(1, &cancel).await.unwrap();
        let broken = pool.run(held, &cancel, || panic!("on purpose")).await;
        assert_eq!(broken.map(|((), _)| ()), Err(Undone::Broken));
        let held = pool.reserve(1, &cancel).await.unwrap();
        assert_eq!(pool.run(held, &cancel, || 1).await.unwrap().0, 1);
    }
}
