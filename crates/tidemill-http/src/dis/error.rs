//! Every failure of the stream API as its code, message and body: the only place that maps domain errors.

use crate::dis::reply;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use tidemill_api::{ErrorBody, ErrorCode};
use tidemill_iam::IamError;
use tidemill_iam::api_signature::AuthError;
use tidemill_log::Refusal;
use tidemill_meta::MetaError;
use tidemill_model::limits::{APPS_MAX, DUMP_TASKS_PER_STREAM_MAX, GROUP_MEMBERS_MAX, REQUEST_BYTES_MAX};
use tidemill_model::{PartitionId, ProjectId};
use tidemill_stream::{
    AppError, AppendError, CheckpointError, CreateError, CursorError, CursorTextError, DeleteError, GetError,
    GrantError, GrantedAction, GroupError, RecordError, ScaleError, Stream, TagError, TagRefusal,
    UpdateError,
};

/// A refused or failed request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DisError {
    /// The code; it also gives the status.
    pub code: ErrorCode,
    /// The whole message, one line.
    pub message: String,
}

impl DisError {
    /// The code with its phrase and every detail in brackets.
    pub fn new(code: ErrorCode, details: &[&str]) -> Self {
        Self { code, message: code.message(details) }
    }

    /// DIS.4200: a parameter or body value out of its range, with the reason.
    pub fn invalid(reason: impl std::fmt::Display) -> Self {
        Self::new(ErrorCode::InvalidRequest, &[&reason.to_string()])
    }

    /// DIS.4300: the body cannot be read, with the reason.
    pub fn unreadable(reason: impl std::fmt::Display) -> Self {
        Self::new(ErrorCode::RequestError, &[&reason.to_string()])
    }

    /// DIS.5000. The cause goes to the log, not to the client.
    pub fn internal(cause: impl std::fmt::Display) -> Self {
        tracing::error!(%cause, "a request failed inside the server");
        Self::new(ErrorCode::Internal, &[])
    }

    /// 413: the body is over the limit of this API.
    pub fn body_too_large() -> Self {
        let reason = format!("body over {REQUEST_BYTES_MAX} bytes");
        Self::new(ErrorCode::BodyTooLarge, &[&reason])
    }

    /// DIS.4116: the stream of another account lets the caller do other things only.
    pub(super) fn not_granted(action: GrantedAction) -> Self {
        Self::new(ErrorCode::AccessDenied, &[&format!("{} is not granted", action.as_str())])
    }

    /// DIS.4301 for what the client called the stream.
    pub fn unknown_stream(stream: &str, project: &ProjectId) -> Self {
        Self::new(ErrorCode::UnknownStream, &[stream, project.as_str()])
    }
}

impl IntoResponse for DisError {
    fn into_response(self) -> Response {
        reply::json(self.code.status(), &ErrorBody::new(self.code, &self.message))
    }
}

impl From<AuthError> for DisError {
    fn from(error: AuthError) -> Self {
        Self { code: ErrorCode::NotAuthenticated, message: error.to_string() }
    }
}

impl From<IamError> for DisError {
    fn from(error: IamError) -> Self {
        match error {
            IamError::Auth(error) => error.into(),
            IamError::WrongCredentials => {
                Self { code: ErrorCode::NotAuthenticated, message: error.to_string() }
            }
            IamError::Denied(action) => Self::new(ErrorCode::AccessDenied, &[&action]),
            IamError::BadRequest { message, .. } => Self::invalid(message),
            IamError::NotFound { name, .. } => Self::new(ErrorCode::InvalidProject, &[&name]),
            IamError::Conflict(reason) => Self::invalid(reason),
            IamError::TooManyTokens => Self::new(ErrorCode::Busy, &[&error.to_string()]),
            IamError::Internal(cause) => Self::internal(cause),
        }
    }
}

impl From<MetaError> for DisError {
    fn from(error: MetaError) -> Self {
        Self::internal(error)
    }
}

/// The errors of one domain operation each, by meaning.
impl DisError {
    fn bare(code: ErrorCode) -> Self {
        Self::new(code, &[])
    }

    fn gone(stream: &Stream) -> Self {
        Self::unknown_stream(stream.name.as_str(), &stream.project)
    }

    fn of_partition(code: ErrorCode, stream: &str, project: &ProjectId, partition: PartitionId) -> Self {
        Self::new(code, &[stream, project.as_str(), &partition.to_string()])
    }

    /// DIS.4302: an index beyond the stream.
    pub(super) fn unknown_partition(stream: &Stream, partition: PartitionId) -> Self {
        Self::of_partition(ErrorCode::UnknownPartition, stream.name.as_str(), &stream.project, partition)
    }

