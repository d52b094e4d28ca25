//! AWS4-HMAC-SHA256 in the header and in the URL.

use super::error::ObjectAuthError;
use super::form::query_value;
use crate::encoding::{decode, encode, encode_path, header_value, query_pieces, split_target};
use crate::key::SecretKey;
use crate::mac::{hmac_sha256, same, sha256};
use crate::request_date::{format_basic, parse_basic, parse_http};
use crate::request_head::RequestHead;

const ALGORITHM: &str = "AWS4-HMAC-SHA256";
/// Longest life of a signed URL.
const URL_LIFE_S_MAX: i64 = 7 * 24 * 60 * 60;
/// Most signed headers.
const HEADERS_MAX: usize = 64;

/// The parts of a V4 signature.
#[derive(Debug)]
pub(crate) struct V4 {
    pub(crate) access_key: String,
    /// `day/region/service/aws4_request`.
    pub(crate) scope: String,
    pub(crate) signed_headers: String,
    pub(crate) signature: String,
    pub(crate) date_ms: i64,
    /// Set for URLs: how long after its date one is good.
    pub(crate) life_s: Option<i64>,
}

impl V4 {
    /// Reads `Credential=…,SignedHeaders=…,Signature=…`, with or without blanks after the commas.
    pub(crate) fn from_header(head: &RequestHead<'_>, fields: &str) -> Result<Self, ObjectAuthError> {
        let field = |name: &str| {
            let mut parts = fields.split(',').map(str::trim).filter_map(|part| part.split_once('='));
            parts.find(|(found, _)| *found == name).map(|(_, value)| value.to_owned())
        };
        let date_ms = match head.text("x-amz-date") {
            Some(text) => parse_basic(text.trim()).or_else(|| parse_http(text)),
            None => head.text("date").and_then(|text| parse_http(text).or_else(|| parse_basic(text.trim()))),
        };
        Self::new(field("Credential"), field("SignedHeaders"), field("Signature"), date_ms, None)
    }

    /// Reads the `X-Amz-…` query parameters.
    pub(crate) fn from_url(head: &RequestHead<'_>) -> Result<Self, ObjectAuthError> {
        let value = |name: &str| query_value(head.target, name);
        if value("X-Amz-Algorithm").as_deref() != Some(ALGORITHM) {
            return Err(ObjectAuthError::Malformed("X-Amz-Algorithm must be AWS4-HMAC-SHA256."));
        }
        let life_s = value("X-Amz-Expires").and_then(|text| text.parse::<i64>().ok());
        let Some(life_s) = life_s.filter(|life| (0..=URL_LIFE_S_MAX).contains(life)) else {
            return Err(ObjectAuthError::Malformed("X-Amz-Expires must be from 0 to 604800 seconds."));
        };
        let date_ms = value("X-Amz-Date").and_then(|text| parse_basic(&text));
        let (credential, headers) = (value("X-Amz-Credential"), value("X-Amz-SignedHeaders"));
        Self::new(credential, headers, value("X-Amz-Signature"), date_ms, Some(life_s))
    }

    fn new(
        credential: Option<String>,
        signed_headers: Option<String>,
        signature: Option<String>,
        date_ms: Option<i64>,
        life_s: Option<i64>,
    ) -> Result<Self, ObjectAuthError> {
        let malformed =
            ObjectAuthError::Malformed("The authorization needs Credential, SignedHeaders and Signature.");
        let (Some(credential), Some(signed_headers), Some(signature)) =
            (credential, signed_headers, signature)
        else {
            return Err(malformed);
        };
        let date_ms = date_ms
            .ok_or(ObjectAuthError::AccessDenied("The request needs a valid Date or x-amz-date header."))?;
        let (access_key, scope) = credential.split_once('/').ok_or(malformed.clone())?;
        let parts: Vec<&str> = scope.split('/').collect();
        let [day, _, "s3", "aws4_request"] = parts.as_slice() else {
            return Err(ObjectAuthError::Malformed(
                "The credential's scope must be day/region/s3/aws4_request.",
            ));
        };
        if format_basic(date_ms).get(..8) != Some(*day) {
            return Err(ObjectAuthError::Malformed(
                "The credential's day is not the day of the request's date.",
            ));
        }
        let names = signed_headers.split(';');
        if names.clone().count() > HEADERS_MAX || !names.clone().any(|name| name == "host") {
            return Err(ObjectAuthError::Malformed(
                "SignedHeaders must list up to 64 headers, host among them.",
            ));
        }
        let (access_key, scope) = (access_key.to_owned(), scope.to_owned());
        Ok(Self { access_key, scope, signed_headers, signature, date_ms, life_s })
    }

