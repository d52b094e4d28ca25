//! The captured client requests and how each is put to the check.

use base64::Engine;
use http::{HeaderMap, HeaderName, HeaderValue};
use percent_encoding::percent_decode_str;
use serde::Deserialize;
use sha2::{Digest, Sha256};
use std::sync::Arc;
use tidemill_iam::api_signature::{ApiAuth, AuthError, Verified};
use tidemill_iam::object_signature::{
    Addressing, ObjectAuth, ObjectAuthError, ObjectRequestAuth, PayloadRule,
};
use tidemill_iam::{AccessKey, RequestHead, SecretKey, TemporaryKey};
use time::format_description::well_known::Rfc2822;
use time::{OffsetDateTime, PrimitiveDateTime, macros::format_description};

#[derive(Deserialize)]
pub(crate) struct File {
    pub(crate) vectors: Vec<Vector>,
    pub(crate) negatives: Vec<Vector>,
}

#[derive(Deserialize, Clone)]
pub(crate) struct Vector {
    pub(crate) id: String,
    pub(crate) variant: String,
    pub(crate) client: String,
    pub(crate) request: Request,
    ak: String,
    sk: String,
    security_token: Option<String>,
    expected_authorization: Option<String>,
}

#[derive(Deserialize, Clone)]
pub(crate) struct Request {
    pub(crate) method: String,
    pub(crate) target: String,
    pub(crate) headers: Vec<(String, String)>,
    body_utf8: Option<String>,
    body_base64: Option<String>,
}

/// A request as it arrives, ready to be changed by a test.
#[derive(Clone)]
pub(crate) struct Wire {
    pub(crate) method: String,
    pub(crate) target: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
    pub(crate) now_ms: i64,
    pub(crate) key: Arc<AccessKey>,
}

pub(crate) fn load() -> File {
    serde_json::from_str(include_str!("../data/auth-test-vectors.json")).unwrap()
}

impl Vector {
    pub(crate) fn is_object(&self) -> bool {
        self.variant.starts_with("OBS") || self.variant.starts_with("AWS")
    }

    pub(crate) fn wire(&self) -> Wire {
        let mut headers = HeaderMap::new();
        for (name, value) in &self.request.headers {
            headers.append(
                HeaderName::try_from(name).unwrap(),
                HeaderValue::from_bytes(value.as_bytes()).unwrap(),
            );
        }
        if let Some(text) = &self.expected_authorization {
            headers.insert("authorization", text.parse().unwrap());
        }
        let body = match (&self.request.body_utf8, &self.request.body_base64) {
            (Some(text), _) => text.clone().into_bytes(),
            (_, Some(text)) => base64::engine::general_purpose::STANDARD.decode(text).unwrap(),
            _ => Vec::new(),
        };
        let now_ms = self.date_ms(&headers);
        let in_url = self.parameter("x-obs-security-token").or(self.parameter("X-Amz-Security-Token"));
        let in_url = in_url.map(|raw| percent_decode_str(&raw).decode_utf8().unwrap().into_owned());
        let temporary = self.security_token.clone().or(in_url).map(|token| TemporaryKey {
            token_sha256: Sha256::digest(token).into(),
            expires_ms: now_ms + 3_600_000,
        });
        let secret = SecretKey::new(&self.sk);
        let key = AccessKey { id: self.ak.clone(), secret, user_id: "u".into(), active: true, temporary };
        Wire {
            method: self.request.method.clone(),
            target: self.request.target.clone(),
            headers,
            body,
            now_ms,
            key: Arc::new(key),
        }
    }

    /// The date inside the request; URL forms are read one minute before they end.
    fn date_ms(&self, headers: &HeaderMap) -> i64 {
        let names = ["x-sdk-date", "x-amz-date", "x-obs-date", "date"];
        let texts = names.iter().filter_map(|name| headers.get(*name)?.to_str().ok().map(str::to_owned));
        let seconds = texts.chain(self.parameter("X-Amz-Date")).find_map(|text| moment(&text));
        let expires = || self.parameter("Expires").map(|text| text.parse::<i64>().unwrap() - 60);
        seconds.or_else(expires).unwrap() * 1000
    }

    fn parameter(&self, name: &str) -> Option<String> {
        let (_, query) = self.request.target.split_once('?')?;
        query.split('&').find_map(|piece| piece.strip_prefix(name)?.strip_prefix('=').map(str::to_owned))
    }
}

fn moment(text: &str) -> Option<i64> {
    let basic = format_description!("[year][month][day]T[hour][minute][second]Z");
    let basic = PrimitiveDateTime::parse(text, basic).ok().map(PrimitiveDateTime::assume_utc);
    basic.or_else(|| OffsetDateTime::parse(text, &Rfc2822).ok()).map(OffsetDateTime::unix_timestamp)
}

impl Wire {
    fn head(&self) -> RequestHead<'_> {
        RequestHead { method: &self.method, target: &self.target, authority: None, headers: &self.headers }
    }

    pub(crate) fn lookup(&self, id: &str) -> Option<Arc<AccessKey>> {
        (id == self.key.id).then(|| Arc::clone(&self.key))
    }

    pub(crate) fn check_api(&self, auth: &ApiAuth) -> Result<Verified, AuthError> {
        let pending = auth.begin(&self.head(), self.now_ms, |id| self.lookup(id))?;
        pending.finish(&Sha256::digest(&self.body).into(), self.body.is_empty())
    }

    pub(crate) fn check_object(&self) -> Result<ObjectRequestAuth, ObjectAuthError> {
        let addressing = Addressing::new(["obs.test".to_owned(), "obs.eu-de.test".to_owned()]);
        ObjectAuth::default().begin(&self.head(), &addressing, self.now_ms, |id| self.lookup(id))
    }

    /// The check that belongs to the request, with the body's hash where the client stated one.
    pub(crate) fn check(&self, is_object: bool) -> Result<(), String> {
        if !is_object {
            return self.check_api(&ApiAuth::default()).map(|_| ()).map_err(|e| e.to_string());
        }
        let found = self.check_object().map_err(|e| e.to_string())?;
        if found.key.is_none() {
            return Err("anonymous".into());
        }
        match found.payload {
            PayloadRule::Sha256(hash) if hash != <[u8; 32]>::from(Sha256::digest(&self.body)) => {
                Err("another body".into())
            }
            _ => Ok(()),
        }
    }
}
