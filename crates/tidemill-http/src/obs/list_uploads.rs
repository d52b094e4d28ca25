//! Listing multipart uploads under way.

use super::access::LIST_UPLOADS;
use super::bucket::{namespace, owner};
use super::dates::iso_date;
use super::dispatch::Endpoint;
use super::error::ObsError;
use super::headers::storage_class;
use super::list::{Names, wants_url};
use super::reply::document;
use super::request::Call;
use super::xml::Xml;
use axum::response::Response;
use http::StatusCode;
use tidemill_model::limits::OBJECT_LIST_MAX;
use tidemill_objects::{UploadsPage, UploadsQuery};

/// `GET /bucket?uploads`.
pub(crate) async fn get(endpoint: &Endpoint, call: &Call<'_>) -> Result<Response, ObsError> {
    let bucket = endpoint.own_bucket(call, LIST_UPLOADS).await?;
    let (names, parameters) = (Names { url: wants_url(call)? }, call.query());
    let id_marker = parameters.get("upload-id-marker").filter(|marker| !marker.is_empty());
    let query = UploadsQuery {
        prefix: parameters.text("prefix"),
        delimiter: parameters.get("delimiter").map(str::to_owned),
        key_marker: parameters.text("key-marker"),
        id_marker: id_marker.map(str::to_owned),
        max: parameters.number("max-uploads")?.map_or(OBJECT_LIST_MAX, |max| max.min(1000) as usize),
    };
    let page = endpoint.state.objects.uploads(call.bucket(), query.clone()).await?;
    let mut xml = Xml::new("ListMultipartUploadsResult", &namespace(endpoint, call.dialect));
    head(&mut xml, call, &query, &page, &names);
    for upload in &page.uploads {
        xml.open("Upload");
        names.leaf(&mut xml, "Key", &upload.key);
        xml.leaf("UploadId", &upload.id);
        xml.open("Initiator");
        xml.leaf("ID", &bucket.domain);
        xml.close();
        owner(&mut xml, call.dialect, &bucket.domain);
        xml.leaf("StorageClass", storage_class(call.dialect, &upload.headers));
        xml.leaf("Initiated", &iso_date(upload.started_ms));
        xml.close();
    }
    for prefix in &page.common_prefixes {
        xml.open("CommonPrefixes");
        names.leaf(&mut xml, "Prefix", prefix);
        xml.close();
    }
    Ok(document(StatusCode::OK, xml))
}

/// What was asked for and where to go on.
fn head(xml: &mut Xml, call: &Call<'_>, query: &UploadsQuery, page: &UploadsPage, names: &Names) {
    xml.leaf("Bucket", call.bucket());
    names.leaf(xml, "KeyMarker", &query.key_marker);
    xml.leaf("UploadIdMarker", query.id_marker.as_deref().unwrap_or_default());
    if let Some((key, id)) = &page.next {
        names.leaf(xml, "NextKeyMarker", key);
        xml.leaf("NextUploadIdMarker", id);
    }
    names.leaf_if(xml, "Delimiter", query.delimiter.as_deref().unwrap_or_default());
    names.leaf(xml, "Prefix", &query.prefix);
    if names.url {
        xml.leaf("EncodingType", "url");
    }
    xml.leaf("MaxUploads", &query.max.to_string());
    xml.flag("IsTruncated", page.next.is_some());
}
