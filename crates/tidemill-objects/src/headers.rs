//! What is stored beside an object's bytes.

use crate::ObjectsError;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use tidemill_meta::MetaError;

/// Headers of an object, names in lower case.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ObjectHeaders {
    /// Standard headers and storage headers without the dialect's prefix: `content-type`,
    /// `cache-control`, `storage-class`, ...
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub standard: BTreeMap<String, String>,
    /// User metadata without the dialect's prefix.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub metadata: BTreeMap<String, String>,
}

impl ObjectHeaders {
    /// Headers with a content type and nothing else.
    pub fn of_type(content_type: &str) -> Self {
        let standard = [("content-type".to_owned(), content_type.to_owned())].into();
        Self { standard, metadata: BTreeMap::new() }
    }

    pub(crate) fn to_json(&self) -> Result<String, ObjectsError> {
        serde_json::to_string(self).map_err(|e| MetaError::Unexpected(e.to_string()).into())
    }

    pub(crate) fn from_json(text: &str) -> Result<Self, ObjectsError> {
        serde_json::from_str(text)
            .map_err(|e| MetaError::Unexpected(format!("headers of an object: {e}")).into())
    }
}
