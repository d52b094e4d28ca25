//! Progress and cancellation of long computations.

/// It was cancelled; there is no result.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("cancelled")]
pub struct Cancelled;

/// How the caller of a long computation watches and ends it. Both functions are called from several threads.
#[derive(Clone, Copy)]
pub struct Control<'a> {
    cancelled: &'a (dyn Fn() -> bool + Sync),
    progress: &'a (dyn Fn(u64, u64) + Sync),
}

impl<'a> Control<'a> {
    /// Asks `cancelled` every few milliseconds of work, and tells `progress` how many of how many samples are done.
    pub fn new(cancelled: &'a (dyn Fn() -> bool + Sync), progress: &'a (dyn Fn(u64, u64) + Sync)) -> Self {
        Self { cancelled, progress }
    }

    /// Neither is asked for.
    pub fn none() -> Self {
        Self { cancelled: &never, progress: &|_, _| {} }
    }

    pub(crate) fn check(&self) -> Result<(), Cancelled> {
        if (self.cancelled)() { Err(Cancelled) } else { Ok(()) }
    }

    pub(crate) fn done(&self, done: usize, total: usize) {
        (self.progress)(done as u64, total as u64);
    }
}

fn never() -> bool {
    false
}

impl std::fmt::Debug for Control<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Control")
    }
}
