//! Refusals: a status, a code clients know, and a document.

use http::StatusCode;
use tidemill_iam::object_signature::ObjectAuthError;
use tidemill_objects::ObjectsError;

/// Why a request is refused.
#[derive(Debug)]
pub(crate) struct ObsError {
    pub(crate) status: StatusCode,
    /// A code of the published lists, for example `NoSuchKey`.
    pub(crate) code: &'static str,
    pub(crate) message: String,
    /// Headers that go with it, names without the dialect's prefix where they have one.
    pub(crate) headers: Vec<(&'static str, String)>,
}

impl ObsError {
    pub(crate) fn new(status: StatusCode, code: &'static str, message: impl Into<String>) -> Self {
        Self { status, code, message: message.into(), headers: Vec::new() }
    }

    pub(crate) fn with_header(mut self, name: &'static str, value: String) -> Self {
        self.headers.push((name, value));
        self
    }

    /// 400 with that code.
    pub(crate) fn bad(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, code, message)
    }

    pub(crate) fn invalid_argument(message: impl Into<String>) -> Self {
        Self::bad("InvalidArgument", message)
    }

    pub(crate) fn malformed_xml(message: impl Into<String>) -> Self {
        Self::bad("MalformedXML", message)
    }

    pub(crate) fn access_denied(message: impl Into<String>) -> Self {
        Self::new(StatusCode::FORBIDDEN, "AccessDenied", message)
    }

    pub(crate) fn not_implemented(what: &str) -> Self {
        let message = format!("{what} is not offered by this service.");
        Self::new(StatusCode::NOT_IMPLEMENTED, "NotImplemented", message)
    }

    pub(crate) fn method_not_allowed() -> Self {
        let message = "The method is not allowed against this resource.";
        Self::new(StatusCode::METHOD_NOT_ALLOWED, "MethodNotAllowed", message)
    }

    pub(crate) fn precondition_failed() -> Self {
        let message = "At least one of the preconditions you specified did not hold.";
        Self::new(StatusCode::PRECONDITION_FAILED, "PreconditionFailed", message)
    }

    pub(crate) fn internal() -> Self {
        let message = "We encountered an internal error. Please try again.";
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "InternalError", message)
    }
}

impl From<ObjectAuthError> for ObsError {
    fn from(error: ObjectAuthError) -> Self {
        let status = StatusCode::from_u16(error.status()).unwrap_or(StatusCode::FORBIDDEN);
        Self::new(status, error.code(), error.to_string())
    }
}

impl From<ObjectsError> for ObsError {
    fn from(error: ObjectsError) -> Self {
        use ObjectsError as E;
        let (not_found, conflict) = (StatusCode::NOT_FOUND, StatusCode::CONFLICT);
        let bad = StatusCode::BAD_REQUEST;
        let (status, code) = match &error {
            E::NoSuchBucket => (not_found, "NoSuchBucket"),
            E::NoSuchKey => (not_found, "NoSuchKey"),
            E::NoSuchUpload => (not_found, "NoSuchUpload"),
            E::BucketExists { .. } => (conflict, "BucketAlreadyExists"),
            E::BucketNotEmpty => (conflict, "BucketNotEmpty"),
            E::InvalidKey => (bad, "KeyTooLongError"),
            E::InvalidPartNumber => (bad, "InvalidArgument"),
            E::InvalidPart { .. } => (bad, "InvalidPart"),
            E::InvalidPartOrder => (bad, "InvalidPartOrder"),
            E::PartTooSmall { .. } => (bad, "EntityTooSmall"),
            E::TooLarge => (bad, "EntityTooLarge"),
            E::TooManyAppends => (conflict, "AppendTooManyTimes"),
            E::NotAppendable => (conflict, "ObjectNotAppendable"),
            E::WrongPosition { .. } => (conflict, "PositionNotEqualToLength"),
            E::Precondition => return Self::precondition_failed(),
            E::Full => (StatusCode::INSUFFICIENT_STORAGE, "InsufficientStorageSpace"),
            E::Io(_) | E::Meta(_) => {
                tracing::error!(%error, "the object store failed");
                return Self::internal();
            }
        };
        let refusal = Self::new(status, code, error.to_string());
        match error {
            E::WrongPosition { expected } => {
                refusal.with_header("next-append-position", expected.to_string())
            }
            _ => refusal,
        }
    }
}