    /// The key that signs within the scope.
    pub(crate) fn signing_key(&self, secret: &SecretKey) -> [u8; 32] {
        let start = format!("AWS4{}", secret.expose()).into_bytes();
        let mut key = [0u8; 32];
        for (index, part) in self.scope.split('/').enumerate() {
            key = hmac_sha256(if index == 0 { &start } else { &key }, part.as_bytes());
        }
        key
    }

    /// The date as the string to sign has it.
    pub(crate) fn timestamp(&self) -> String {
        format_basic(self.date_ms)
    }

    /// Whether the signature is that of the request, in one of the forms clients write.
    pub(crate) fn verifies(&self, head: &RequestHead<'_>, key: &[u8; 32], payload: &str) -> bool {
        let (path, query) = split_target(head.target);
        let query = canonical_query(query, self.life_s.is_some());
        let mut paths = vec![path.to_owned(), encode_path(&decode(path))];
        paths.dedup();
        paths.iter().any(|path| {
            [false, true].into_iter().any(|collapse| {
                let Some(headers) = self.canonical_headers(head, collapse) else { return false };
                let start = format!("{}\n{path}\n{query}\n", head.method);
                let end = format!("\n{}\n{payload}", self.signed_headers);
                let canonical = [start.as_bytes(), &headers, end.as_bytes()].concat();
                same(self.expected(key, &canonical).as_bytes(), self.signature.as_bytes())
            })
        })
    }

    fn expected(&self, key: &[u8; 32], canonical: &[u8]) -> String {
        let hash = hex::encode(sha256(canonical));
        let to_sign = format!("{ALGORITHM}\n{}\n{}\n{hash}", self.timestamp(), self.scope);
        hex::encode(hmac_sha256(key, to_sign.as_bytes()))
    }

    /// `None` if a listed header is absent.
    fn canonical_headers(&self, head: &RequestHead<'_>, collapse: bool) -> Option<Vec<u8>> {
        let mut block = Vec::new();
        for name in self.signed_headers.split(';') {
            block.extend_from_slice(name.as_bytes());
            block.push(b':');
            block.extend_from_slice(&header_value(&head.joined(name)?, collapse));
            block.push(b'\n');
        }
        Some(block)
    }

    /// Nobody on the way may add an `x-amz-` header: each present one must be signed.
    pub(crate) fn check_all_signed(&self, head: &RequestHead<'_>) -> Result<(), ObjectAuthError> {
        let signed: Vec<&str> = self.signed_headers.split(';').collect();
        let names = head.headers.keys().map(|name| name.as_str());
        let unsigned = names.filter(|name| name.starts_with("x-amz-")).any(|name| !signed.contains(&name));
        if unsigned {
            return Err(ObjectAuthError::AccessDenied(
                "There were x-amz- headers in the request which were not signed.",
            ));
        }
        Ok(())
    }
}

/// Decoded, encoded again, then sorted; the signature itself is left out of a signed URL.
fn canonical_query(query: &str, in_url: bool) -> String {
    let kept = query_pieces(query).filter(|(name, _)| !(in_url && *name == "X-Amz-Signature"));
    let encoded = |text: &str| encode(&decode(text));
    let mut pairs: Vec<(String, String)> =
        kept.map(|(name, value)| (encoded(name), encoded(value.unwrap_or("")))).collect();
    pairs.sort();
    let texts: Vec<String> = pairs.iter().map(|(name, value)| format!("{name}={value}")).collect();
    texts.join("&")
}