    /// The form in brackets is taken apart by clients.
    fn out_of_range(given: u64, earliest: u64, next: u64) -> Self {
        let [given, earliest, next] = [given, earliest, next].map(|number| number.to_string());
        let details = [given.as_str(), " should be within ", &earliest, " ", &next];
        Self::new(ErrorCode::SequenceOutOfRange, &details)
    }

    fn quota(active: u64, max: u64) -> Self {
        Self::new(ErrorCode::QuotaExceeded, &[&format!("{active} partitions, at most {max}")])
    }

    /// Making the stream `name` failed.
    pub(super) fn create(error: CreateError, name: &str) -> Self {
        match error {
            CreateError::Invalid(reason) => Self::invalid(reason),
            CreateError::Schema(reason) => Self::new(ErrorCode::InvalidSchema, &[&reason]),
            CreateError::TooManyTags => Self::bare(ErrorCode::TagQuotaExceeded),
            CreateError::Exists => Self::new(ErrorCode::StreamExists, &[name]),
            CreateError::Quota { active, max } => Self::quota(active, max),
            CreateError::Meta(_) | CreateError::Log(_) | CreateError::CutOff => Self::internal(error),
        }
    }

    /// Changing a stream's tags failed.
    pub(super) fn tag(error: TagError, stream: &Stream) -> Self {
        match error {
            TagError::Refused(TagRefusal::Invalid(reason)) => Self::invalid(reason),
            TagError::Refused(TagRefusal::TooMany) => Self::bare(ErrorCode::TagQuotaExceeded),
            TagError::UnknownKey(key) => {
                Self::new(ErrorCode::UnknownTagKey, &[&key.chars().take(80).collect::<String>()])
            }
            TagError::UnknownStream => Self::new(ErrorCode::UnknownResource, &[&stream.id]),
            TagError::Meta(_) | TagError::CutOff => Self::internal(error),
        }
    }

    /// Changing the number of partitions failed.
    pub(super) fn scale(error: ScaleError, stream: &Stream) -> Self {
        match error {
            ScaleError::Invalid(reason) => Self::invalid(reason),
            ScaleError::UnknownStream => Self::gone(stream),
            ScaleError::NotRunning => Self::bare(ErrorCode::StreamNotRunning),
            ScaleError::Quota { active, max } => Self::quota(active, max),
            ScaleError::Meta(_) | ScaleError::Log(_) | ScaleError::CutOff => Self::internal(error),
        }
    }

    /// Changing the settings failed.
    pub(super) fn update(error: UpdateError, stream: &Stream) -> Self {
        match error {
            UpdateError::Invalid(reason) => Self::invalid(reason),
            UpdateError::Schema(reason) => Self::new(ErrorCode::InvalidSchema, &[&reason]),
            UpdateError::UnknownStream => Self::gone(stream),
            UpdateError::NotRunning => Self::bare(ErrorCode::StreamNotRunning),
            UpdateError::Meta(_) | UpdateError::CutOff => Self::internal(error),
        }
    }

    /// Deleting the stream that the client called `name` failed.
    pub(super) fn delete(error: DeleteError, name: &str, project: &ProjectId) -> Self {
        match error {
            DeleteError::UnknownStream => Self::unknown_stream(name, project),
            DeleteError::Continues(reason) => {
                tracing::warn!(stream = name, reason, "a deletion continues after its answer");
                Self::new(ErrorCode::Internal, &["deletion continues"])
            }
            DeleteError::Meta(_) | DeleteError::Log(_) | DeleteError::CutOff => Self::internal(error),
        }
    }

    /// A whole put failed.
    pub(super) fn append(error: AppendError, stream: &Stream) -> Self {
        match error {
            AppendError::NotRunning => Self::bare(ErrorCode::StreamNotRunning),
            AppendError::UnknownStream => Self::gone(stream),
            AppendError::NotBase64(_) => Self::invalid(error),
        }
    }

