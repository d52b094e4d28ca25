//! Checking a request to the object endpoint.

use super::addressing::Addressing;
use super::chunk::ChunkVerifier;
use super::error::ObjectAuthError;
use super::form::{Form, query_value};
use super::payload::{PayloadRule, Stated};
use super::v2::{self, When};
use super::v4::V4;
use crate::key::AccessKey;
use crate::mac::{same, sha256};
use crate::request_date::{is_near, parse_basic, parse_http};
use crate::request_head::RequestHead;
use crate::signing_key_cache::SigningKeyCache;
use std::sync::Arc;

/// The two ways of naming things; answers speak that of the request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// `x-obs-` headers.
    Obs,
    /// `x-amz-` headers.
    Aws,
}

impl Dialect {
    /// The prefix of the dialect's headers, `x-obs-` or `x-amz-`.
    pub fn prefix(self) -> &'static str {
        match self {
            Self::Obs => "x-obs-",
            Self::Aws => "x-amz-",
        }
    }

    pub(crate) fn date_header(self) -> &'static str {
        match self {
            Self::Obs => "x-obs-date",
            Self::Aws => "x-amz-date",
        }
    }

    fn token_header(self) -> &'static str {
        match self {
            Self::Obs => "x-obs-security-token",
            Self::Aws => "x-amz-security-token",
        }
    }
}

/// A request whose head is in order.
#[derive(Debug)]
pub struct ObjectRequestAuth {
    /// The dialect to answer in; AWS for anonymous requests.
    pub dialect: Dialect,
    /// The key that signed; `None` for an anonymous request.
    pub key: Option<Arc<AccessKey>>,
    /// What the body must be.
    pub payload: PayloadRule,
}

/// Checks requests to the object endpoint; keeps derived keys between them.
#[derive(Debug, Default)]
pub struct ObjectAuth {
    derived: SigningKeyCache,
}

impl ObjectAuth {
    /// Verifies the head of a request; `lookup` finds an access key by its id. A request without any
    /// signature is anonymous and not an error.
    pub fn begin(
        &self,
        head: &RequestHead<'_>,
        addressing: &Addressing,
        now_ms: i64,
        lookup: impl FnOnce(&str) -> Option<Arc<AccessKey>>,
    ) -> Result<ObjectRequestAuth, ObjectAuthError> {
        let find = |id: &str| lookup(id).filter(|key| key.active).ok_or(ObjectAuthError::UnknownKey);
        let request = match Form::of(head)? {
            Form::Anonymous => return anonymous(head),
            Form::V2Header { dialect, access_key, signature } => {
                check_v2_date(head, dialect, now_ms)?;
                let key = find(access_key)?;
                check_v2(head, addressing, dialect, &When::Header, &key, signature)?;
                ObjectRequestAuth { dialect, key: Some(key), payload: v2_payload(head)? }
            }
            Form::V2Url { dialect, access_key, expires, signature } => {
                check_expires(&expires, now_ms)?;
                let key = find(&access_key)?;
                check_v2(head, addressing, dialect, &When::Expires(&expires), &key, &signature)?;
                ObjectRequestAuth { dialect, key: Some(key), payload: v2_payload(head)? }
            }
            Form::V4Header(fields) => {
                let v4 = V4::from_header(head, fields)?;
                self.checked_v4(head, &v4, find(&v4.access_key)?, now_ms)?
            }
            Form::V4Url => {
                let v4 = V4::from_url(head)?;
                self.checked_v4(head, &v4, find(&v4.access_key)?, now_ms)?
            }
        };
        if let Some(key) = &request.key {
            check_security_token(head, request.dialect, key, now_ms)?;
        }
        Ok(request)
    }

    fn checked_v4(
        &self,
        head: &RequestHead<'_>,
        v4: &V4,
        key: Arc<AccessKey>,
        now_ms: i64,
    ) -> Result<ObjectRequestAuth, ObjectAuthError> {
        check_v4_date(v4, now_ms)?;
        v4.check_all_signed(head)?;
        let text = match head.text("x-amz-content-sha256") {
            Some(text) => text.trim(),
            None if v4.life_s.is_some() => "UNSIGNED-PAYLOAD",
            None => {
                return Err(ObjectAuthError::InvalidRequest(
                    "Missing required header: x-amz-content-sha256.",
                ));
            }
        };
        let stated = Stated::parse(text)?;
        let kept = self.derived.get(&key, "AWS4", &v4.scope).and_then(|kept| kept.try_into().ok());
        let signing_key: [u8; 32] = kept.unwrap_or_else(|| v4.signing_key(&key.secret));
        if !v4.verifies(head, &signing_key, text) {
            return Err(ObjectAuthError::Signature);
        }
        if kept.is_none() {
            self.derived.put(&key, "AWS4", &v4.scope, &signing_key);
        }
        let chain = ChunkVerifier::new(signing_key, v4.timestamp(), v4.scope.clone(), v4.signature.clone());
        let payload = match stated {
            Stated::Hash(hash) => PayloadRule::Sha256(hash),
            Stated::Unsigned => PayloadRule::Unsigned,
            Stated::UnsignedChunks => PayloadRule::AwsChunked { signed: None, trailer: true },
            Stated::SignedChunks { trailer } => PayloadRule::AwsChunked { signed: Some(chain), trailer },
        };
        Ok(ObjectRequestAuth { dialect: Dialect::Aws, key: Some(key), payload })
    }
}

