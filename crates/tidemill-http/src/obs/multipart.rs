//! Multipart uploads: begin, put a part, list parts, complete, abort.

use super::access::{ABORT_UPLOAD, LIST_PARTS, PUT_OBJECT};
use super::body::{to_blob, to_memory};
use super::bucket::{namespace, owner};
use super::dates::iso_date;
use super::dispatch::Endpoint;
use super::error::ObsError;
use super::headers::{quoted, storage_class, to_store};
use super::list::{Names, wants_url};
use super::object::{check_key, put_when, stored};
use super::payload::Payload;
use super::reply::{document, no_content};
use super::request::Call;
use super::xml::Xml;
use super::xml_read::Element;
use axum::response::Response;
use http::StatusCode;
use tidemill_model::limits::{OBJECT_LIST_MAX, OBJECT_PARTS_MAX};
use tidemill_objects::PartsPage;

/// The upload a request names.
pub(crate) fn upload_id<'r>(call: &Call<'r>) -> &'r str {
    call.query().get("uploadId").unwrap_or_default()
}

/// The part a request names.
pub(crate) fn part_number(call: &Call<'_>) -> Result<u64, ObsError> {
    let number = call.query().number("partNumber")?.filter(|number| (1..=OBJECT_PARTS_MAX).contains(number));
    number.ok_or_else(|| ObsError::invalid_argument("Part number must be an integer between 1 and 10000."))
}

/// `POST /bucket/key?uploads`.
pub(crate) async fn create(endpoint: &Endpoint, call: &Call<'_>) -> Result<Response, ObsError> {
    endpoint.own_bucket(call, PUT_OBJECT).await?;
    check_key(call.key())?;
    let headers = to_store(call)?;
    let id = endpoint.state.objects.create_upload(call.bucket(), call.key(), &headers).await?;
    let mut xml = Xml::new("InitiateMultipartUploadResult", &namespace(endpoint, call.dialect));
    xml.leaf("Bucket", call.bucket());
    xml.leaf("Key", call.key());
    xml.leaf("UploadId", &id);
    Ok(document(StatusCode::OK, xml))
}

/// `PUT /bucket/key?partNumber=N&uploadId=…`.
pub(crate) async fn put_part(
    endpoint: &Endpoint,
    call: &Call<'_>,
    payload: Payload<'_>,
) -> Result<Response, ObsError> {
    endpoint.own_bucket(call, PUT_OBJECT).await?;
    let (number, upload, objects) = (part_number(call)?, upload_id(call), &endpoint.state.objects);
    // Before the body is read: an upload that is gone takes no bytes.
    objects.upload(call.bucket(), call.key(), upload).await?;
    let received = to_blob(objects, call, payload).await?;
    let part = objects.put_part(call.bucket(), call.key(), upload, number, received.content).await?;
    Ok(stored(&part.etag, received.checksum))
}

/// `GET /bucket/key?uploadId=…`.
pub(crate) async fn list_parts(endpoint: &Endpoint, call: &Call<'_>) -> Result<Response, ObsError> {
    let bucket = endpoint.own_bucket(call, LIST_PARTS).await?;
    let query = call.query();
    let after = query.number("part-number-marker")?.unwrap_or(0).min(OBJECT_PARTS_MAX);
    let max = query.number("max-parts")?.map_or(OBJECT_LIST_MAX, |max| max.min(1000) as usize);
    let upload = upload_id(call);
    let page = endpoint.state.objects.parts(call.bucket(), call.key(), upload, after, max).await?;
    let mut xml = Xml::new("ListPartsResult", &namespace(endpoint, call.dialect));
    xml.leaf("Bucket", call.bucket());
    Names { url: wants_url(call)? }.leaf(&mut xml, "Key", call.key());
    xml.leaf("UploadId", upload);
    xml.open("Initiator");
    xml.leaf("ID", &bucket.domain);
    xml.close();
    owner(&mut xml, call.dialect, &bucket.domain);
    xml.leaf("StorageClass", storage_class(call.dialect, &page.upload.headers));
    xml.leaf("PartNumberMarker", &after.to_string());
    xml.leaf("MaxParts", &max.to_string());
    listed_parts(&mut xml, &page);
    Ok(document(StatusCode::OK, xml))
}

fn listed_parts(xml: &mut Xml, page: &PartsPage) {
    if let Some(last) = page.parts.last() {
        xml.leaf("NextPartNumberMarker", &last.number.to_string());
    }
    xml.flag("IsTruncated", page.truncated);
    for part in &page.parts {
        xml.open("Part");
        xml.leaf("PartNumber", &part.number.to_string());
        xml.leaf("LastModified", &iso_date(part.modified_ms));
        xml.leaf("ETag", &quoted(&part.etag));
        xml.leaf("Size", &part.size.to_string());
        xml.close();
    }
}

/// `POST /bucket/key?uploadId=…` with the list of parts.
pub(crate) async fn complete(
    endpoint: &Endpoint,
    call: &Call<'_>,
    payload: Payload<'_>,
) -> Result<Response, ObsError> {
    endpoint.own_bucket(call, PUT_OBJECT).await?;
    let when = put_when(call)?;
    let parts = listed(&Element::parse(&to_memory(call, payload).await?)?)?;
    let (upload, objects) = (upload_id(call), &endpoint.state.objects);
    let info = objects.complete_upload(call.bucket(), call.key(), upload, parts, when).await?;
    let mut xml = Xml::new("CompleteMultipartUploadResult", &namespace(endpoint, call.dialect));
    let host = call.header("host").unwrap_or("localhost");
    xml.leaf("Location", &format!("http://{host}{}", call.parts.uri.path()));
    xml.leaf("Bucket", call.bucket());
    xml.leaf("Key", call.key());
    xml.leaf("ETag", &quoted(&info.etag));
    Ok(document(StatusCode::OK, xml))
}

fn listed(document: &Element) -> Result<Vec<(u64, String)>, ObsError> {
    let part = |part: &Element| {
        let number = part.child_text("PartNumber")?.trim().parse().ok()?;
        let etag = part.child_text("ETag")?.trim().trim_matches('"').to_owned();
        Some((number, etag))
    };
    let parts: Option<Vec<_>> = document.all("Part").map(part).collect();
    let wrong = || ObsError::malformed_xml("A part needs a PartNumber and an ETag.");
    parts.filter(|parts| !parts.is_empty()).ok_or_else(wrong)
}

/// `DELETE /bucket/key?uploadId=…`.
pub(crate) async fn abort(endpoint: &Endpoint, call: &Call<'_>) -> Result<Response, ObsError> {
    endpoint.own_bucket(call, ABORT_UPLOAD).await?;
    endpoint.state.objects.abort_upload(call.bucket(), call.key(), upload_id(call)).await?;
    Ok(no_content())
}
