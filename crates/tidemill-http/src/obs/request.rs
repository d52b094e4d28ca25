//! A request to the object endpoint: what it is about and who sends it.

use super::dialect::{Dialect, prefixed};
use super::error::ObsError;
use super::query::{Query, decode};
use http::HeaderMap;
use http::request::Parts;
use std::sync::Arc;
use tidemill_iam::object_signature::Place;
use tidemill_iam::{Caller, RequestHead};

/// What a request is about, before anything is known of who sends it.
#[derive(Debug)]
pub(crate) struct Target {
    /// The bucket's name, decoded; `None` at service level.
    pub(crate) bucket: Option<String>,
    /// The key, decoded; empty at bucket level.
    pub(crate) key: String,
    pub(crate) query: Query,
}

impl Target {
    pub(crate) fn of(head: &RequestHead<'_>, place: &Place<'_>) -> Result<Self, ObsError> {
        let query = head.target.split_once('?').map_or("", |(_, query)| query);
        let bucket = match &place.bucket {
            Some(bucket) if place.virtual_host => Some(bucket.clone()),
            Some(bucket) => Some(decode(bucket)?),
            None => None,
        };
        Ok(Self { bucket, key: decode(place.raw_key)?, query: Query::parse(query)? })
    }

    /// `/bucket/key`, for error documents.
    pub(crate) fn resource(&self) -> String {
        match &self.bucket {
            None => "/".to_owned(),
            Some(bucket) if self.key.is_empty() => format!("/{bucket}"),
            Some(bucket) => format!("/{bucket}/{}", self.key),
        }
    }
}

/// A request whose signature, if it has one, was verified.
#[derive(Debug)]
pub(crate) struct Call<'r> {
    pub(crate) parts: &'r Parts,
    pub(crate) target: &'r Target,
    pub(crate) dialect: Dialect,
    /// Who sends it; `None` if it is not signed.
    pub(crate) caller: Option<Arc<Caller>>,
}

impl<'r> Call<'r> {
    /// The bucket's name. Operations below the service level always have one.
    pub(crate) fn bucket(&self) -> &'r str {
        self.target.bucket.as_deref().unwrap_or_default()
    }

    pub(crate) fn key(&self) -> &'r str {
        &self.target.key
    }

    pub(crate) fn query(&self) -> &'r Query {
        &self.target.query
    }

    pub(crate) fn headers(&self) -> &'r HeaderMap {
        &self.parts.headers
    }

    /// A header as text. One that is not UTF-8 is there all the same, but equals nothing.
    pub(crate) fn header(&self, name: &str) -> Option<&'r str> {
        let value = self.parts.headers.get(name)?;
        Some(std::str::from_utf8(value.as_bytes()).unwrap_or("\u{fffd}"))
    }

    /// The header `name` with the dialect's prefix.
    pub(crate) fn prefixed(&self, name: &str) -> Option<&'r str> {
        self.header(prefixed(self.dialect, name).ok()?.as_str())
    }
}
