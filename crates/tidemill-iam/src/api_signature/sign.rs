//! Signing requests of our own: the command line and tests.

use super::canonical_query;
use super::canonical_uri;
use crate::encoding::split_target;
use crate::mac::{hmac_sha256, sha256};
use crate::request_date::format_basic;

/// What is signed.
#[derive(Clone, Copy, Debug)]
pub struct SignRequest<'a> {
    /// For example `GET`.
    pub method: &'a str,
    /// Path and query as they go on the wire.
    pub target: &'a str,
    /// The value of the `Host` header, with the port if the client sends it.
    pub host: &'a str,
    /// The body's bytes.
    pub body: &'a [u8],
    /// The moment of signing, in milliseconds since the epoch.
    pub now_ms: i64,
}

/// The headers `x-sdk-date` and `authorization` that sign a request with `SDK-HMAC-SHA256 Access=…`.
pub fn sign(request: &SignRequest<'_>, access_key: &str, secret: &str) -> [(&'static str, String); 2] {
    let date = format_basic(request.now_ms);
    let (path, query) = split_target(request.target);
    let uri = canonical_uri::candidates(path).into_iter().next().unwrap_or_default();
    let query = canonical_query::candidates(query).into_iter().next().map(|c| c.text).unwrap_or_default();
    let canonical = format!(
        "{}\n{uri}\n{query}\nhost:{}\nx-sdk-date:{date}\n\nhost;x-sdk-date\n{}",
        request.method,
        request.host.trim(),
        hex::encode(sha256(request.body)),
    );
    let to_sign = format!("SDK-HMAC-SHA256\n{date}\n{}", hex::encode(sha256(canonical.as_bytes())));
    let signature = hex::encode(hmac_sha256(secret.as_bytes(), to_sign.as_bytes()));
    let authorization =
        format!("SDK-HMAC-SHA256 Access={access_key}, SignedHeaders=host;x-sdk-date, Signature={signature}");
    [("x-sdk-date", date), ("authorization", authorization)]
}
