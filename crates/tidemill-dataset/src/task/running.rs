//! The tasks that are at work in this process.

use crate::{DatasetId, Datasets};
use parking_lot::Mutex;
use std::collections::HashMap;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// Work by dataset, so that it ends before its dataset goes.
#[derive(Debug, Default)]
pub(crate) struct Running(Mutex<HashMap<DatasetId, Group>>);

/// The work on one dataset.
#[derive(Clone, Debug)]
struct Group {
    stop: CancellationToken,
    tasks: TaskTracker,
}

impl Datasets {
    /// Does `work` on a dataset until it is done, the dataset goes or the server stops.
    pub(crate) fn work_on(&self, dataset: &DatasetId, work: impl Future<Output = ()> + Send + 'static) {
        let group = self.running().group(dataset, self.stopping());
        let stop = group.stop.clone();
        self.spawn(group.tasks.track_future(async move {
            tokio::select! {
                () = stop.cancelled() => {}
                () = work => {}
            }
        }));
    }

    /// Stops all work on a dataset and waits until it has ended. Rows stay as they are.
    pub(crate) async fn stop_work_on(&self, dataset: &DatasetId) {
        let group = self.running().0.lock().remove(dataset);
        if let Some(group) = group {
            group.stop.cancel();
            group.tasks.close();
            group.tasks.wait().await;
        }
    }
}

impl Running {
    fn group(&self, dataset: &DatasetId, parent: &CancellationToken) -> Group {
        let mut groups = self.0.lock();
        groups.retain(|_, group| !group.tasks.is_empty());
        let new = || Group { stop: parent.child_token(), tasks: TaskTracker::new() };
        groups.entry(dataset.clone()).or_insert_with(new).clone()
    }
}
