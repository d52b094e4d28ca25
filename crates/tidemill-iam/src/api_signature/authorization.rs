//! Reading the `Authorization` header.

use super::error::AuthError;
use crate::request_head::RequestHead;

/// Longest header that is looked at.
const CHARS_MAX: usize = 4096;
/// Most signed headers.
const HEADERS_MAX: usize = 64;

/// How the signing key comes from the secret (`docs`: variants A, B, C3, C4).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Variant {
    /// A: the secret itself.
    Plain,
    /// B: chained over a four-part scope.
    Chained,
    /// C3: derived over a three-part scope.
    Derived,
    /// C4: derived, then chained.
    DerivedChained,
}

/// The header's parts, borrowed from it.
#[derive(Debug)]
pub(crate) struct Authorization<'a> {
    pub(crate) algorithm: &'a str,
    pub(crate) variant: Variant,
    pub(crate) access_key: &'a str,
    /// Everything after the access key; empty for variant A.
    pub(crate) scope: &'a str,
    pub(crate) signed_headers: &'a str,
    pub(crate) signature: &'a str,
}

const SDK: &str = "SDK-HMAC-SHA256";
const V11: &str = "V11-HMAC-SHA256";

/// Whether the request carries a signature of these interfaces; such a signature wins over a token.
/// Algorithms that are not offered count too, so that the refusal names them.
pub fn is_signed(head: &RequestHead<'_>) -> bool {
    let text = head.text(http::header::AUTHORIZATION.as_str()).unwrap_or_default().trim_start();
    ["SDK-", "V11-"].iter().any(|prefix| text.starts_with(prefix))
}

impl<'a> Authorization<'a> {
    pub(crate) fn parse(text: &'a str) -> Result<Self, AuthError> {
        if text.len() > CHARS_MAX {
            return Err(AuthError::Malformed("Authorization is longer than 4096 characters"));
        }
        let (algorithm, fields) = text.trim().split_once(' ').unwrap_or((text.trim(), ""));
        if algorithm != SDK && algorithm != V11 {
            return Err(AuthError::Algorithm(algorithm.chars().take(64).collect()));
        }
        let fields = Fields::parse(fields)?;
        let (variant, access_key, scope) = fields.credential(algorithm)?;
        Ok(Self {
            algorithm,
            variant,
            access_key,
            scope,
            signed_headers: fields.signed_headers()?,
            signature: fields.signature()?,
        })
    }

    /// The day the scope names; `None` for variant A.
    pub(crate) fn scope_day(&self) -> Option<&'a str> {
        self.scope.split('/').next().filter(|_| self.variant != Variant::Plain)
    }

    pub(crate) fn header_names(&self) -> impl Iterator<Item = &'a str> {
        self.signed_headers.split(';')
    }
}

/// The comma-separated `name=value` parts, each at most once.
#[derive(Default)]
struct Fields<'a> {
    access: Option<&'a str>,
    credential: Option<&'a str>,
    signed_headers: Option<&'a str>,
    signature: Option<&'a str>,
}

impl<'a> Fields<'a> {
    fn parse(text: &'a str) -> Result<Self, AuthError> {
        let mut fields = Self::default();
        for part in text.split(',').map(str::trim) {
            let malformed = AuthError::Malformed("Authorization has an unknown or repeated part");
            let Some((name, value)) = part.split_once('=') else { return Err(malformed) };
            let slot = match name {
                "Access" => &mut fields.access,
                "Credential" => &mut fields.credential,
                "SignedHeaders" => &mut fields.signed_headers,
                "Signature" => &mut fields.signature,
                _ => return Err(malformed),
            };
            if slot.replace(value).is_some() {
                return Err(malformed);
            }
        }
        Ok(fields)
    }

