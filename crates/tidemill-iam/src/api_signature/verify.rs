//! Checking a signature: headers first, then the body's hash.

use super::authorization::{Authorization, Variant};
use super::canonical_query::{self, CanonicalQuery, QueryReading};
use super::error::AuthError;
use super::{canonical_headers, canonical_uri, signing_key};
use crate::encoding::split_target;
use crate::key::AccessKey;
use crate::mac::{hmac_sha256, same, sha256};
use crate::request_date::{format_basic, is_near, parse_basic};
use crate::request_head::RequestHead;
use crate::signing_key_cache::SigningKeyCache;
use sha2::{Digest, Sha256};
use std::sync::Arc;

/// Most canonical forms tried for one request: 96, and 32 with the query signed as a form.
const TRIES_MAX: usize = 96;
const FORM_TRIES_MAX: usize = 32;
/// Longest target that is looked at: all tries together hash two MiB of it.
const TARGET_BYTES_MAX: usize = 16 * 1024;
/// Largest block of signed headers that is looked at; one client signs long tokens.
const HEADERS_BYTES_MAX: usize = 64 * 1024;
/// SHA-256 of nothing.
const EMPTY_HASH: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
const UNSIGNED: &str = "UNSIGNED-PAYLOAD";

/// Checks signed requests; keeps derived keys between them.
#[derive(Debug, Default)]
pub struct ApiAuth {
    derived: Arc<SigningKeyCache>,
}

/// A request whose headers are in order; its signature waits for the body's hash.
#[derive(Debug)]
pub struct PendingSignature {
    key: Arc<AccessKey>,
    derived: Arc<SigningKeyCache>,
    variant: Variant,
    scope: String,
    signature: String,
    /// Algorithm, date and scope: all of the string to sign but its last line.
    to_sign_start: String,
    method: String,
    uris: Vec<String>,
    queries: Vec<CanonicalQuery>,
    raw_query: String,
    header_blocks: Vec<Vec<u8>>,
    signed_headers: String,
    /// `X-Sdk-Content-Sha256`.
    stated_hash: Option<String>,
}

/// A verified request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verified {
    /// The key that signed it.
    pub key: Arc<AccessKey>,
    /// How to read a raw `+` in the query.
    pub query_reading: QueryReading,
}

impl ApiAuth {
    /// Checks all that needs no body: shape, date (15 minutes either way), key, security token.
    ///
    /// `lookup` finds an access key by its id. All refusals are status 401.
    pub fn begin(
        &self,
        head: &RequestHead<'_>,
        now_ms: i64,
        lookup: impl FnOnce(&str) -> Option<Arc<AccessKey>>,
    ) -> Result<PendingSignature, AuthError> {
        let header = head.headers.get(http::header::AUTHORIZATION).ok_or(AuthError::Missing)?;
        let text = header.to_str().map_err(|_| AuthError::Malformed("Authorization is not plain text"))?;
        let authorization = Authorization::parse(text)?;
        let date = checked_date(head, &authorization, now_ms)?;
        let key = lookup(authorization.access_key).filter(|key| key.active).ok_or(AuthError::UnknownKey)?;
        check_security_token(head, &key, now_ms)?;
        self.pending(head, &authorization, date, key)
    }

    fn pending(
        &self,
        head: &RequestHead<'_>,
        authorization: &Authorization<'_>,
        date: &str,
        key: Arc<AccessKey>,
    ) -> Result<PendingSignature, AuthError> {
        let too_large = AuthError::Malformed(
            "the target is longer than 16 KiB or the signed headers are longer than 64 KiB",
        );
        if head.target.len() > TARGET_BYTES_MAX {
            return Err(too_large);
        }
        let header_blocks = canonical_headers::candidates(head, authorization.header_names())?;
        if header_blocks.iter().any(|block| block.len() > HEADERS_BYTES_MAX) {
            return Err(too_large);
        }
        let (path, query) = split_target(head.target);
        let scope_line = if authorization.scope.is_empty() { "" } else { "\n" };
        Ok(PendingSignature {
            key,
            derived: Arc::clone(&self.derived),
            variant: authorization.variant,
            scope: authorization.scope.to_owned(),
            signature: authorization.signature.to_owned(),
            to_sign_start: format!(
                "{}\n{date}{scope_line}{}\n",
                authorization.algorithm, authorization.scope
            ),
            method: head.method.to_owned(),
            uris: canonical_uri::candidates(path),
            queries: canonical_query::candidates(query),
            raw_query: query.to_owned(),
            header_blocks,
            signed_headers: authorization.signed_headers.to_owned(),
            stated_hash: head.text("x-sdk-content-sha256").map(str::to_owned),
        })
    }
}

fn checked_date<'a>(
    head: &RequestHead<'a>,
    authorization: &Authorization<'_>,
    now_ms: i64,
) -> Result<&'a str, AuthError> {
    let malformed = AuthError::Malformed("X-Sdk-Date must be yyyymmddThhmmssZ");
    let text = head.text("x-sdk-date").map(str::trim).ok_or(malformed.clone())?;
    let date_ms = parse_basic(text).ok_or(malformed)?;
    if !is_near(date_ms, now_ms) {
        return Err(AuthError::Skew { server: format_basic(now_ms) });
    }
    if authorization.scope_day().is_some_and(|day| Some(day) != text.get(..8)) {
        return Err(AuthError::Malformed("the scope's day is not the day of X-Sdk-Date"));
    }
    Ok(text)
}

