//! Telling the six forms of signing apart.

use super::error::ObjectAuthError;
use super::verify::Dialect;
use crate::encoding::{decode, query_pieces, split_target};
use crate::request_head::RequestHead;

/// Longest authorization text and credential that are looked at.
const CHARS_MAX: usize = 8192;

/// How a request says who sends it.
#[derive(Debug)]
pub(crate) enum Form<'a> {
    /// Not at all.
    Anonymous,
    /// `Authorization: OBS ak:sig` or `AWS ak:sig`.
    V2Header { dialect: Dialect, access_key: &'a str, signature: &'a str },
    /// `AccessKeyId`, `Expires` and `Signature` in the query.
    V2Url { dialect: Dialect, access_key: String, expires: String, signature: String },
    /// `Authorization: AWS4-HMAC-SHA256 …`.
    V4Header(&'a str),
    /// `X-Amz-Algorithm` in the query.
    V4Url,
}

/// One decoded query value; the first one if the name is repeated.
pub(crate) fn query_value(target: &str, name: &str) -> Option<String> {
    let (_, query) = split_target(target);
    let raw = query_pieces(query).find(|(found, _)| *found == name)?.1.unwrap_or("");
    String::from_utf8(decode(raw)).ok()
}

impl<'a> Form<'a> {
    /// The authorization header wins over the query.
    pub(crate) fn of(head: &RequestHead<'a>) -> Result<Self, ObjectAuthError> {
        let malformed = ObjectAuthError::Malformed("The authorization header is not of a known form.");
        let Some(header) = head.headers.get(http::header::AUTHORIZATION) else { return Self::in_url(head) };
        let text = header.to_str().map_err(|_| malformed.clone())?;
        if text.len() > CHARS_MAX {
            return Err(malformed);
        }
        let (scheme, rest) = text.trim().split_once(' ').ok_or(malformed.clone())?;
        let dialect = match scheme {
            "AWS4-HMAC-SHA256" => return Ok(Self::V4Header(rest)),
            "OBS" => Dialect::Obs,
            "AWS" => Dialect::Aws,
            _ => return Err(malformed),
        };
        let (access_key, signature) = rest.trim().split_once(':').ok_or(malformed)?;
        Ok(Self::V2Header { dialect, access_key, signature })
    }

    fn in_url(head: &RequestHead<'a>) -> Result<Self, ObjectAuthError> {
        let value = |name| query_value(head.target, name);
        if value("X-Amz-Algorithm").is_some() {
            return Ok(Self::V4Url);
        }
        let (dialect, access_key) = match (value("AccessKeyId"), value("AWSAccessKeyId")) {
            (Some(key), None) => (Dialect::Obs, key),
            (None, Some(key)) => (Dialect::Aws, key),
            (None, None) if value("Signature").is_none() => return Ok(Self::Anonymous),
            _ => return Err(ObjectAuthError::AccessDenied("The signed URL does not name one access key.")),
        };
        let incomplete = ObjectAuthError::AccessDenied(
            "A signed URL needs the Signature, Expires and access key parameters.",
        );
        let expires = value("Expires").ok_or(incomplete.clone())?;
        let signature = value("Signature").ok_or(incomplete)?;
        Ok(Self::V2Url { dialect, access_key, expires, signature })
    }
}
