//! Request heads: with a token, or signed with SDK-HMAC-SHA256 (variant A: the secret key signs directly).

use anyhow::Result;
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};
use tidemill_model::Clock;
use time::OffsetDateTime;
use time::macros::format_description;

/// Who calls, and where.
#[derive(Clone, Debug)]
pub(crate) struct Caller {
    /// `host:port` of the stream API.
    pub(crate) address: String,
    /// The project in every path.
    pub(crate) project: String,
    /// Access key id.
    pub(crate) access_key: String,
    /// Secret access key.
    pub(crate) secret_key: String,
    /// A token of the same identity.
    pub(crate) token: String,
    /// Signatures carry the real time.
    pub(crate) clock: Clock,
}

impl Caller {
    /// Head of a request with a token; `path` comes after the project and may carry a query.
    pub(crate) fn token_head(&self, method: &str, path: &str, body_bytes: usize) -> Vec<u8> {
        let (project, token) = (&self.project, &self.token);
        let target = format!("/v2/{project}{path}");
        self.head(method, &target, &format!("X-Auth-Token: {token}\r\n"), body_bytes)
    }

    /// Head of a signed put of a body with this hash.
    pub(crate) fn signed_put_head(&self, body_sha256: &str, body_bytes: usize) -> Result<Vec<u8>> {
        let now = OffsetDateTime::from_unix_timestamp(self.clock.now_s())?;
        let date = now.format(format_description!("[year][month][day]T[hour][minute][second]Z"))?;
        let target = format!("/v2/{}/records", self.project);
        let (host, access_key) = (&self.address, &self.access_key);
        let canonical =
            format!("POST\n{target}/\n\nhost:{host}\nx-sdk-date:{date}\n\nhost;x-sdk-date\n{body_sha256}");
        let to_sign = format!("SDK-HMAC-SHA256\n{date}\n{}", hex::encode(Sha256::digest(canonical)));
        let mut mac = Hmac::<Sha256>::new_from_slice(self.secret_key.as_bytes())?;
        mac.update(to_sign.as_bytes());
        let signature = hex::encode(mac.finalize().into_bytes());
        let headers = format!(
            "X-Sdk-Date: {date}\r\nAuthorization: SDK-HMAC-SHA256 Access={access_key}, \
             SignedHeaders=host;x-sdk-date, Signature={signature}\r\n"
        );
        Ok(self.head("POST", &target, &headers, body_bytes))
    }

    /// Head of any request; `headers` are whole lines.
    pub(crate) fn head(&self, method: &str, target: &str, headers: &str, body_bytes: usize) -> Vec<u8> {
        let host = &self.address;
        let kind = if body_bytes > 0 { "Content-Type: application/json\r\n" } else { "" };
        format!("{method} {target} HTTP/1.1\r\nHost: {host}\r\n{headers}{kind}Content-Length: {body_bytes}\r\n\r\n")
            .into_bytes()
    }
}
