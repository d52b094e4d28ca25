//! Calls on the agencies of the caller's account.

use super::connection::{Connection, encode};
use super::error::ClientError;
use super::streams::member;
use serde::{Deserialize, Serialize};
use serde_json::json;

const AGENCIES: &str = "/v3.0/OS-AGENCY/agencies";

/// An agency.
#[derive(Debug, Deserialize, Serialize)]
pub(crate) struct Agency {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) trust_domain_name: String,
    pub(crate) description: String,
    pub(crate) create_time: String,
}

impl Connection {
    /// Makes an agency that trusts a service or an account.
    pub(crate) fn create_agency(
        &self,
        name: &str,
        trusted: &str,
        description: &str,
    ) -> Result<Agency, ClientError> {
        let fields = json!({ "name": name, "trust_domain_name": trusted, "description": description });
        let body = json!({ "agency": fields }).to_string();
        member(self.call("POST", AGENCIES, Some(body.as_bytes()))?, "agency")
    }

    /// All agencies by name.
    pub(crate) fn agencies(&self) -> Result<Vec<Agency>, ClientError> {
        member(self.call("GET", AGENCIES, None)?, "agencies")
    }

    /// Deletes an agency that no dump task names.
    pub(crate) fn delete_agency(&self, id: &str) -> Result<(), ClientError> {
        self.call("DELETE", &format!("{AGENCIES}/{}", encode(id)), None).map(drop)
    }
}
