//! The fuzz body for everything that reads signatures.

use crate::api_signature::ApiAuth;
use crate::key::{AccessKey, SecretKey, TemporaryKey};
use crate::mac::sha256;
use crate::object_signature::{Addressing, ObjectAuth};
use crate::request_head::RequestHead;
use http::{HeaderMap, HeaderName, HeaderValue};
use std::sync::Arc;

/// Reads the bytes as a method, a target and header lines and runs both checks on them.
///
/// Nothing may panic and nothing may verify: no input contains a signature under the secret used here.
/// Panics if one does verify.
pub fn fuzz_authorization(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let mut lines = text.split('\n');
    let (method, target) = (lines.next().unwrap_or(""), lines.next().unwrap_or(""));
    let headers = headers(lines);
    let head = RequestHead { method, target, authority: Some("bkt.obs.test:1"), headers: &headers };
    let now_ms = 1_768_469_400_000;
    for temporary in [None, Some(TemporaryKey { token_sha256: sha256(b"t"), expires_ms: now_ms + 1 })] {
        let key = |id: &str| {
            let secret = SecretKey::new("a secret that no corpus contains");
            let (user_id, temporary) = (String::new(), temporary.clone());
            Some(Arc::new(AccessKey { id: id.to_owned(), secret, user_id, active: true, temporary }))
        };
        let pending = ApiAuth::default().begin(&head, now_ms, key);
        let refused = pending.and_then(|pending| pending.finish(&sha256(b""), true)).is_err();
        let addressing = Addressing::new(["obs.test".to_owned()]);
        let object = ObjectAuth::default().begin(&head, &addressing, now_ms, key);
        let unknown = object.map_or(true, |found| found.key.is_none());
        assert!(refused && unknown, "a made-up signature verified");
    }
}

fn headers<'a>(lines: impl Iterator<Item = &'a str>) -> HeaderMap {
    let pairs = lines.filter_map(|line| line.split_once(':'));
    let parsed = pairs.filter_map(|(name, value)| {
        Some((HeaderName::try_from(name).ok()?, HeaderValue::try_from(value).ok()?))
    });
    let mut headers = HeaderMap::new();
    parsed.take(100).for_each(|(name, value)| {
        headers.append(name, value);
    });
    headers
}
