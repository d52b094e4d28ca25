//! Errors of the identity API: `{"error":{"code":401,"title":"Unauthorized","message":"…"}}`.

use crate::iam::reply;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use serde_json::json;
use tidemill_iam::IamError;
use tidemill_iam::api_signature::AuthError;

/// A refused identity call.
#[derive(Clone, Debug)]
pub enum IdentityError {
    /// By the identity service.
    Iam(IamError),
    /// The body is over its limit.
    BodyTooLarge,
    /// The route exists for other methods.
    WrongMethod,
}

impl IdentityError {
    /// Status 400 with this message.
    pub fn bad_request(message: impl Into<String>) -> Self {
        Self::Iam(IamError::BadRequest { code: None, message: message.into() })
    }

    fn status(&self) -> StatusCode {
        match self {
            Self::Iam(error) => {
                StatusCode::from_u16(error.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
            }
            Self::BodyTooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::WrongMethod => StatusCode::METHOD_NOT_ALLOWED,
        }
    }

    fn message(&self) -> String {
        match self {
            Self::Iam(IamError::Internal(reason)) => {
                tracing::error!(reason, "an identity call failed");
                "The identity service failed; its log says why.".to_owned()
            }
            Self::Iam(IamError::BadRequest { code: Some(code), message }) => format!("{code}: {message}"),
            Self::Iam(error) => error.to_string(),
            Self::BodyTooLarge => "The body is larger than 64 KiB.".to_owned(),
            Self::WrongMethod => "The resource does not support this method.".to_owned(),
        }
    }
}

impl From<IamError> for IdentityError {
    fn from(error: IamError) -> Self {
        Self::Iam(error)
    }
}

impl From<AuthError> for IdentityError {
    fn from(error: AuthError) -> Self {
        Self::Iam(error.into())
    }
}

impl IntoResponse for IdentityError {
    fn into_response(self) -> Response {
        let status = self.status();
        let title = status.canonical_reason().unwrap_or_default();
        let error = json!({ "code": status.as_u16(), "title": title, "message": self.message() });
        reply::json(status, &json!({ "error": error }))
    }
}
