//! A request exactly as it is given, signed, and its answer whatever its status.

use super::connection::{Connection, authority, unexpected};
use super::error::ClientError;
use std::collections::BTreeMap;
use tidemill_iam::api_signature::{SignRequest, sign};
use ureq::http::{Request, Uri};

/// What is sent.
#[derive(Debug)]
pub(crate) struct RawRequest<'r> {
    pub(crate) method: &'r str,
    /// Path and query.
    pub(crate) target: &'r str,
    /// Sent beside those of the signature, unsigned.
    pub(crate) headers: &'r BTreeMap<String, String>,
    pub(crate) body: &'r [u8],
}

/// What came back.
#[derive(Debug)]
pub(crate) struct RawAnswer {
    pub(crate) status: u16,
    /// Without parameters.
    pub(crate) content_type: Option<String>,
    pub(crate) body: Vec<u8>,
}

impl Connection {
    /// Signs and sends a request; an error only if no answer came.
    pub(crate) fn raw(&self, raw: &RawRequest<'_>) -> Result<RawAnswer, ClientError> {
        let uri: Uri = format!("{}{}", self.api, raw.target).parse().map_err(|e| unexpected(&e))?;
        let host = authority(&uri);
        let target = uri.path_and_query().map_or(raw.target, |t| t.as_str());
        let (method, body, now_ms) = (raw.method, raw.body, self.clock.now_ms());
        let request = SignRequest { method, target, host: &host, body, now_ms };
        let headers = sign(&request, &self.identity.access_key_id, &self.identity.secret_access_key);
        let mut builder = Request::builder().method(method).uri(&uri);
        for (name, value) in headers {
            builder = builder.header(name, value);
        }
        for (name, value) in raw.headers {
            builder = builder.header(name, value);
        }
        let request = builder.body(body.to_vec()).map_err(|e| unexpected(&e))?;
        let mut answer = self.run(request)?;
        let content_type = answer.headers().get("content-type").and_then(|value| value.to_str().ok());
        let content_type = content_type.and_then(|text| text.split(';').next()).map(str::to_owned);
        let status = answer.status().as_u16();
        Ok(RawAnswer { status, content_type, body: super::connection::body_of(&mut answer)? })
    }
}
