//! Events: what happened that a person may want to be told of. Source: section 9 of the DIS contract.
//!
//! Whoever notices something raises an [`Event`]; one receiver stores and forwards them. Raising never waits
//! and never fails: a queue that is full drops the event and says so.

use crate::ProjectId;
use tokio::sync::mpsc;

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum EventKind {
    /// A stream's records were refused because of its throughput limits.
    TrafficLimited,
    /// Puts of a stream fail for a reason on our side.
    TrafficAbnormal,
    /// A stream that was limited or abnormal takes all records again.
    TrafficRestored,
    /// The number of partitions followed the load.
    AutoScaleSucceeded,
    /// The number of partitions should have followed the load, but could not.
    AutoScaleFailed,
    /// Something was refused because a quota is used up.
    QuotaInsufficient,
    /// A dump task cannot deliver.
    DumpTaskAbnormal,
    /// A dump task that could not deliver does so again.
    DumpTaskRestored,
}

/// One occurrence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// What happened.
    pub kind: EventKind,
    /// Whose it is.
    pub project: ProjectId,
    /// Id and name of the stream it is about, if it is about one.
    pub stream: Option<(String, String)>,
    /// Name of the dump task it is about, if it is about one.
    pub task: Option<String>,
    /// The cause in one sentence, without secrets.
    pub detail: String,
    /// When, in ms since the epoch.
    pub at_ms: i64,
}

/// Where events go. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Events(Option<mpsc::Sender<Event>>);

impl Events {
    /// A queue for at most `capacity` events and its receiving end.
    pub fn channel(capacity: usize) -> (Self, mpsc::Receiver<Event>) {
        let (sender, receiver) = mpsc::channel(capacity);
        (Self(Some(sender)), receiver)
    }

    /// Nobody listens.
    pub fn none() -> Self {
        Self(None)
    }

    /// Hands an event over; false if it was dropped because the queue is full or nobody listens any more.
    pub fn raise(&self, event: Event) -> bool {
        self.0.as_ref().is_none_or(|sender| sender.try_send(event).is_ok())
    }
}
