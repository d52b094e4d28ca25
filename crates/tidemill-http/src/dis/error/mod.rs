//! Every failure of the stream API as its code, message and body: the only place that maps domain errors.

mod apps;
mod records;
mod streams;
mod tasks;

pub(super) use records::RecordFailure;

use crate::dis::reply;
use crate::request::RequestError;
use axum::response::{IntoResponse, Response};
use tidemill_api::{ErrorBody, ErrorCode};
use tidemill_iam::IamError;
use tidemill_iam::api_signature::AuthError;
use tidemill_meta::MetaError;
use tidemill_model::limits::REQUEST_BYTES_MAX;
use tidemill_model::{PartitionId, ProjectId};
use tidemill_stream::{GrantedAction, Stream};

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
        Self::new(ErrorCode::UnknownStream, &[shortened(stream), project.as_str()])
    }
}

impl IntoResponse for DisError {
    fn into_response(self) -> Response {
        reply::json(self.code.status(), &ErrorBody::new(self.code, &self.message))
    }
}

impl From<RequestError> for DisError {
    fn from(error: RequestError) -> Self {
        match error {
            RequestError::Auth(error) => error.into(),
            RequestError::Project(named) => Self::new(ErrorCode::InvalidProject, &[&named]),
            RequestError::TooLarge(_) => Self::body_too_large(),
            RequestError::Unreadable(reason) | RequestError::Malformed(reason) => Self::unreadable(reason),
            RequestError::Empty => Self::new(ErrorCode::EmptyRequest, &[]),
            RequestError::Invalid(reason) => Self::invalid(reason),
            RequestError::Busy => Self::new(ErrorCode::Busy, &[&RequestError::Busy.to_string()]),
            RequestError::TooManyRequests => Self::new(ErrorCode::TooManyStreamRequests, &[]),
            RequestError::AddressBlocked => Self::new(ErrorCode::AddressBlocked, &[]),
            RequestError::Internal(cause) => Self::internal(cause),
        }
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

/// What the errors of several operations are made of.
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
}

/// What a client sent, as far as an answer shows it.
pub(in crate::dis) fn shortened(text: &str) -> &str {
    const SHOWN_CHARS: usize = 200;
    text.char_indices().nth(SHOWN_CHARS).map_or(text, |(end, _)| &text[..end])
}
