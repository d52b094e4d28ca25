//! Headers that are stored with an object, in and out.

use super::dates::http_date;
use super::dialect::{Dialect, prefixed, storage_class_of, storage_class_word};
use super::error::ObsError;
use super::request::Call;
use http::{HeaderMap, HeaderName, HeaderValue, header};
use tidemill_model::limits::OBJECT_METADATA_BYTES_MAX;
use tidemill_objects::{ObjectHeaders, ObjectInfo};

const STANDARD: [HeaderName; 6] = [
    header::CONTENT_TYPE,
    header::CACHE_CONTROL,
    header::CONTENT_DISPOSITION,
    header::CONTENT_ENCODING,
    header::CONTENT_LANGUAGE,
    header::EXPIRES,
];
const STORAGE_CLASS: &str = "storage-class";
const REDIRECT: &str = "website-redirect-location";
/// What an object without a type of its own is given as.
const TYPE_DEFAULT: &str = "binary/octet-stream";

/// Headers that would change what is stored or who may read it, and that this service does not offer.
const NOT_OFFERED: [&str; 6] = [
    "server-side-encryption",
    "tagging",
    "object-lock-mode",
    "object-lock-legal-hold",
    "grant-read",
    "grant-full-control",
];

fn text(name: &HeaderName, value: &HeaderValue) -> Result<String, ObsError> {
    let text = std::str::from_utf8(value.as_bytes()).map(|text| text.trim().to_owned());
    text.map_err(|_| ObsError::invalid_argument(format!("The header {name} is not UTF-8.")))
}

/// The headers to store with a new object.
pub(crate) fn to_store(call: &Call<'_>) -> Result<ObjectHeaders, ObsError> {
    refuse_not_offered(call)?;
    let mut stored = ObjectHeaders::default();
    for name in STANDARD {
        let Some(value) = call.headers().get(&name) else { continue };
        let mut value = text(&name, value)?;
        if name == header::CONTENT_ENCODING {
            value = without_framing(&value);
        }
        if !value.is_empty() {
            stored.standard.insert(name.as_str().to_owned(), value);
        }
    }
    if let Some(word) = call.prefixed(STORAGE_CLASS) {
        let invalid =
            || ObsError::bad("InvalidStorageClass", "The storage class you specified is not valid.");
        let class = storage_class_of(call.dialect, word).ok_or_else(invalid)?;
        stored.standard.insert(STORAGE_CLASS.to_owned(), class.to_owned());
    }
    if let Some(location) = call.prefixed(REDIRECT) {
        stored.standard.insert(REDIRECT.to_owned(), location.to_owned());
    }
    stored.metadata = metadata(call)?;
    Ok(stored)
}

fn metadata(call: &Call<'_>) -> Result<std::collections::BTreeMap<String, String>, ObsError> {
    let prefix = format!("{}meta-", call.dialect.prefix());
    let (mut found, mut bytes) = (std::collections::BTreeMap::<String, String>::new(), 0);
    for (name, value) in call.headers() {
        let Some(own) = name.as_str().strip_prefix(&prefix) else { continue };
        let value = text(name, value)?;
        bytes += own.len() + value.len();
        found
            .entry(own.to_owned())
            .and_modify(|all| {
                all.push(',');
                all.push_str(&value);
            })
            .or_insert(value);
    }
    if bytes > OBJECT_METADATA_BYTES_MAX {
        let message = "Your metadata headers exceed the maximum allowed metadata size.";
        return Err(ObsError::bad("MetadataTooLarge", message));
    }
    Ok(found)
}

/// `aws-chunked` describes the transfer, not the object.
fn without_framing(encoding: &str) -> String {
    let kept = encoding.split(',').map(str::trim).filter(|one| !one.eq_ignore_ascii_case("aws-chunked"));
    kept.collect::<Vec<_>>().join(",")
}

fn refuse_not_offered(call: &Call<'_>) -> Result<(), ObsError> {
    for name in NOT_OFFERED {
        if call.prefixed(name).is_some_and(|value| !value.is_empty()) {
            return Err(ObsError::not_implemented(&format!("The header {}{name}", call.dialect.prefix())));
        }
    }
    // Objects follow their bucket; these words ask for nothing more.
    match call.prefixed("acl") {
        None | Some("private" | "bucket-owner-read" | "bucket-owner-full-control") => Ok(()),
        Some(_) => Err(ObsError::not_implemented("An access control list of a single object")),
    }
}

/// Adds a header; a value that cannot be one is left out.
pub(crate) fn insert(headers: &mut HeaderMap, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_bytes(value.as_bytes()) {
        headers.insert(name, value);
    }
}

/// Adds the header `name` with the dialect's prefix.
pub(crate) fn insert_prefixed(headers: &mut HeaderMap, dialect: Dialect, name: &str, value: &str) {
    if let Ok(name) = prefixed(dialect, name) {
        insert(headers, name, value);
    }
}

/// The ETag as it is sent.
pub(crate) fn quoted(etag: &str) -> String {
    format!("\"{etag}\"")
}

/// The headers that describe an object, in the dialect of the request.
pub(crate) fn of_object(dialect: Dialect, info: &ObjectInfo) -> HeaderMap {
    let mut headers = HeaderMap::new();
    insert(&mut headers, header::ETAG, &quoted(&info.etag));
    insert(&mut headers, header::LAST_MODIFIED, &http_date(info.modified_ms));
    insert(&mut headers, header::ACCEPT_RANGES, "bytes");
    insert(&mut headers, header::CONTENT_TYPE, TYPE_DEFAULT);
    for (name, value) in &info.headers.standard {
        match name.as_str() {
            STORAGE_CLASS => {
                insert_prefixed(&mut headers, dialect, STORAGE_CLASS, storage_class_word(dialect, value));
            }
            REDIRECT => insert_prefixed(&mut headers, dialect, REDIRECT, value),
            name => {
                if let Ok(name) = HeaderName::from_bytes(name.as_bytes()) {
                    insert(&mut headers, name, value);
                }
            }
        }
    }
    for (name, value) in &info.headers.metadata {
        insert_prefixed(&mut headers, dialect, &format!("meta-{name}"), value);
    }
    if info.appendable {
        insert_prefixed(&mut headers, dialect, "object-type", "Appendable");
        insert_prefixed(&mut headers, dialect, "next-append-position", &info.size.to_string());
    }
    headers
}

/// The stored storage class in the words of the dialect.
pub(crate) fn storage_class(dialect: Dialect, headers: &ObjectHeaders) -> &'static str {
    storage_class_word(dialect, headers.standard.get(STORAGE_CLASS).map_or("STANDARD", String::as_str))
}
