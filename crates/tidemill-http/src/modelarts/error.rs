//! Every failure of the dataset API as its code, message and body: the only place that maps domain errors.

use crate::modelarts::reply;
use crate::request::RequestError;
use axum::response::{IntoResponse, Response};
use std::fmt::Display;
use tidemill_api::modelarts::{ModelArtsCode, ModelArtsErrorBody};
use tidemill_bucket::InvalidLocation;
use tidemill_dataset::label::LabelError;
use tidemill_dataset::version::{SplitError, VersionError};
use tidemill_dataset::{Activity, DatasetError, PathError};
use tidemill_iam::IamError;
use tidemill_iam::api_signature::AuthError;
use tidemill_meta::MetaError;
use tidemill_processing::{ProcessingError, Unanalysable};

/// A refused or failed request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ModelArtsError {
    /// The code; it also gives the status.
    pub code: ModelArtsCode,
    /// What was wrong and what is allowed, one line.
    pub message: String,
}

impl ModelArtsError {
    /// The code with its phrase and the detail in brackets.
    pub fn new(code: ModelArtsCode, detail: impl Display) -> Self {
        Self { code, message: code.message(&detail.to_string()) }
    }

    /// 0104: a parameter or body value out of its range, with the reason.
    pub fn invalid(reason: impl Display) -> Self {
        Self::new(ModelArtsCode::InvalidParameter, reason)
    }

    /// 0010. The cause goes to the log, not to the client.
    pub fn internal(cause: impl Display) -> Self {
        tracing::error!(%cause, "a request failed inside the server");
        Self::new(ModelArtsCode::Internal, "")
    }
}

impl IntoResponse for ModelArtsError {
    fn into_response(self) -> Response {
        reply::json(self.code.status(), &ModelArtsErrorBody::new(self.code, &self.message))
    }
}

impl From<AuthError> for ModelArtsError {
    fn from(error: AuthError) -> Self {
        let code = match error {
            AuthError::Missing => ModelArtsCode::TokenMissing,
            AuthError::Token => ModelArtsCode::TokenInvalid,
            _ => ModelArtsCode::BadSignature,
        };
        Self::new(code, error)
    }
}

impl From<RequestError> for ModelArtsError {
    fn from(error: RequestError) -> Self {
        let code = match error {
            RequestError::Auth(error) => return error.into(),
            RequestError::Internal(cause) => return Self::internal(cause),
            RequestError::Project(_) => ModelArtsCode::WrongProject,
            RequestError::Unreadable(_) | RequestError::TooLarge(_) => ModelArtsCode::InvalidRequest,
            RequestError::Malformed(_) => ModelArtsCode::MalformedJson,
            RequestError::Empty => ModelArtsCode::EmptyBody,
            RequestError::Invalid(_) => ModelArtsCode::InvalidParameter,
            RequestError::Busy | RequestError::TooManyRequests | RequestError::AddressBlocked => {
                ModelArtsCode::Busy
            }
        };
        let message = match error {
            RequestError::Project(named) => format!("the project {named} does not exist or is not yours"),
            other => other.to_string(),
        };
        Self::new(code, message)
    }
}

impl From<IamError> for ModelArtsError {
    fn from(error: IamError) -> Self {
        match error {
            IamError::Auth(error) => error.into(),
            IamError::Denied(action) => {
                Self::new(ModelArtsCode::NotAllowed, format!("{action} is not allowed to this user"))
            }
            IamError::Internal(cause) => Self::internal(cause),
            other => Self::internal(other),
        }
    }
}

impl From<MetaError> for ModelArtsError {
    fn from(error: MetaError) -> Self {
        Self::internal(error)
    }
}

impl From<ProcessingError> for ModelArtsError {
    fn from(error: ProcessingError) -> Self {
        let code = match &error {
            ProcessingError::Invalid(_) => ModelArtsCode::InvalidParameter,
            ProcessingError::NoTask(_) => ModelArtsCode::UnknownTask,
            ProcessingError::NameTaken(_) => ModelArtsCode::TaskExists,
            ProcessingError::Initializing => ModelArtsCode::TaskInitializing,
            ProcessingError::Bucket(_) => ModelArtsCode::BucketMissing,
            ProcessingError::Output(path) => of_path(path),
            ProcessingError::Path(_) => ModelArtsCode::PathMissing,
            ProcessingError::NoDataset(_) => ModelArtsCode::UnknownDataset,
            ProcessingError::NoDatasetVersion(_) => ModelArtsCode::UnknownVersion,
            ProcessingError::VersionNotNormal(_) => ModelArtsCode::VersionNotNormal,
            ProcessingError::VersionEmpty(_) => ModelArtsCode::VersionEmpty,
            ProcessingError::VersionExists(_) => ModelArtsCode::VersionExists,
            ProcessingError::Analysis(why) => of_analysis(*why),
            ProcessingError::Internal(cause) => return Self::internal(cause),
        };
        Self::new(code, error)
    }
}

fn of_analysis(why: Unanalysable) -> ModelArtsCode {
    match why {
        Unanalysable::Kind => ModelArtsCode::AnalysisType,
        Unanalysable::Format => ModelArtsCode::AnalysisFormat,
        Unanalysable::Unlabeled => ModelArtsCode::AnalysisUnlabeled,
        Unanalysable::Publishing => ModelArtsCode::AnalysisPublishing,
        Unanalysable::NotNormal => ModelArtsCode::AnalysisVersion,
    }
}

