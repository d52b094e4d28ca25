//! How far a run is.

use parking_lot::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

/// How far a run is. A step is one sample in one stage.
#[derive(Debug, Default)]
pub(crate) struct Progress {
    stage: Mutex<&'static str>,
    done: AtomicU64,
    /// Steps that were done before this process took the run over.
    before: AtomicU64,
    total: AtomicU64,
    started_ms: AtomicU64,
}

/// A reading of it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Reading {
    pub(crate) stage: &'static str,
    pub(crate) done: u64,
    pub(crate) total: u64,
    pub(crate) per_second: f64,
    pub(crate) eta_seconds: Option<u64>,
}

impl Progress {
    /// The input is known: so many steps in all, so many done earlier.
    pub(crate) fn begin(&self, total: u64, before: u64, now_ms: i64) {
        self.before.store(before, Ordering::Relaxed);
        self.done.store(before, Ordering::Relaxed);
        self.started_ms.store(now_ms.max(0) as u64, Ordering::Relaxed);
        self.total.store(total, Ordering::Relaxed);
    }

    pub(crate) fn enter(&self, stage: &'static str) {
        *self.stage.lock() = stage;
    }

    pub(crate) fn add(&self, steps: u64) {
        self.done.fetch_add(steps, Ordering::Relaxed);
    }

    /// A sample is through a stage. Of its copies only the first counts, as in the total: how many of them
    /// there will be is not known when a run begins.
    pub(crate) fn add_sample(&self, copy: u32) {
        self.add(u64::from(copy == 0));
    }

    pub(crate) fn read(&self, now_ms: i64) -> Reading {
        let load = |n: &AtomicU64| n.load(Ordering::Relaxed);
        let (done, total) = (load(&self.done), load(&self.total));
        let seconds = (now_ms - load(&self.started_ms) as i64).max(1) as f64 / 1000.0;
        let per_second = done.saturating_sub(load(&self.before)) as f64 / seconds;
        let left = total.saturating_sub(done) as f64;
        let eta_seconds = (per_second > 0.0 && total > 0).then(|| (left / per_second).ceil() as u64);
        Reading { stage: *self.stage.lock(), done, total, per_second, eta_seconds }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_done_earlier_does_not_count_as_speed() {
        let progress = Progress::default();
        progress.begin(100, 40, 1_000);
        progress.add(20);
        let reading = progress.read(3_000);
        assert_eq!((reading.done, reading.per_second, reading.eta_seconds), (60, 10.0, Some(4)));
    }

    #[test]
    fn copies_of_a_sample_do_not_count() {
        let progress = Progress::default();
        progress.begin(2, 0, 0);
        for copy in [0, 1, 2, 0, 1] {
            progress.add_sample(copy);
        }
        assert_eq!(progress.read(1_000).done, 2);
    }
}
