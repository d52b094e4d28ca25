//! What every call of the dataset API starts with: caller, body, project, page, flags.

use crate::modelarts::{ModelArtsError, ModelArtsState};
use crate::request::budget::Room;
use crate::request::query::Query;
use crate::request::{Arrived, PathValues, json};
use axum::extract::{FromRef, FromRequest, Request};
use bytes::Bytes;
use http::HeaderMap;
use serde::de::DeserializeOwned;
use std::sync::Arc;
use tidemill_iam::{Caller, Iam};
use tidemill_model::ProjectId;
use tidemill_model::limits::DATASET_REQUEST_BYTES_MAX;

/// An authenticated request in its project, with its whole body.
#[derive(Debug)]
pub struct ModelArtsRequest {
    /// Who sent it.
    pub caller: Arc<Caller>,
    /// The project of the path, which the caller may use.
    pub project: ProjectId,
    /// The query.
    pub query: Query,
    /// The headers.
    pub headers: HeaderMap,
    /// The body, at most [`DATASET_REQUEST_BYTES_MAX`] bytes.
    pub body: Bytes,
    iam: Arc<Iam>,
    path: PathValues,
    _room: Room,
}

/// Which part of a list is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Page {
    /// Records left out at the start.
    pub offset: u64,
    /// Records wanted.
    pub limit: u64,
}

impl ModelArtsRequest {
    /// The value of `{name}` in the route's path; empty if the route has none.
    pub fn path(&self, name: &str) -> &str {
        self.path.get(name)
    }

    /// Refuses with 0108 unless the caller may do `action`, for example `modelarts:dataset:create`.
    pub fn allow(&self, action: &str) -> Result<(), ModelArtsError> {
        Ok(self.iam.authorize(&self.caller, action)?)
    }

    /// Reads the body: 4202 if it is empty, 4105 if it is no JSON, 0104 for a wrong type.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, ModelArtsError> {
        Ok(json::parse_object(&self.body)?)
    }

    /// The same; an empty body counts as `{}`.
    pub fn json_or_default<T: DeserializeOwned + Default>(&self) -> Result<T, ModelArtsError> {
        if self.body.trim_ascii().is_empty() { Ok(T::default()) } else { self.json() }
    }

    /// The page that `offset` (a record offset, default 0) and `limit` ask for; 0104 out of range.
    pub fn page(&self, default: u64, max: u64) -> Result<Page, ModelArtsError> {
        let offset = self.query.int("offset")?.unwrap_or(0);
        let offset = u64::try_from(offset)
            .map_err(|_| ModelArtsError::invalid(format!("offset must be at least 0, got {offset}")))?;
        let limit = self.query.int("limit")?;
        let limit = limit.map_or(Some(default), |n| u64::try_from(n).ok());
        match limit.filter(|n| (1..=max).contains(n)) {
            Some(limit) => Ok(Page { offset, limit }),
            None => Err(ModelArtsError::invalid(format!(
                "limit must be from 1 to {max}, got {}",
                self.query.get("limit").unwrap_or_default()
            ))),
        }
    }

    /// A truth value of the query in any case; 0104 for another word.
    pub fn flag(&self, name: &str) -> Result<Option<bool>, ModelArtsError> {
        let Some(text) = self.query.get(name) else { return Ok(None) };
        match text.to_ascii_lowercase().as_str() {
            "true" | "1" => Ok(Some(true)),
            "false" | "0" => Ok(Some(false)),
            _ => Err(ModelArtsError::invalid(format!("{name} must be true or false, got {text:?}"))),
        }
    }

    /// A code of the query that `read` knows; 0104 for another.
    pub fn code<T>(&self, name: &str, read: impl Fn(i64) -> Option<T>) -> Result<Option<T>, ModelArtsError> {
        let Some(code) = self.query.int(name)? else { return Ok(None) };
        let told = || ModelArtsError::invalid(format!("{name} has no value {code}"));
        read(code).ok_or_else(told).map(Some)
    }

    /// Whether `order` asks for ascending: 0104 for a word that is neither `asc` nor `desc`.
    pub fn ascending(&self) -> Result<bool, ModelArtsError> {
        match self.query.get("order").map(str::to_ascii_lowercase).as_deref() {
            None | Some("desc") => Ok(false),
            Some("asc") => Ok(true),
            Some(other) => Err(ModelArtsError::invalid(format!("order must be asc or desc, got {other:?}"))),
        }
    }
}

impl<S> FromRequest<S> for ModelArtsRequest
where
    S: Send + Sync,
    ModelArtsState: FromRef<S>,
{
    type Rejection = ModelArtsError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ModelArtsError> {
        let state = ModelArtsState::from_ref(state);
        let arrived = state.gate.let_in(request, DATASET_REQUEST_BYTES_MAX, |_| 0).await?;
        let Arrived { caller, project, query, headers, body, path, room } = arrived;
        Ok(Self { caller, project, query, headers, body, iam: state.gate.iam, path, _room: room })
    }
}