    fn credential(&self, algorithm: &str) -> Result<(Variant, &'a str, &'a str), AuthError> {
        let malformed =
            AuthError::Malformed("Authorization names no access key, or a scope of another shape");
        let (access_key, scope) = match (self.access, self.credential) {
            (Some(access), None) if algorithm == SDK => (access, ""),
            (None, Some(credential)) => credential.split_once('/').ok_or(malformed.clone())?,
            _ => return Err(malformed),
        };
        let parts: Vec<&str> = if scope.is_empty() { Vec::new() } else { scope.split('/').collect() };
        let variant = match (algorithm, parts.as_slice()) {
            (SDK, []) if self.access.is_some() => Variant::Plain,
            (SDK, [_, _, _, "sdk_request"]) => Variant::Chained,
            (V11, [_, _, _]) => Variant::Derived,
            (V11, [_, _, _, "sdk_request"]) => Variant::DerivedChained,
            _ => return Err(malformed),
        };
        let ok = !access_key.is_empty() && access_key.len() <= 128 && !access_key.contains('/');
        if ok { Ok((variant, access_key, scope)) } else { Err(malformed) }
    }

    fn signed_headers(&self) -> Result<&'a str, AuthError> {
        let names = self.signed_headers.unwrap_or_default();
        let plain = |name: &str| !name.is_empty() && !name.bytes().any(|b| b.is_ascii_uppercase());
        if names.split(';').count() > HEADERS_MAX || !names.split(';').all(plain) {
            return Err(AuthError::Malformed("SignedHeaders must list up to 64 lower-case names"));
        }
        // Without it a captured request could be sent again for ever.
        if !names.split(';').any(|name| name == "x-sdk-date") {
            return Err(AuthError::Malformed("SignedHeaders must contain x-sdk-date"));
        }
        Ok(names)
    }

    fn signature(&self) -> Result<&'a str, AuthError> {
        let text = self.signature.unwrap_or_default();
        let hex = text.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
        if text.len() == 64 && hex {
            Ok(text)
        } else {
            Err(AuthError::Malformed("Signature must be 64 lower-case hexadecimal characters"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(start: &str) -> Result<(Variant, String, String), AuthError> {
        let text = format!("{start}, SignedHeaders=host;x-sdk-date, Signature={}", "a".repeat(64));
        Authorization::parse(&text).map(|a| (a.variant, a.access_key.to_owned(), a.scope.to_owned()))
    }

    #[test]
    fn the_shape_decides_the_variant() {
        let of = |start| parse(start).map(|p| p.0);
        assert_eq!(of("SDK-HMAC-SHA256 Access=AK"), Ok(Variant::Plain));
        assert_eq!(of("SDK-HMAC-SHA256 Credential=AK/20260115///sdk_request"), Ok(Variant::Chained));
        assert_eq!(of("V11-HMAC-SHA256 Credential=AK/20260115/r/s"), Ok(Variant::Derived));
        assert_eq!(of("V11-HMAC-SHA256 Credential=AK/20260115/r/s/sdk_request"), Ok(Variant::DerivedChained));
    }

    #[test]
    fn other_shapes_are_refused() {
        for bad in [
            "V11-HMAC-SHA256 Access=AK",
            "SDK-HMAC-SHA256 Credential=AK",
            "SDK-HMAC-SHA256 Credential=AK/20260115/r/s",
            "SDK-HMAC-SHA256 Credential=/20260115/r/s/sdk_request",
            "SDK-HMAC-SHA256 Access=AK, Access=AK",
            "SDK-HMAC-SHA256 Access=AK, Credential=AK/20260115/r/s/sdk_request",
        ] {
            assert!(matches!(parse(bad), Err(AuthError::Malformed(_))), "{bad}");
        }
        assert_eq!(parse("SDK-SM2-SM3 Access=AK"), Err(AuthError::Algorithm("SDK-SM2-SM3".into())));
    }

    #[test]
    fn the_date_must_be_signed() {
        let text = format!("SDK-HMAC-SHA256 Access=AK, SignedHeaders=host, Signature={}", "a".repeat(64));
        assert!(Authorization::parse(&text).is_err());
    }
}
