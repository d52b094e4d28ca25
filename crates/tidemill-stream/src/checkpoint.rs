//! Checkpoints: the service keeps what apps commit and never interprets it. An app belongs to a project, which
//! need not be the stream's: policies let other accounts read.

use crate::app::AppRef;
use crate::read::parse_sequence;
use crate::stream::{PartitionState, Stream, StreamState};
use crate::streams::Streams;
use tidemill_log::Bounds;
use tidemill_meta::checkpoint::{self as sql, CheckpointRow};
use tidemill_meta::{MetaError, Tx, app};
use tidemill_model::PartitionId;
use tidemill_model::limits::CHECKPOINT_METADATA_CHARS_MAX;

/// What an app committed on a partition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    /// The number as it was committed.
    pub sequence: u64,
    /// Text of the app; may be empty.
    pub metadata: String,
}

/// How far an app is on a partition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Consumption {
    /// The partition.
    pub partition: PartitionId,
    /// Its state.
    pub state: PartitionState,
    /// What was committed, if anything.
    pub checkpoint: Option<Checkpoint>,
    /// The numbers it holds.
    pub bounds: Bounds,
}

/// Why a call on a checkpoint failed.
#[derive(Debug, thiserror::Error)]
pub enum CheckpointError {
    /// There is no app of that name.
    #[error("the app does not exist")]
    UnknownApp,
    /// The stream was deleted meanwhile.
    #[error("the stream does not exist")]
    UnknownStream,
    /// The stream is being made or deleted, or is frozen.
    #[error("the stream is not running")]
    NotRunning,
    /// An index beyond the stream.
    #[error("the stream has no partition {0}")]
    UnknownPartition(PartitionId),
    /// Not a number from 0 to 2^63-1.
    #[error("not a sequence number: {0}")]
    InvalidSequence(String),
    /// The number is above the next one to be assigned.
    #[error("sequence number {given} is outside {earliest} to {next}")]
    OutOfRange {
        /// The number given.
        given: u64,
        /// The first one kept.
        earliest: u64,
        /// The next one to be assigned.
        next: u64,
    },
    /// The metadata text is too long.
    #[error("metadata is over {CHECKPOINT_METADATA_CHARS_MAX} characters")]
    MetadataTooLong,
    /// The app never committed on the stream.
    #[error("the app has no checkpoint on the stream")]
    NothingCommitted,
    /// The app's consumer group has no such member.
    #[error("the member does not exist")]
    UnknownMember,
    /// The members share the partitions anew.
    #[error("the group rebalances")]
    Rebalancing,
    /// The member's generation is not the present one.
    #[error("the generation is not the present one")]
    WrongGeneration,
    /// The server is stopping.
    #[error("the commit was cut off")]
    CutOff,
    /// The log does not know the partition.
    #[error("the partition is not in the log")]
    NotInLog,
    /// The metadata failed.
    #[error(transparent)]
    Meta(#[from] MetaError),
}

/// The app's id, or that there is none.
async fn app_id(tx: &mut dyn Tx, project: &str, name: &str) -> Result<String, CheckpointError> {
    let row = app::app(tx, project, name).await?.ok_or(CheckpointError::UnknownApp)?;
    Ok(row.id)
}

impl Streams {
    /// Keeps how far an app is: any number up to the next one to be assigned, also below the earliest and
    /// below the one before.
    pub async fn commit_checkpoint(
        &self,
        app: AppRef<'_>,
        stream: &Stream,
        partition: PartitionId,
        sequence: &str,
        metadata: &str,
    ) -> Result<(), CheckpointError> {
        let row = self.checked(stream, partition, sequence, metadata)?;
        let (project, app, id) = (app.project.to_string(), app.name.to_owned(), stream.id.clone());
        self.0
            .meta
            .tx(move |tx| {
                let (project, app, id, row) = (project.clone(), app.clone(), id.clone(), row.clone());
                Box::pin(async move {
                    if sql::put_checkpoint(tx, &project, &app, &id, &row).await? {
                        return Ok(());
                    }
                    app_id(tx, &project, &app).await?;
                    Err(CheckpointError::UnknownStream)
                })
            })
            .await
    }

