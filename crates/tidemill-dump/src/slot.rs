//! The place of one task in this process: its runner, what calls are under way, and what troubles it.

use crate::view::Trouble;
use parking_lot::Mutex;
use tidemill_model::Clock;
use tokio::task::JoinHandle;
use tokio_util::task::TaskTracker;

/// Lives as long as the process knows the task.
#[derive(Default)]
pub(crate) struct Slot {
    /// Held by start, stop and delete: one at a time.
    pub(crate) gate: tokio::sync::Mutex<()>,
    /// Creates and completes that were sent and not answered yet.
    pub(crate) calls: TaskTracker,
    runner: Mutex<Option<JoinHandle<()>>>,
    trouble: Mutex<Option<Trouble>>,
}

impl Slot {
    /// Lets `run` go on in the background, until [`Slot::halt`].
    pub(crate) fn start(&self, run: impl Future<Output = ()> + Send + 'static) {
        self.calls.reopen();
        *self.trouble.lock() = None;
        *self.runner.lock() = Some(tokio::spawn(run));
    }

    /// Whether a runner is at work.
    pub(crate) fn is_running(&self) -> bool {
        self.runner.lock().as_ref().is_some_and(|r| !r.is_finished())
    }

    /// Stops the runner where it is; then waits until `deadline_ms` for calls that were already sent.
    pub(crate) async fn halt(&self, clock: &Clock, deadline_ms: i64) {
        let runner = self.runner.lock().take();
        if let Some(runner) = runner {
            runner.abort();
            let _ = runner.await;
        }
        *self.trouble.lock() = None;
        self.calls.close();
        tokio::select! {
            biased;
            () = self.calls.wait() => {}
            () = clock.sleep_until(deadline_ms) => {}
        }
    }

    pub(crate) fn set_trouble(&self, trouble: Option<Trouble>) {
        *self.trouble.lock() = trouble;
    }

    pub(crate) fn trouble(&self) -> Option<Trouble> {
        self.trouble.lock().clone()
    }
}
