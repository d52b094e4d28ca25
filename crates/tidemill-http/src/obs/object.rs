//! Objects: get, head, put, delete.

use super::access::{DELETE_OBJECT, GET_OBJECT, PUT_OBJECT};
use super::body::{Checksum, to_blob};
use super::conditions::Conditions;
use super::dates::http_date;
use super::dispatch::Endpoint;
use super::error::ObsError;
use super::headers::{insert, of_object, quoted, to_store};
use super::payload::Payload;
use super::range::{Wanted, wanted};
use super::reply::{empty, no_content};
use super::request::Call;
use axum::body::Body;
use axum::response::Response;
use http::{HeaderMap, HeaderName, Method, StatusCode, header};
use tidemill_objects::{ObjectInfo, PutWhen};

/// Parameters that replace a header of the answer.
const OVERRIDES: [(&str, HeaderName); 6] = [
    ("response-content-type", header::CONTENT_TYPE),
    ("response-content-language", header::CONTENT_LANGUAGE),
    ("response-expires", header::EXPIRES),
    ("response-cache-control", header::CACHE_CONTROL),
    ("response-content-disposition", header::CONTENT_DISPOSITION),
    ("response-content-encoding", header::CONTENT_ENCODING),
];

/// Objects have one version, which clients call `null`.
pub(crate) fn check_version(call: &Call<'_>) -> Result<(), ObsError> {
    match call.query().get("versionId") {
        None | Some("" | "null") => Ok(()),
        Some(_) => {
            let message = "The version ID specified in the request does not match an existing version.";
            Err(ObsError::new(StatusCode::NOT_FOUND, "NoSuchVersion", message))
        }
    }
}

/// `GET` and `HEAD /bucket/key`.
pub(crate) async fn get(endpoint: &Endpoint, call: &Call<'_>) -> Result<Response, ObsError> {
    endpoint.own_bucket(call, GET_OBJECT).await?;
    check_version(call)?;
    if call.parts.method == Method::HEAD {
        let info = endpoint.state.objects.head(call.bucket(), call.key()).await?;
        let (status, headers, _) = described(call, &info)?;
        return Ok(empty(status, headers));
    }
    let reader = endpoint.state.objects.open_object(call.bucket(), call.key()).await?;
    let (status, headers, range) = described(call, &reader.info)?;
    let mut response = Response::new(Body::from_stream(reader.stream(range)));
    *response.status_mut() = status;
    *response.headers_mut() = headers;
    Ok(response)
}

/// Status, headers and bytes to send of an object, after conditions and range.
fn described(
    call: &Call<'_>,
    info: &ObjectInfo,
) -> Result<(StatusCode, HeaderMap, std::ops::Range<u64>), ObsError> {
    check_conditions(call, info)?;
    let mut headers = of_object(call.dialect, info);
    for (parameter, name) in OVERRIDES {
        if let Some(value) = call.query().get(parameter) {
            insert(&mut headers, name, value);
        }
    }
    let (status, range) = match wanted(range_header(call, info), info.size) {
        Wanted::All => (StatusCode::OK, 0..info.size),
        Wanted::Part(range) => {
            let text = format!("bytes {}-{}/{}", range.start, range.end - 1, info.size);
            insert(&mut headers, header::CONTENT_RANGE, &text);
            (StatusCode::PARTIAL_CONTENT, range)
        }
        Wanted::Nothing => {
            let message = "The requested range is not satisfiable.";
            let refusal = ObsError::new(StatusCode::RANGE_NOT_SATISFIABLE, "InvalidRange", message);
            return Err(refusal.with_header("content-range", format!("bytes */{}", info.size)));
        }
    };
    insert(&mut headers, header::CONTENT_LENGTH, &(range.end - range.start).to_string());
    Ok((status, headers, range))
}

/// The range counts only for the object that `If-Range` names.
fn range_header<'r>(call: &Call<'r>, info: &ObjectInfo) -> Option<&'r str> {
    let same = |condition: &str| {
        condition.trim().trim_matches('"') == info.etag || condition.trim() == http_date(info.modified_ms)
    };
    call.header("range").filter(|_| call.header("if-range").is_none_or(same))
}

pub(crate) fn check_conditions(call: &Call<'_>, info: &ObjectInfo) -> Result<(), ObsError> {
    let conditions = Conditions {
        if_match: call.header("if-match"),
        if_none_match: call.header("if-none-match"),
        if_modified_since: call.header("if-modified-since"),
        if_unmodified_since: call.header("if-unmodified-since"),
    };
    conditions.check(info).map_err(|status| match status {
        StatusCode::NOT_MODIFIED => ObsError::new(status, "NotModified", "Not modified.")
            .with_header("etag", quoted(&info.etag))
            .with_header("last-modified", http_date(info.modified_ms)),
        _ => ObsError::precondition_failed(),
    })
}

/// The condition of a put: `If-None-Match: *` (nothing there) or `If-Match` with the ETag that is there.
pub(crate) fn put_when(call: &Call<'_>) -> Result<PutWhen, ObsError> {
    match (call.header("if-none-match"), call.header("if-match")) {
        (None, None) => Ok(PutWhen::Always),
        (Some("*"), None) => Ok(PutWhen::Absent),
        (None, Some(etag)) if etag != "*" => Ok(PutWhen::ETag(etag.trim().trim_matches('"').to_owned())),
        _ => Err(ObsError::not_implemented("This condition of a put")),
    }
}

/// `PUT /bucket/key`.
pub(crate) async fn put(
    endpoint: &Endpoint,
    call: &Call<'_>,
    payload: Payload<'_>,
) -> Result<Response, ObsError> {
    endpoint.own_bucket(call, PUT_OBJECT).await?;
    let (headers, when) = (to_store(call)?, put_when(call)?);
    check_key(call.key())?;
    let objects = &endpoint.state.objects;
    let received = to_blob(objects, call, payload).await?;
    let info = objects.put(call.bucket(), call.key(), received.content, &headers, when).await?;
    Ok(stored(&info.etag, received.checksum))
}

/// The answer to a body that was stored.
pub(crate) fn stored(etag: &str, checksum: Option<Checksum>) -> Response {
    let mut headers = HeaderMap::new();
    insert(&mut headers, header::ETAG, &quoted(etag));
    if let Some((name, value)) = checksum {
        insert(&mut headers, HeaderName::from_static(name), &value);
    }
    empty(StatusCode::OK, headers)
}

/// Refuses a key before the body is read.
pub(crate) fn check_key(key: &str) -> Result<(), ObsError> {
    let short = key.len() <= tidemill_model::limits::OBJECT_KEY_BYTES_MAX;
    if short && !key.contains('\0') {
        return Ok(());
    }
    Err(tidemill_objects::ObjectsError::InvalidKey.into())
}

/// `DELETE /bucket/key`: 204 also if there is none.
pub(crate) async fn delete(endpoint: &Endpoint, call: &Call<'_>) -> Result<Response, ObsError> {
    endpoint.own_bucket(call, DELETE_OBJECT).await?;
    check_version(call)?;
    endpoint.state.objects.delete(call.bucket(), call.key()).await?;
    Ok(no_content())
}
