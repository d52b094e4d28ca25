//! Commits of group members, and what live members forbid.

use super::registry::GroupKey;
use super::state::Fenced;
use crate::app::AppError;
use crate::app::AppRef;
use crate::checkpoint::CheckpointError;
use crate::stream::Stream;
use crate::streams::Streams;
use std::sync::Arc;
use tidemill_model::{PartitionId, ProjectId};

/// As whom a member commits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Membership {
    /// Its id in the app's group.
    pub client_id: String,
    /// The generation it was told with its partitions.
    pub generation: i64,
}

impl From<Fenced> for CheckpointError {
    fn from(fenced: Fenced) -> Self {
        match fenced {
            Fenced::UnknownMember => Self::UnknownMember,
            Fenced::Rebalancing => Self::Rebalancing,
            Fenced::WrongGeneration => Self::WrongGeneration,
        }
    }
}

impl Streams {
    /// [`Streams::commit_checkpoint`] for a member of the app's group: only in its present generation.
    ///
    /// The group stays as it is until the commit is durable, so a member of an older generation never
    /// overwrites what a newer one committed.
    pub async fn commit_as_member(
        &self,
        app: AppRef<'_>,
        member: Membership,
        stream: &Arc<Stream>,
        partition: PartitionId,
        sequence: &str,
        metadata: &str,
    ) -> Result<(), CheckpointError> {
        let key = (app.project.clone(), app.name.to_owned());
        let (streams, stream) = (self.clone(), stream.clone());
        let (sequence, metadata) = (sequence.to_owned(), metadata.to_owned());
        // A caller that stops waiting must not let go of the group before the commit is done.
        let work = async move {
            let group = streams.0.groups.hold(&key).await;
            let app = AppRef { project: &key.0, name: &key.1 };
            let now_ms = streams.0.clock.now_ms();
            let done = match group.check_commit(&member.client_id, member.generation, now_ms) {
                Ok(()) => streams.commit_checkpoint(app, &stream, partition, &sequence, &metadata).await,
                Err(fenced) if group.is_empty() => streams.fenced_in(app, fenced).await,
                Err(fenced) => Err(fenced.into()),
            };
            drop(group);
            streams.0.groups.tidy(&key);
            done
        };
        tokio::spawn(work).await.map_err(|_| CheckpointError::CutOff)?
    }

    /// A group without members may be one without an app.
    async fn fenced_in(&self, app: AppRef<'_>, fenced: Fenced) -> Result<(), CheckpointError> {
        match self.app(app.project, app.name).await {
            Ok(_) => Err(fenced.into()),
            Err(AppError::Unknown) => Err(CheckpointError::UnknownApp),
            Err(AppError::Meta(error)) => Err(error.into()),
            Err(_) => Err(fenced.into()),
        }
    }

    /// Removes an app with its checkpoints, unless its group has live members.
    pub async fn delete_app(&self, project: &ProjectId, name: &str) -> Result<(), AppError> {
        let (streams, key) = (self.clone(), (project.clone(), name.to_owned()));
        // A caller that stops waiting must not let members in before the app is gone.
        let work = async move {
            let deleted = streams.delete_unused(&key).await;
            streams.0.groups.tidy(&key);
            deleted
        };
        tokio::spawn(work).await.map_err(|_| AppError::CutOff)?
    }

    async fn delete_unused(&self, key: &GroupKey) -> Result<(), AppError> {
        let mut group = self.0.groups.change(key).await;
        group.expire(self.0.clock.now_ms());
        if !group.is_empty() {
            return Err(AppError::InUse);
        }
        self.remove_app(&key.0, &key.1).await
    }
}
