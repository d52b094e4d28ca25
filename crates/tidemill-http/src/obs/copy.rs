//! Copying an object, or a range of one into a part.

use super::access::{GET_OBJECT, PUT_OBJECT};
use super::bucket::namespace;
use super::conditions::Conditions;
use super::dates::iso_date;
use super::dialect::Dialect;
use super::dispatch::Endpoint;
use super::error::ObsError;
use super::headers::{quoted, to_store};
use super::multipart::{part_number, upload_id};
use super::object::put_when;
use super::query::decode;
use super::range::{Wanted, wanted};
use super::reply::document;
use super::request::Call;
use super::xml::Xml;
use axum::response::Response;
use futures::TryStreamExt;
use http::StatusCode;
use std::ops::Range;
use tidemill_model::limits::OBJECT_BODY_BYTES_MAX;
use tidemill_objects::blob::WantedHashes;
use tidemill_objects::{CopySource, ObjectHeaders, ObjectInfo, ObjectsError};

/// Bucket and key of the source: percent-encoded, with or without a slash in front, perhaps with the one
/// version there is.
fn source(call: &Call<'_>) -> Result<(String, String), ObsError> {
    let raw = call.prefixed("copy-source").unwrap_or_default();
    let wrong = || ObsError::invalid_argument("The copy source must be a bucket and a key.");
    let (path, version) = raw.split_once("?versionId=").unwrap_or((raw, "null"));
    if version != "null" {
        return Err(ObsError::not_implemented("Copying a version of an object"));
    }
    // The slash between bucket and key may be encoded too.
    let path = decode(path)?;
    let (bucket, key) = path.strip_prefix('/').unwrap_or(&path).split_once('/').ok_or_else(wrong)?;
    if bucket.is_empty() || key.is_empty() { Err(wrong()) } else { Ok((bucket.to_owned(), key.to_owned())) }
}

fn check_conditions(call: &Call<'_>, info: &ObjectInfo) -> Result<(), ObsError> {
    let conditions = Conditions {
        if_match: call.prefixed("copy-source-if-match"),
        if_none_match: call.prefixed("copy-source-if-none-match"),
        if_modified_since: call.prefixed("copy-source-if-modified-since"),
        if_unmodified_since: call.prefixed("copy-source-if-unmodified-since"),
    };
    conditions.check_source(info)
}

/// `PUT /bucket/key` with a copy source.
pub(crate) async fn object(endpoint: &Endpoint, call: &Call<'_>) -> Result<Response, ObsError> {
    endpoint.own_bucket(call, PUT_OBJECT).await?;
    let (bucket, key) = source(call)?;
    endpoint.bucket_for(call, &bucket, GET_OBJECT).await?;
    let objects = &endpoint.state.objects;
    let info = objects.head(&bucket, &key).await?;
    check_conditions(call, &info)?;
    if info.size > OBJECT_BODY_BYTES_MAX {
        return Err(ObsError::bad(
            "EntityTooLarge",
            "The source is larger than one copy may be: copy parts.",
        ));
    }
    let replacing = is_replacing(call)?;
    if !replacing && call.dialect == Dialect::Aws && changes_nothing(call, &bucket, &key) {
        let message = "This copy request is illegal because it is trying to copy an object to itself without \
                       changing the object's metadata or storage class.";
        return Err(ObsError::bad("InvalidRequest", message));
    }
    let headers = headers(to_store(call)?, &info, replacing);
    let source = CopySource { bucket, key, etag: Some(info.etag) };
    let copied = objects.copy(source, call.bucket(), call.key(), Some(&headers), put_when(call)?).await?;
    Ok(result(endpoint, call, "CopyObjectResult", &copied.etag, copied.modified_ms))
}

/// Whether the request's headers take the place of the source's.
fn is_replacing(call: &Call<'_>) -> Result<bool, ObsError> {
    match call.prefixed("metadata-directive") {
        None | Some("COPY") => Ok(false),
        Some("REPLACE" | "REPLACE_NEW") => Ok(true),
        Some(_) => Err(ObsError::invalid_argument("The metadata directive is COPY or REPLACE.")),
    }
}

fn changes_nothing(call: &Call<'_>, bucket: &str, key: &str) -> bool {
    bucket == call.bucket() && key == call.key() && call.prefixed("storage-class").is_none()
}

/// The headers of the copy. The storage class is never copied.
fn headers(mut stated: ObjectHeaders, source: &ObjectInfo, replacing: bool) -> ObjectHeaders {
    if replacing {
        return stated;
    }
    let class = stated.standard.remove("storage-class");
    let mut headers = source.headers.clone();
    headers.standard.remove("storage-class");
    headers.standard.extend(class.map(|class| ("storage-class".to_owned(), class)));
    headers
}

fn result(
    endpoint: &Endpoint,
    call: &Call<'_>,
    root: &'static str,
    etag: &str,
    modified_ms: i64,
) -> Response {
    let mut xml = Xml::new(root, &namespace(endpoint, call.dialect));
    xml.leaf("LastModified", &iso_date(modified_ms));
    xml.leaf("ETag", &quoted(etag));
    document(StatusCode::OK, xml)
}

/// `PUT /bucket/key?partNumber=N&uploadId=…` with a copy source, perhaps with a range of it.
pub(crate) async fn part(endpoint: &Endpoint, call: &Call<'_>) -> Result<Response, ObsError> {
    endpoint.own_bucket(call, PUT_OBJECT).await?;
    let (bucket, key) = source(call)?;
    endpoint.bucket_for(call, &bucket, GET_OBJECT).await?;
    let (number, upload, objects) = (part_number(call)?, upload_id(call), &endpoint.state.objects);
    objects.upload(call.bucket(), call.key(), upload).await?;
    let reader = objects.open_object(&bucket, &key).await?;
    check_conditions(call, &reader.info)?;
    let range = part_range(call, reader.info.size)?;
    let mut writer = objects.writer(WantedHashes::default());
    let mut stream = reader.stream(range);
    while let Some(bytes) = stream.try_next().await.map_err(ObjectsError::Io)? {
        writer.write(bytes).await?;
    }
    let blob = writer.finish().await?;
    let part = objects.put_part(call.bucket(), call.key(), upload, number, blob).await?;
    Ok(result(endpoint, call, "CopyPartResult", &part.etag, part.modified_ms))
}

/// The bytes of the source that become the part.
fn part_range(call: &Call<'_>, size: u64) -> Result<Range<u64>, ObsError> {
    let range = match call.prefixed("copy-source-range") {
        None => 0..size,
        Some(text) => match wanted(Some(text), size) {
            Wanted::Part(range) => range,
            _ => return Err(ObsError::bad("InvalidRange", "The copy source range is not in the source.")),
        },
    };
    if range.end - range.start > OBJECT_BODY_BYTES_MAX {
        Err(ObjectsError::TooLarge.into())
    } else {
        Ok(range)
    }
}