    fn checked(
        &self,
        stream: &Stream,
        partition: PartitionId,
        sequence: &str,
        metadata: &str,
    ) -> Result<CheckpointRow, CheckpointError> {
        if stream.state != StreamState::Running {
            return Err(CheckpointError::NotRunning);
        }
        known(stream, partition)?;
        let given = parse_sequence(sequence)
            .ok_or_else(|| CheckpointError::InvalidSequence(sequence.chars().take(40).collect()))?;
        if metadata.chars().count() > CHECKPOINT_METADATA_CHARS_MAX {
            return Err(CheckpointError::MetadataTooLong);
        }
        let bounds = self.bounds(stream, partition).ok_or(CheckpointError::NotInLog)?;
        if given > bounds.next {
            let Bounds { earliest, next, .. } = bounds;
            return Err(CheckpointError::OutOfRange { given, earliest, next });
        }
        Ok(CheckpointRow { partition: partition.0, sequence: given, metadata: metadata.to_owned() })
    }

    /// What the app committed on a partition; `None` if nothing.
    pub async fn checkpoint(
        &self,
        app: AppRef<'_>,
        stream: &Stream,
        partition: PartitionId,
    ) -> Result<Option<Checkpoint>, CheckpointError> {
        known(stream, partition)?;
        let (project, app, id) = (app.project.to_string(), app.name.to_owned(), stream.id.clone());
        let row = self
            .0
            .meta
            .read(move |tx| {
                let (project, app, id) = (project.clone(), app.clone(), id.clone());
                Box::pin(async move {
                    let app = app_id(tx, &project, &app).await?;
                    Ok::<_, CheckpointError>(sql::checkpoint(tx, &app, &id, partition.0).await?)
                })
            })
            .await?;
        Ok(row.map(checkpoint_of))
    }

    /// Removes what the app committed on a partition, or on all of them.
    pub async fn delete_checkpoints(
        &self,
        app: AppRef<'_>,
        stream: &Stream,
        partition: Option<PartitionId>,
    ) -> Result<(), CheckpointError> {
        if let Some(partition) = partition {
            known(stream, partition)?;
        }
        let (project, app, id) = (app.project.to_string(), app.name.to_owned(), stream.id.clone());
        self.0
            .meta
            .tx(move |tx| {
                let (project, app, id) = (project.clone(), app.clone(), id.clone());
                Box::pin(async move {
                    let app = app_id(tx, &project, &app).await?;
                    if sql::checkpoints(tx, &app, &id).await?.is_empty() {
                        return Err(CheckpointError::NothingCommitted);
                    }
                    sql::delete_checkpoints(tx, &app, &id, partition.map(|p| p.0)).await?;
                    Ok(())
                })
            })
            .await
    }

    /// How far the app is on every partition that is not expired, ascending by index.
    pub async fn consumption(
        &self,
        app: AppRef<'_>,
        stream: &Stream,
    ) -> Result<Vec<Consumption>, CheckpointError> {
        if stream.state != StreamState::Running {
            return Err(CheckpointError::NotRunning);
        }
        let (project, app, id) = (app.project.to_string(), app.name.to_owned(), stream.id.clone());
        let rows = self
            .0
            .meta
            .read(move |tx| {
                let (project, app, id) = (project.clone(), app.clone(), id.clone());
                Box::pin(async move {
                    let app = app_id(tx, &project, &app).await?;
                    Ok::<_, CheckpointError>(sql::checkpoints(tx, &app, &id).await?)
                })
            })
            .await?;
        let shown = stream.partitions.iter().filter(|p| p.state != PartitionState::Expired);
        shown
            .map(|p| {
                let row = rows.iter().find(|row| row.partition == p.id.0).cloned();
                let bounds = self.bounds(stream, p.id).ok_or(CheckpointError::NotInLog)?;
                Ok(Consumption {
                    partition: p.id,
                    state: p.state,
                    checkpoint: row.map(checkpoint_of),
                    bounds,
                })
            })
            .collect()
    }
}

fn known(stream: &Stream, partition: PartitionId) -> Result<(), CheckpointError> {
    stream.partition(partition).map(|_| ()).ok_or(CheckpointError::UnknownPartition(partition))
}

fn checkpoint_of(row: CheckpointRow) -> Checkpoint {
    Checkpoint { sequence: row.sequence, metadata: row.metadata }
}
