//! The string that OBS and AWS V2 signatures cover.

use super::addressing::Addressing;
use super::verify::Dialect;
use crate::encoding::{decode, query_pieces, split_target};
use crate::mac::hmac_sha1;
use crate::request_head::RequestHead;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use std::collections::BTreeMap;

/// Query parameters that are signed, in lower case: the union of the vendor's and Amazon's lists.
const SUB_RESOURCES: &[&str] = &[
    "accelerate",
    "acl",
    "analytics",
    "append",
    "attname",
    "backtosource",
    "bucketstatus",
    "cors",
    "customdomain",
    "delete",
    "deletebucket",
    "directcoldaccess",
    "dispolicy",
    "encryption",
    "fileinterface",
    "inventory",
    "length",
    "lifecycle",
    "location",
    "logging",
    "metadata",
    "metrics",
    "mirrorbacktosource",
    "modify",
    "name",
    "notification",
    "object-lock",
    "obscompresspolicy",
    "partnumber",
    "policy",
    "policystatus",
    "position",
    "publicaccessblock",
    "quota",
    "rename",
    "replication",
    "requestpayment",
    "response-cache-control",
    "response-content-disposition",
    "response-content-encoding",
    "response-content-language",
    "response-content-type",
    "response-expires",
    "restore",
    "retention",
    "select",
    "select-type",
    "storageclass",
    "storageinfo",
    "storagepolicy",
    "tagging",
    "torrent",
    "truncate",
    "uploadid",
    "uploads",
    "versionid",
    "versioning",
    "versions",
    "website",
    "x-image-process",
    "x-image-save-bucket",
    "x-image-save-object",
    "x-oss-process",
];

/// What differs between the header form and the URL form.
pub(crate) enum When<'a> {
    /// The date is in the headers.
    Header,
    /// The value of `Expires`.
    Expires(&'a str),
}

/// The text to sign, in the ways clients write it: for `/bkt`, one signs `/bkt/` (boto3), others do not.
pub(crate) fn strings_to_sign(
    head: &RequestHead<'_>,
    addressing: &Addressing,
    dialect: Dialect,
    when: &When<'_>,
) -> Vec<Vec<u8>> {
    let (path, _) = split_target(head.target);
    let bucket = addressing.host_bucket(head);
    let is_bare_bucket = bucket.is_none() && path.len() > 1 && path.rfind('/') == Some(0);
    let mut paths = vec![bucket.map_or(path.to_owned(), |bucket| format!("/{bucket}{path}"))];
    if is_bare_bucket {
        paths.push(format!("{path}/"));
    }
    paths.iter().map(|path| string_to_sign(head, path, dialect, when)).collect()
}

fn string_to_sign(head: &RequestHead<'_>, path: &str, dialect: Dialect, when: &When<'_>) -> Vec<u8> {
    let header = |name: &str| head.joined(name).unwrap_or_default();
    let date = match when {
        When::Expires(expires) => expires.as_bytes().to_vec(),
        When::Header if head.headers.contains_key(dialect.date_header()) => Vec::new(),
        When::Header => header("date"),
    };
    let lines = [head.method.as_bytes().to_vec(), header("content-md5"), header("content-type"), date];
    let mut text = Vec::new();
    for line in lines {
        text.extend_from_slice(&line);
        text.push(b'\n');
    }
    text.extend_from_slice(&canonical_headers(head, dialect));
    text.extend_from_slice(&canonical_resource(head, path, dialect));
    text
}

/// The signature as Base64 text.
pub(crate) fn signature(secret: &str, string_to_sign: &[u8]) -> String {
    STANDARD.encode(hmac_sha1(secret.as_bytes(), string_to_sign))
}

fn canonical_headers(head: &RequestHead<'_>, dialect: Dialect) -> Vec<u8> {
    let names = head.headers.keys().map(|name| name.as_str());
    let mut names: Vec<&str> = names.filter(|name| name.starts_with(dialect.prefix())).collect();
    names.sort_unstable();
    let mut text = Vec::new();
    for name in names {
        text.extend_from_slice(name.as_bytes());
        text.push(b':');
        text.extend_from_slice(&head.joined(name).unwrap_or_default());
        text.push(b'\n');
    }
    text
}

fn canonical_resource(head: &RequestHead<'_>, path: &str, dialect: Dialect) -> Vec<u8> {
    let (_, query) = split_target(head.target);
    let mut text = path.as_bytes().to_vec();
    for (index, part) in signed_parameters(query, dialect).into_iter().enumerate() {
        text.push(if index == 0 { b'?' } else { b'&' });
        text.extend_from_slice(&part);
    }
    text
}

/// `name` or `name=value` with the decoded value, sorted by name.
fn signed_parameters(query: &str, dialect: Dialect) -> Vec<Vec<u8>> {
    let mut kept: BTreeMap<Vec<u8>, Vec<Vec<u8>>> = BTreeMap::new();
    for (raw_name, value) in query_pieces(query) {
        let name = decode(raw_name);
        let lower = name.to_ascii_lowercase();
        let listed = std::str::from_utf8(&lower).is_ok_and(|lower| SUB_RESOURCES.contains(&lower));
        if listed || lower.starts_with(dialect.prefix().as_bytes()) {
            let part = match value {
                Some(value) => [name.as_slice(), b"=", &decode(value)].concat(),
                None => name.clone(),
            };
            kept.entry(name).or_default().push(part);
        }
    }
    kept.into_values().flatten().collect()
}
