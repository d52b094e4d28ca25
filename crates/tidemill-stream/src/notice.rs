//! What streams raise for people to be told of.

use crate::stream::Stream;
use crate::streams::Streams;
use tidemill_model::{Event, EventKind, ProjectId};

impl Streams {
    /// Raises an event about a stream.
    pub(crate) fn raise(&self, kind: EventKind, stream: &Stream, detail: String) {
        let about = (stream.id.clone(), stream.name.to_string());
        self.hand_over(kind, &stream.project, Some(about), detail);
    }

    /// Raises that a quota of the project is used up.
    pub(crate) fn raise_quota(&self, project: &ProjectId, active: u64, max: u64) {
        let detail =
            format!("{active} active partitions of one stream type were asked for, {max} are allowed");
        self.hand_over(EventKind::QuotaInsufficient, project, None, detail);
    }

    fn hand_over(
        &self,
        kind: EventKind,
        project: &ProjectId,
        stream: Option<(String, String)>,
        detail: String,
    ) {
        let at_ms = self.0.clock.now_ms();
        let event = Event { kind, project: project.clone(), stream, task: None, detail, at_ms };
        if !self.0.events.raise(event) {
            tracing::warn!(?kind, "an event was dropped: its queue is full");
        }
    }
}
