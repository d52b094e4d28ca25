//! Signed URLs of our own, in the OBS form.

use super::addressing::Addressing;
use super::v2::{self, When};
use super::verify::Dialect;
use crate::encoding::{encode, encode_path};
use crate::request_head::RequestHead;

/// What a signed URL is for.
#[derive(Clone, Copy, Debug)]
pub struct PresignRequest<'a> {
    /// For example `GET`.
    pub method: &'a str,
    /// `http` or `https`.
    pub scheme: &'a str,
    /// The service's name without port.
    pub host: &'a str,
    /// Always written, as documented examples do.
    pub port: u16,
    /// Path style (`host/bucket/key`) instead of `bucket.host/key`.
    pub path_style: bool,
    /// The bucket's name.
    pub bucket: &'a str,
    /// The key, not encoded.
    pub key: &'a str,
    /// The Unix second after which the URL ends.
    pub expires_s: i64,
    /// Further parameters, for example `x-image-process`.
    pub parameters: &'a [(&'a str, &'a str)],
    /// The token of a temporary access key.
    pub security_token: Option<&'a str>,
}

/// The URL: parameters in the order of their names, the signature last.
pub fn presign(request: &PresignRequest<'_>, access_key: &str, secret: &str) -> String {
    let host = if request.path_style {
        request.host.to_owned()
    } else {
        format!("{}.{}", request.bucket, request.host)
    };
    let bucket = if request.path_style { format!("/{}", request.bucket) } else { String::new() };
    let expires = request.expires_s.to_string();
    let mut parameters = request.parameters.to_vec();
    parameters.extend([("AccessKeyId", access_key), ("Expires", &expires)]);
    parameters.extend(request.security_token.map(|token| ("x-obs-security-token", token)));
    parameters.sort_unstable();
    let texts: Vec<String> = parameters
        .iter()
        .map(|(name, value)| format!("{}={}", encode(name.as_bytes()), encode(value.as_bytes())))
        .collect();
    let target = format!("{bucket}/{}?{}", encode_path(request.key.as_bytes()), texts.join("&"));

    let headers = http::HeaderMap::new();
    let head =
        RequestHead { method: request.method, target: &target, authority: Some(&host), headers: &headers };
    let addressing = Addressing::new([request.host.to_owned()]);
    let texts = v2::strings_to_sign(&head, &addressing, Dialect::Obs, &When::Expires(&expires));
    let to_sign = texts.first().map(Vec::as_slice).unwrap_or_default();
    let signature = encode(v2::signature(secret, to_sign).as_bytes());
    format!("{}://{host}:{}{target}&Signature={signature}", request.scheme, request.port)
}
