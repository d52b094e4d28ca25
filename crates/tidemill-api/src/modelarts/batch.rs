//! Results of calls on several things at once.

use super::ModelArtsCode;
use serde::{Deserialize, Serialize};

/// What became of the whole, and of each where any failed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct BatchResult {
    /// Whether all went well.
    pub success: bool,
    /// One for each, in the order of the request.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub results: Vec<BatchResponse>,
}

/// What became of one.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct BatchResponse {
    /// Whether it went well.
    pub success: bool,
    /// Why not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error_code: Option<String>,
    /// Why not, in words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error_msg: Option<String>,
}

impl BatchResponse {
    /// It went well.
    pub fn done() -> Self {
        Self { success: true, ..Self::default() }
    }

    /// It did not, with the whole message.
    pub fn failed(code: ModelArtsCode, message: String) -> Self {
        Self { success: false, error_code: Some(code.code().to_owned()), error_msg: Some(message) }
    }
}

impl BatchResult {
    /// The whole: the single results are told only if one failed.
    pub fn of(results: Vec<BatchResponse>) -> Self {
        let success = results.iter().all(|result| result.success);
        Self { success, results: if success { Vec::new() } else { results } }
    }
}
