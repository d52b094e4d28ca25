//! Every failure of the stream API as its code, message and body: the only place that maps domain errors.

use crate::dis::reply;
use axum::response::{IntoResponse, Response};
use tidemill_api::{ErrorBody, ErrorCode};
use tidemill_iam::IamError;
use tidemill_iam::api_signature::AuthError;
use tidemill_meta::MetaError;
use tidemill_model::limits::REQUEST_BYTES_MAX;

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

    /// DIS.4301 for what the client called the stream.
    pub fn unknown_stream(stream: &str, project: &tidemill_model::ProjectId) -> Self {
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
