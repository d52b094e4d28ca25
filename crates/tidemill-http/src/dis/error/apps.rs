//! Errors of the calls on apps, their checkpoints and their groups.

use super::DisError;
use tidemill_api::ErrorCode;
use tidemill_model::limits::{APPS_MAX, GROUP_MEMBERS_MAX};
use tidemill_stream::{AppError, CheckpointError, GroupError, Stream};

impl DisError {
    /// A call on a checkpoint failed.
    pub(in crate::dis) fn checkpoint(error: CheckpointError, stream: &Stream) -> Self {
        match error {
            CheckpointError::UnknownApp => Self::bare(ErrorCode::UnknownApp),
            CheckpointError::UnknownStream => Self::gone(stream),
            CheckpointError::NotRunning => Self::bare(ErrorCode::StreamNotRunning),
            CheckpointError::UnknownPartition(partition) => {
                let name = stream.name.as_str();
                Self::of_partition(ErrorCode::UnknownPartition, name, &stream.project, partition)
            }
            CheckpointError::InvalidSequence(text) => Self::new(ErrorCode::InvalidSequenceNumber, &[&text]),
            CheckpointError::OutOfRange { given, earliest, next } => {
                Self::out_of_range(given, earliest, next)
            }
            CheckpointError::MetadataTooLong => Self::invalid(error),
            CheckpointError::NothingCommitted => Self::bare(ErrorCode::NoCheckpoint),
            CheckpointError::UnknownMember => Self::bare(ErrorCode::UnknownMember),
            CheckpointError::Rebalancing => Self::bare(ErrorCode::Rebalancing),
            CheckpointError::WrongGeneration => Self::bare(ErrorCode::IllegalGeneration),
            CheckpointError::NotInLog | CheckpointError::CutOff | CheckpointError::Meta(_) => {
                Self::internal(error)
            }
        }
    }
}

impl From<AppError> for DisError {
    fn from(error: AppError) -> Self {
        match error {
            AppError::Unknown => Self::bare(ErrorCode::UnknownApp),
            AppError::Exists => Self::bare(ErrorCode::AppExists),
            AppError::Quota => Self::new(ErrorCode::AppQuotaExceeded, &[&format!("at most {APPS_MAX}")]),
            AppError::InUse => Self::bare(ErrorCode::AppInUse),
            AppError::CutOff | AppError::Meta(_) => Self::internal(error),
        }
    }
}

impl From<GroupError> for DisError {
    fn from(error: GroupError) -> Self {
        match error {
            GroupError::Invalid(reason) => Self::invalid(reason),
            GroupError::TooManyMembers => Self::new(
                ErrorCode::ConsumerQuotaExceeded,
                &[&format!("at most {GROUP_MEMBERS_MAX} members")],
            ),
            GroupError::Meta(error) => Self::internal(error),
        }
    }
}
