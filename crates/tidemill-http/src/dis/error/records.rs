//! Errors of putting and getting records: of a whole request, and of one record of a put.

use super::DisError;
use serde::Serialize;
use tidemill_api::ErrorCode;
use tidemill_log::Refusal;
use tidemill_model::ProjectId;
use tidemill_stream::{
    AppendError, CursorError, CursorTextError, GetError, GrantedAction, RecordError, Stream,
};

impl DisError {
    /// A whole put failed.
    pub(in crate::dis) fn append(error: AppendError, stream: &Stream) -> Self {
        match error {
            AppendError::NotRunning => Self::bare(ErrorCode::StreamNotRunning),
            AppendError::UnknownStream => Self::gone(stream),
            AppendError::NotBase64(_) => Self::invalid(error),
        }
    }

    /// There is no cursor.
    pub(in crate::dis) fn cursor(error: CursorError, stream: &Stream) -> Self {
        let of_partition =
            |code, partition| Self::of_partition(code, stream.name.as_str(), &stream.project, partition);
        match error {
            CursorError::NotRunning => Self::bare(ErrorCode::StreamNotRunning),
            CursorError::UnknownPartition(id) => of_partition(ErrorCode::UnknownPartition, id),
            CursorError::PartitionExpired(id) => of_partition(ErrorCode::PartitionExpired, id),
            CursorError::InvalidSequence(text) => Self::new(ErrorCode::InvalidSequenceNumber, &[&text]),
            CursorError::OutOfRange { given, earliest, next } => Self::out_of_range(given, earliest, next),
            CursorError::NoTimestamp => Self::invalid("timestamp is missing"),
            CursorError::TimestampExpired { oldest_ms } => {
                Self::unreadable(format!("timestamp is expired, timestamp should be larger than {oldest_ms}"))
            }
            CursorError::Log(_) => Self::internal(error),
        }
    }

    /// A cursor gives no records.
    pub(in crate::dis) fn get(error: GetError, project: &ProjectId) -> Self {
        match error {
            GetError::Cursor(CursorTextError::Invalid(reason)) => {
                Self::new(ErrorCode::InvalidCursor, &[reason])
            }
            GetError::Cursor(CursorTextError::Expired) => {
                Self::new(ErrorCode::CursorExpired, &["a cursor lives 5 minutes"])
            }
            GetError::UnknownStream(name) => Self::unknown_stream(&name, project),
            GetError::Denied => Self::not_granted(GrantedAction::GetRecords),
            GetError::NotRunning => Self::bare(ErrorCode::StreamNotRunning),
            GetError::PartitionExpired { stream, partition } => {
                Self::of_partition(ErrorCode::PartitionExpired, &stream, project, partition)
            }
            GetError::Throttled { stream, partition } => {
                Self::of_partition(ErrorCode::Throttled, &stream, project, partition)
            }
            GetError::Trimmed => Self::bare(ErrorCode::CursorTrimmed),
            GetError::Beyond { given, earliest, next } => Self::out_of_range(given, earliest, next),
            GetError::Log(_) => Self::internal(error),
        }
    }
}

/// What a put answers for one record that failed.
///
/// One client finds the code only in the text, so it stands in both members.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(in crate::dis) struct RecordFailure {
    pub(in crate::dis) error_code: &'static str,
    pub(in crate::dis) error_message: String,
}

impl RecordFailure {
    pub(in crate::dis) fn new(error: &RecordError, stream: &Stream) -> Self {
        let code = match error {
            RecordError::InvalidPartitionId(_) => ErrorCode::InvalidPartitionId,
            RecordError::UnknownPartition(_) => ErrorCode::UnknownPartition,
            RecordError::PartitionClosed(_) => ErrorCode::PartitionExpired,
            RecordError::Throttled => ErrorCode::Throttled,
            RecordError::Invalid(_) => ErrorCode::InvalidRequest,
            RecordError::Refused(refusal) => refused(*refusal),
            RecordError::Unknown => ErrorCode::RecordNotStored,
        };
        let mut details = vec![code.code().to_owned()];
        match error {
            RecordError::InvalidPartitionId(text) => details.push(text.clone()),
            RecordError::UnknownPartition(id) | RecordError::PartitionClosed(id) => {
                details = vec![stream.name.to_string(), stream.project.to_string(), id.to_string()];
                details.push(code.code().to_owned());
            }
            // Clients compare the text of this one.
            RecordError::Throttled => {}
            RecordError::Invalid(reason) => details.push((*reason).to_owned()),
            RecordError::Refused(_) | RecordError::Unknown => details.push(error.to_string()),
        }
        Self { error_code: code.code(), error_message: code.message(&details) }
    }
}

/// Producers send a record again when its code is DIS.5250, and give up otherwise.
fn refused(refusal: Refusal) -> ErrorCode {
    match refusal {
        Refusal::TooLarge => ErrorCode::InvalidRequest,
        Refusal::UnknownStream => ErrorCode::UnknownStream,
        Refusal::UnknownPartition | Refusal::DiskFull | Refusal::Stopped => ErrorCode::RecordNotStored,
    }
}