    /// There is no cursor.
    pub(super) fn cursor(error: CursorError, stream: &Stream) -> Self {
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
    pub(super) fn get(error: GetError, project: &ProjectId) -> Self {
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

    /// Changing the policies failed.
    pub(super) fn grant(error: GrantError, stream: &Stream) -> Self {
        match error {
            GrantError::UnknownStream => Self::gone(stream),
            GrantError::NotRunning => Self::bare(ErrorCode::StreamNotRunning),
            GrantError::TooMany | GrantError::NoSuchPolicy => Self::invalid(error),
            GrantError::Meta(_) | GrantError::CutOff => Self::internal(error),
        }
    }

    /// A call on a checkpoint failed.
    pub(super) fn checkpoint(error: CheckpointError, stream: &Stream) -> Self {
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

/// The errors of dump tasks.
impl DisError {
    /// The configuration of a dump task is refused.
    pub(super) fn task_request(refused: tidemill_dump::Invalid) -> Self {
        use tidemill_dump::Part;
        let code = match refused.part {
            Part::Request => ErrorCode::InvalidRequest,
            Part::MrsCluster => ErrorCode::InvalidMrsCluster,
            Part::Agency => ErrorCode::InvalidAgency,
            Part::HdfsPath => ErrorCode::InvalidHdfsPath,
            Part::DliDatabase => ErrorCode::UnknownDliDatabase,
            Part::DliTable => ErrorCode::UnknownDliTable,
            Part::CloudtableCluster => ErrorCode::UnknownCloudtableCluster,
            Part::CloudtableTable => ErrorCode::UnknownCloudtableTable,
            Part::CloudtableFamily => ErrorCode::UnknownCloudtableFamily,
            Part::CloudtableSchema => ErrorCode::InvalidCloudtableSchema,
            Part::OpentsdbSchema => ErrorCode::InvalidOpentsdbSchema,
            Part::DwsCluster => ErrorCode::InvalidDwsCluster,
            Part::KmsKey => ErrorCode::InvalidKmsKey,
            Part::DataSchema => ErrorCode::InvalidSchema,
        };
        Self::new(code, &[&refused.reason])
    }

    fn unusable_bucket(error: tidemill_dump::UnusableBucket) -> Self {
        use tidemill_dump::UnusableBucket as E;
        match error {
            E::Missing(bucket) => Self::new(ErrorCode::UnknownBucket, &[&bucket]),
            E::NotWritable(reason) => Self::new(ErrorCode::BucketNotWritable, &[&reason]),
        }
    }

    /// Creating a dump task failed.
    pub(super) fn create_task(error: tidemill_dump::CreateError, stream: &Stream) -> Self {
        use tidemill_dump::CreateError as E;
        match error {
            E::Invalid(refused) => Self::task_request(refused),
            E::NoStream => Self::gone(stream),
            E::Exists => Self::bare(ErrorCode::TaskExists),
            E::Quota => {
                Self::new(ErrorCode::TaskQuotaExceeded, &[&format!("at most {DUMP_TASKS_PER_STREAM_MAX}")])
            }
            E::Bucket(error) => Self::unusable_bucket(error),
            E::Meta(_) => Self::internal(error),
        }
    }

    /// Deleting a dump task failed, or goes on after the answer.
    pub(super) fn delete_task(error: tidemill_dump::DeleteError) -> Self {
        use tidemill_dump::DeleteError as E;
        match error {
            E::Unknown => Self::bare(ErrorCode::UnknownTask),
            E::Continues => Self::new(ErrorCode::Internal, &[&error.to_string()]),
            E::Meta(_) => Self::internal(error),
        }
    }
}

impl From<tidemill_dump::UpdateError> for DisError {
    fn from(error: tidemill_dump::UpdateError) -> Self {
        use tidemill_dump::UpdateError as E;
        match error {
            E::Invalid(refused) => Self::task_request(refused),
            E::Unknown => Self::bare(ErrorCode::UnknownTask),
            E::Bucket(error) => Self::unusable_bucket(error),
            E::Meta(error) => Self::internal(error),
        }
    }
}

impl From<tidemill_dump::FindError> for DisError {
    fn from(error: tidemill_dump::FindError) -> Self {
        match error {
            tidemill_dump::FindError::Unknown => Self::bare(ErrorCode::UnknownTask),
            tidemill_dump::FindError::Dump(error) => Self::internal(error),
        }
    }
}

impl From<tidemill_dump::ActError> for DisError {
    fn from(error: tidemill_dump::ActError) -> Self {
        match error {
            tidemill_dump::ActError::Unknown(name) => Self::new(ErrorCode::UnknownTask, &[&name]),
            tidemill_dump::ActError::Meta(error) => Self::internal(error),
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

/// What a put answers for one record that failed.
///
/// One client finds the code only in the text, so it stands in both members.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(super) struct RecordFailure {
    pub(super) error_code: &'static str,
    pub(super) error_message: String,
}

impl RecordFailure {
    pub(super) fn new(error: &RecordError, stream: &Stream) -> Self {
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
