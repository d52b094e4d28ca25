//! The streams as a group sees them.

use crate::catalog::Snapshot;
use crate::stream::{Stream, StreamState};
use std::sync::Arc;
use tidemill_model::ProjectId;

/// The streams of one project at one moment.
#[derive(Clone, Debug)]
pub(crate) struct View {
    snapshot: Arc<Snapshot>,
    project: ProjectId,
}

impl View {
    pub(crate) fn new(snapshot: Arc<Snapshot>, project: ProjectId) -> Self {
        Self { snapshot, project }
    }

    /// Differs between views of different moments.
    pub(crate) fn version(&self) -> u64 {
        self.snapshot.version()
    }

    /// The stream of that name.
    pub(crate) fn named(&self, name: &str) -> Option<&Arc<Stream>> {
        self.snapshot.by_name(&self.project, name).filter(|stream| is_there(stream))
    }

    /// The stream with that id.
    pub(crate) fn identified(&self, id: &str) -> Option<&Arc<Stream>> {
        self.snapshot.by_id(id).filter(|stream| is_there(stream) && stream.project == self.project)
    }

    /// All streams, names ascending.
    pub(crate) fn all(&self) -> impl Iterator<Item = &Arc<Stream>> {
        self.snapshot.of_project(&self.project).filter(|stream| is_there(stream))
    }

    /// Indexes of a stream's readable partitions, ascending; none if the stream is gone.
    pub(crate) fn readable(&self, id: &str) -> Vec<u32> {
        let partitions = self.identified(id).map_or(&[][..], |stream| &stream.partitions);
        partitions.iter().filter(|p| p.state.is_readable()).map(|p| p.id.0).collect()
    }
}

/// A frozen stream may come back; one that is being made or deleted is not there.
fn is_there(stream: &Stream) -> bool {
    matches!(stream.state, StreamState::Running | StreamState::Frozen)
}