/// Some clients send the security token unsigned, so it is bound to the key here.
fn check_security_token(head: &RequestHead<'_>, key: &AccessKey, now_ms: i64) -> Result<(), AuthError> {
    let token = head.headers.get("x-security-token").map(|v| v.as_bytes());
    let Some(temporary) = &key.temporary else {
        return match token {
            Some(token) if !token.is_empty() => {
                Err(AuthError::SecurityToken("X-Security-Token does not belong to this permanent access key"))
            }
            _ => Ok(()),
        };
    };
    let Some(token) = token else {
        return Err(AuthError::SecurityToken("a temporary access key needs X-Security-Token"));
    };
    if !same(&sha256(token), &temporary.token_sha256) {
        return Err(AuthError::SecurityToken("X-Security-Token was not issued with this access key"));
    }
    if now_ms >= temporary.expires_ms {
        return Err(AuthError::SecurityToken("the temporary access key has expired"));
    }
    Ok(())
}

impl PendingSignature {
    /// The key whose signature this claims to be. Not proven before [`Self::finish`].
    pub fn claimed_key(&self) -> &Arc<AccessKey> {
        &self.key
    }

    /// Checks the signature against the SHA-256 of the body exactly as received (still compressed).
    pub fn finish(self, body_sha256: &[u8; 32], body_is_empty: bool) -> Result<Verified, AuthError> {
        let hashes = self.body_hashes(body_sha256, body_is_empty)?;
        let kind = signing_key::cache_kind(self.variant);
        let kept = kind.and_then(|kind| self.derived.get(&self.key, kind, &self.scope));
        let known = kept.is_some();
        let signing_key = kept.unwrap_or_else(|| signing_key::derive(&self.key, self.variant, &self.scope));
        let reading = self
            .matching_reading(&signing_key, &hashes)
            .or_else(|| if body_is_empty { self.matching_form(&signing_key) } else { None })
            .ok_or(AuthError::Signature)?;
        if let (Some(kind), false) = (kind, known) {
            self.derived.put(&self.key, kind, &self.scope, &signing_key);
        }
        Ok(Verified { key: self.key, query_reading: reading })
    }

    /// What may stand in the last line of the canonical request.
    fn body_hashes(&self, body_sha256: &[u8; 32], body_is_empty: bool) -> Result<Vec<String>, AuthError> {
        let real = hex::encode(body_sha256);
        match self.stated_hash.as_deref() {
            // One client states "unsigned" and still signs the empty hash when there is no body.
            Some(UNSIGNED) if body_is_empty => Ok(vec![EMPTY_HASH.to_owned(), UNSIGNED.to_owned()]),
            Some(UNSIGNED) => Ok(vec![UNSIGNED.to_owned()]),
            Some(stated) if !stated.eq_ignore_ascii_case(&real) => Err(AuthError::BodyHash),
            _ => Ok(vec![real]),
        }
    }

    /// Tries the canonical forms, those with the fewest oddities first.
    fn matching_reading(&self, signing_key: &[u8], hashes: &[String]) -> Option<QueryReading> {
        let counts = [self.uris.len(), self.queries.len(), self.header_blocks.len(), hashes.len()];
        let fits = |[u, q, h, b]: &[usize; 4]| {
            let query = &self.queries[*q].text;
            self.is_signature_of(signing_key, &self.uris[*u], query, &self.header_blocks[*h], &hashes[*b])
        };
        combinations(counts).take(TRIES_MAX).find(fits).map(|[_, q, _, _]| self.queries[q].reading)
    }

    /// A POST without a body whose query was signed as if it were the body.
    fn matching_form(&self, signing_key: &[u8]) -> Option<QueryReading> {
        if self.method != "POST" || self.raw_query.is_empty() {
            return None;
        }
        let forms = canonical_query::form_hashes(&self.raw_query);
        let fits = |[u, h, f, _]: &[usize; 4]| {
            let hash = hex::encode(forms[*f].0);
            self.is_signature_of(signing_key, &self.uris[*u], "", &self.header_blocks[*h], &hash)
        };
        let counts = [self.uris.len(), self.header_blocks.len(), forms.len(), 1];
        combinations(counts).take(FORM_TRIES_MAX).find(fits).map(|[_, _, f, _]| forms[f].1)
    }

    fn is_signature_of(&self, key: &[u8], uri: &str, query: &str, headers: &[u8], hash: &str) -> bool {
        let mut canonical = Sha256::new();
        for part in [self.method.as_bytes(), uri.as_bytes(), query.as_bytes(), headers] {
            canonical.update(part);
            canonical.update(b"\n");
        }
        canonical.update(self.signed_headers.as_bytes());
        canonical.update(b"\n");
        canonical.update(hash.as_bytes());
        let to_sign = format!("{}{}", self.to_sign_start, hex::encode(canonical.finalize()));
        let expected = hex::encode(hmac_sha256(key, to_sign.as_bytes()));
        same(expected.as_bytes(), self.signature.as_bytes())
    }
}

/// All index quadruples below `counts`, ordered by their sum: the fewest steps away from the first.
fn combinations(counts: [usize; 4]) -> impl Iterator<Item = [usize; 4]> {
    let [us, qs, hs, bs] = counts;
    let all = move |sum: usize| {
        (0..us)
            .flat_map(move |u| {
                (0..qs).flat_map(move |q| (0..hs).flat_map(move |h| (0..bs).map(move |b| [u, q, h, b])))
            })
            .filter(move |indexes| indexes.iter().sum::<usize>() == sum)
    };
    (0..us + qs + hs + bs).flat_map(all)
}
