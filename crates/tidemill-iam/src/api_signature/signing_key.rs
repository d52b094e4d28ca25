//! From a secret to the key that signs.

use super::authorization::Variant;
use crate::key::AccessKey;
use crate::mac::hmac_sha256;

/// The HMAC key of a variant for a scope (empty for variant A), with region and service as sent.
pub(crate) fn derive(key: &AccessKey, variant: Variant, scope: &str) -> Vec<u8> {
    let secret = key.secret.expose();
    match variant {
        Variant::Plain => secret.as_bytes().to_vec(),
        Variant::Chained => chain(secret, scope),
        Variant::Derived => expanded(key, scope).into_bytes(),
        Variant::DerivedChained => chain(&expanded(key, scope), scope),
    }
}

/// The name under which a derived key is kept; `None` where there is nothing to derive.
pub(crate) fn cache_kind(variant: Variant) -> Option<&'static str> {
    match variant {
        Variant::Plain => None,
        Variant::Chained => Some("SDK"),
        Variant::Derived => Some("V11-3"),
        Variant::DerivedChained => Some("V11-4"),
    }
}

/// Each part of the scope keys the next step.
fn chain(secret: &str, scope: &str) -> Vec<u8> {
    let start = format!("SDK{secret}").into_bytes();
    scope.split('/').fold(start, |key, part| hmac_sha256(&key, part.as_bytes()).to_vec())
}

/// One round of HKDF over day, region and service, as lower-case hexadecimal text.
fn expanded(key: &AccessKey, scope: &str) -> String {
    let info = scope.strip_suffix("/sdk_request").unwrap_or(scope);
    let extracted = hmac_sha256(key.id.as_bytes(), key.secret.expose().as_bytes());
    hex::encode(hmac_sha256(&extracted, &[info.as_bytes(), &[1]].concat()))
}
