//! Errors of the calls on streams, their tags and their policies.

use super::DisError;
use tidemill_api::ErrorCode;
use tidemill_model::ProjectId;
use tidemill_stream::{
    CreateError, DeleteError, GrantError, ScaleError, Stream, TagError, TagRefusal, UpdateError,
};

impl DisError {
    /// Making the stream `name` failed.
    pub(in crate::dis) fn create(error: CreateError, name: &str) -> Self {
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
    pub(in crate::dis) fn tag(error: TagError, stream: &Stream) -> Self {
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
    pub(in crate::dis) fn scale(error: ScaleError, stream: &Stream) -> Self {
        match error {
            ScaleError::Invalid(reason) => Self::invalid(reason),
            ScaleError::UnknownStream => Self::gone(stream),
            ScaleError::NotRunning => Self::bare(ErrorCode::StreamNotRunning),
            ScaleError::Quota { active, max } => Self::quota(active, max),
            ScaleError::Meta(_) | ScaleError::Log(_) | ScaleError::CutOff => Self::internal(error),
        }
    }

    /// Changing the settings failed.
    pub(in crate::dis) fn update(error: UpdateError, stream: &Stream) -> Self {
        match error {
            UpdateError::Invalid(reason) => Self::invalid(reason),
            UpdateError::Schema(reason) => Self::new(ErrorCode::InvalidSchema, &[&reason]),
            UpdateError::UnknownStream => Self::gone(stream),
            UpdateError::NotRunning => Self::bare(ErrorCode::StreamNotRunning),
            UpdateError::Meta(_) | UpdateError::CutOff => Self::internal(error),
        }
    }

    /// Deleting the stream that the client called `name` failed.
    pub(in crate::dis) fn delete(error: DeleteError, name: &str, project: &ProjectId) -> Self {
        match error {
            DeleteError::UnknownStream => Self::unknown_stream(name, project),
            DeleteError::Continues(reason) => {
                tracing::warn!(stream = name, reason, "a deletion continues after its answer");
                Self::new(ErrorCode::Internal, &["deletion continues"])
            }
            DeleteError::Meta(_) | DeleteError::Log(_) | DeleteError::CutOff => Self::internal(error),
        }
    }

    /// Changing the policies failed.
    pub(in crate::dis) fn grant(error: GrantError, stream: &Stream) -> Self {
        match error {
            GrantError::UnknownStream => Self::gone(stream),
            GrantError::NotRunning => Self::bare(ErrorCode::StreamNotRunning),
            GrantError::TooMany | GrantError::NoSuchPolicy => Self::invalid(error),
            GrantError::Meta(_) | GrantError::CutOff => Self::internal(error),
        }
    }
}
