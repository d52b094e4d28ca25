//! What streams raise for people to be told of.

use crate::stream::Stream;
use crate::streams::Streams;
use crate::traffic::MINUTE_MS;
use tidemill_model::{Event, EventKind, ProjectId};

impl Streams {
    /// Raises an event about a stream.
    pub(crate) fn raise(&self, kind: EventKind, stream: &Stream, detail: String) {
        let about = (stream.id.clone(), stream.name.to_string());
        self.hand_over(kind, &stream.project, Some(about), detail);
    }

    /// Raises that a quota of the project is used up; once a minute, however often it is asked for.
    pub(crate) fn raise_quota(&self, project: &ProjectId, active: u64, max: u64) {
        if !self.may_tell_of_quota(project) {
            return;
        }
        let detail =
            format!("{active} active partitions of one stream type were asked for, {max} are allowed");
        self.hand_over(EventKind::QuotaInsufficient, project, None, detail);
    }

    fn may_tell_of_quota(&self, project: &ProjectId) -> bool {
        let now_ms = self.0.clock.now_ms();
        let mut told_ms = self.0.quota_told_ms.lock();
        told_ms.retain(|_, at_ms| now_ms < *at_ms + MINUTE_MS);
        told_ms.insert(project.clone(), now_ms).is_none()
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