fn anonymous(head: &RequestHead<'_>) -> Result<ObjectRequestAuth, ObjectAuthError> {
    Ok(ObjectRequestAuth { dialect: Dialect::Aws, key: None, payload: v2_payload(head)? })
}

/// V2 signatures do not cover the body, but the client may state its hash or frame it all the same.
fn v2_payload(head: &RequestHead<'_>) -> Result<PayloadRule, ObjectAuthError> {
    let Some(text) = head.text("x-amz-content-sha256") else { return Ok(PayloadRule::Plain) };
    match Stated::parse(text.trim())? {
        Stated::Hash(hash) => Ok(PayloadRule::Sha256(hash)),
        Stated::Unsigned => Ok(PayloadRule::Plain),
        Stated::UnsignedChunks => Ok(PayloadRule::AwsChunked { signed: None, trailer: true }),
        Stated::SignedChunks { .. } => {
            Err(ObjectAuthError::InvalidRequest("Signed chunks need an AWS4-HMAC-SHA256 authorization."))
        }
    }
}

fn check_v2_date(head: &RequestHead<'_>, dialect: Dialect, now_ms: i64) -> Result<(), ObjectAuthError> {
    let text = head.text(dialect.date_header()).or_else(|| head.text("date"));
    let date = text.and_then(|text| parse_http(text).or_else(|| parse_basic(text.trim())));
    match date {
        None => Err(ObjectAuthError::AccessDenied("The request needs a valid Date header.")),
        Some(date) if !is_near(date, now_ms) => Err(ObjectAuthError::Skew),
        Some(_) => Ok(()),
    }
}

fn check_v2(
    head: &RequestHead<'_>,
    addressing: &Addressing,
    dialect: Dialect,
    when: &When<'_>,
    key: &AccessKey,
    signature: &str,
) -> Result<(), ObjectAuthError> {
    let texts = v2::strings_to_sign(head, addressing, dialect, when);
    let fits = |text: &Vec<u8>| {
        let expected = v2::signature(key.secret.expose(), text);
        same(expected.as_bytes(), signature.as_bytes())
    };
    if texts.iter().any(fits) { Ok(()) } else { Err(ObjectAuthError::Signature) }
}

/// `Expires` is the Unix second after which a URL ends.
fn check_expires(expires: &str, now_ms: i64) -> Result<(), ObjectAuthError> {
    let invalid = ObjectAuthError::AccessDenied("Expires must be a Unix time in seconds.");
    let seconds: i64 = expires.parse().map_err(|_| invalid)?;
    if now_ms.div_euclid(1000) > seconds { Err(ObjectAuthError::Expired) } else { Ok(()) }
}

fn check_v4_date(v4: &V4, now_ms: i64) -> Result<(), ObjectAuthError> {
    let Some(life_s) = v4.life_s else {
        return if is_near(v4.date_ms, now_ms) { Ok(()) } else { Err(ObjectAuthError::Skew) };
    };
    if v4.date_ms > now_ms && !is_near(v4.date_ms, now_ms) {
        return Err(ObjectAuthError::Skew);
    }
    if now_ms > v4.date_ms.saturating_add(life_s * 1000) { Err(ObjectAuthError::Expired) } else { Ok(()) }
}

fn check_security_token(
    head: &RequestHead<'_>,
    dialect: Dialect,
    key: &AccessKey,
    now_ms: i64,
) -> Result<(), ObjectAuthError> {
    let name = dialect.token_header();
    let token = head.text(name).map(str::to_owned);
    let token = token.or_else(|| query_value(head.target, name));
    let token = token.or_else(|| query_value(head.target, "X-Amz-Security-Token"));
    match (&key.temporary, token) {
        (None, None) => Ok(()),
        (None, Some(_)) => {
            Err(ObjectAuthError::Token("The access key is permanent and has no security token."))
        }
        (Some(_), None) => Err(ObjectAuthError::Token("The temporary access key needs its security token.")),
        (Some(temporary), Some(token)) if !same(&sha256(token.as_bytes()), &temporary.token_sha256) => {
            Err(ObjectAuthError::Token("The security token was not issued with this access key."))
        }
        (Some(temporary), Some(_)) if now_ms >= temporary.expires_ms => {
            Err(ObjectAuthError::Token("The security token has expired."))
        }
        (Some(_), Some(_)) => Ok(()),
    }
}