impl From<DatasetError> for ModelArtsError {
    fn from(error: DatasetError) -> Self {
        let code = match &error {
            DatasetError::Unknown(_) => ModelArtsCode::UnknownDataset,
            DatasetError::UnknownSample(_) => ModelArtsCode::UnknownSample,
            DatasetError::Exists(_) => ModelArtsCode::DatasetExists,
            DatasetError::Invalid(_) => ModelArtsCode::InvalidParameter,
            DatasetError::Path(path) => of_path(path),
            DatasetError::Label(label) => of_label(label),
            DatasetError::Busy(activity) => of_activity(*activity),
            DatasetError::VersionInUse(_) => ModelArtsCode::VersionInUse,
            DatasetError::LabelingWhilePublishing => ModelArtsCode::LabelingWhilePublishing,
            DatasetError::SampleExists(_) => ModelArtsCode::SampleExists,
            DatasetError::InlineTooLarge(_) => ModelArtsCode::InlineSampleTooLarge,
            DatasetError::FileTooLarge(..) => ModelArtsCode::FileTooLarge,
            DatasetError::ImageSizeUnknown(_) => ModelArtsCode::ImageSizeUnknown,
            DatasetError::NoObject(_) => ModelArtsCode::PathMissing,
            DatasetError::Full(..) | DatasetError::TooManyDatasets(_) => ModelArtsCode::DatasetQuota,
            DatasetError::Object(_) | DatasetError::Meta(_) => return Self::internal(error),
        };
        Self::new(code, error)
    }
}

impl From<VersionError> for ModelArtsError {
    fn from(error: VersionError) -> Self {
        let code = match &error {
            VersionError::Dataset(error) => return error.clone().into(),
            VersionError::Unknown(_) => ModelArtsCode::UnknownVersion,
            VersionError::Exists(_) => ModelArtsCode::VersionExists,
            VersionError::Invalid(_) => ModelArtsCode::InvalidParameter,
            VersionError::TooFrequent(_) => ModelArtsCode::TooFrequent,
            VersionError::TooMany(_) => ModelArtsCode::VersionQuota,
            VersionError::Split(SplitError::TooFew(_)) => ModelArtsCode::SplitUnsuited,
            VersionError::Split(SplitError::OneSided(_)) => ModelArtsCode::SplitImpossible,
            VersionError::NotNormal(_) => ModelArtsCode::VersionNotNormal,
            VersionError::InUse(_) => ModelArtsCode::VersionInUse,
            VersionError::Failed(_) => return Self::internal(error),
        };
        Self::new(code, error)
    }
}

fn of_path(error: &PathError) -> ModelArtsCode {
    match error {
        PathError::Missing(_) => ModelArtsCode::PathMissing,
        PathError::Illegal(_, InvalidLocation::EmptyPart) => ModelArtsCode::PathDoubleSlash,
        PathError::Illegal(..) => ModelArtsCode::PathIllegal,
        PathError::BareBucket(_) => ModelArtsCode::NotSubdirectory,
        PathError::Length(_) => ModelArtsCode::WorkPathTooLong,
        PathError::InsideInput => ModelArtsCode::InvalidPath,
        PathError::NoBucket(_) | PathError::Bucket(..) => ModelArtsCode::BucketMissing,
        PathError::NotFound(_) => ModelArtsCode::PathMissing,
        PathError::NothingImportable(_) => ModelArtsCode::NothingImportable,
        PathError::DirectoryExists(_) => ModelArtsCode::DirectoryExists,
    }
}

/// The code of a label that cannot be used.
pub(super) fn of_label(error: &LabelError) -> ModelArtsCode {
    match error {
        LabelError::Unknown(_) => ModelArtsCode::UnknownLabel,
        LabelError::Exists(_) => ModelArtsCode::LabelExists,
        LabelError::ShortcutTaken(_) => ModelArtsCode::ShortcutExists,
        LabelError::Invalid(_) => ModelArtsCode::InvalidParameter,
        LabelError::EntityMissing(_) => ModelArtsCode::EntityMissing,
        LabelError::EntityInUse(_) => ModelArtsCode::EntityInUse,
    }
}

fn of_activity(activity: Activity) -> ModelArtsCode {
    match activity {
        // No code of its own; the message says what it is.
        Activity::Creating | Activity::Deleting => ModelArtsCode::Deleting,
        Activity::Synchronizing => ModelArtsCode::Synchronizing,
        Activity::Publishing => ModelArtsCode::Publishing,
        Activity::Switching => ModelArtsCode::Switching,
        Activity::Importing => ModelArtsCode::Importing,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotas_have_codes_of_their_own() {
        let code = |error: ModelArtsError| error.code.code();
        assert_eq!(code(VersionError::TooMany(1000).into()), "ModelArts.4714");
        assert_eq!(code(DatasetError::Full("samples", 1).into()), "ModelArts.4354");
        assert_eq!(code(DatasetError::TooManyDatasets(1).into()), "ModelArts.4354");
    }
}
