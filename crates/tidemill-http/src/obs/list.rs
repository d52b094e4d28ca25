//! Listing objects, in both versions of the interface.

use super::access::LIST_BUCKET;
use super::bucket::{namespace, owner};
use super::dates::iso_date;
use super::dialect::{Dialect, region_header};
use super::dispatch::Endpoint;
use super::error::ObsError;
use super::headers::{insert_prefixed, quoted, storage_class};
use super::query::encode;
use super::reply::document;
use super::request::Call;
use super::xml::Xml;
use axum::response::Response;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::StatusCode;
use tidemill_model::limits::OBJECT_LIST_MAX;
use tidemill_objects::{Bucket, ListQuery, Listing};

/// Whether names are to be percent-encoded.
pub(crate) fn wants_url(call: &Call<'_>) -> Result<bool, ObsError> {
    match call.query().get("encoding-type") {
        None | Some("") => Ok(false),
        Some(form) if form.eq_ignore_ascii_case("url") => Ok(true),
        Some(_) => Err(ObsError::invalid_argument("The encoding type must be url.")),
    }
}

/// Names in a listing, encoded if the request says so.
pub(crate) struct Names {
    pub(crate) url: bool,
}

impl Names {
    pub(crate) fn leaf(&self, xml: &mut Xml, element: &'static str, name: &str) {
        if self.url { xml.leaf(element, &encode(name)) } else { xml.leaf(element, name) }
    }

    /// The same, but nothing for an empty name.
    pub(crate) fn leaf_if(&self, xml: &mut Xml, element: &'static str, name: &str) {
        if !name.is_empty() {
            self.leaf(xml, element, name);
        }
    }
}

/// `GET /bucket`.
pub(crate) async fn get(endpoint: &Endpoint, call: &Call<'_>) -> Result<Response, ObsError> {
    let bucket = endpoint.own_bucket(call, LIST_BUCKET).await?;
    let names = Names { url: wants_url(call)? };
    let second = is_second_version(call);
    let query = ListQuery {
        prefix: call.query().text("prefix"),
        delimiter: call.query().get("delimiter").map(str::to_owned),
        after: if second { after_token(call)? } else { call.query().text("marker") },
        max: call.query().number("max-keys")?.map_or(OBJECT_LIST_MAX, |max| max.min(1000) as usize),
    };
    let page = endpoint.state.objects.list(call.bucket(), query.clone()).await?;
    let mut xml = Xml::new("ListBucketResult", &namespace(endpoint, call.dialect));
    head(&mut xml, call, &query, &page, &names);
    let owned = !second || call.query().get("fetch-owner") == Some("true");
    entries(&mut xml, call.dialect, &page, &names, owned.then_some(&bucket));
    let mut response = document(StatusCode::OK, xml);
    let headers = response.headers_mut();
    insert_prefixed(headers, call.dialect, region_header(call.dialect), &endpoint.state.region);
    Ok(response)
}

fn is_second_version(call: &Call<'_>) -> bool {
    call.query().get("list-type") == Some("2")
}

/// What was asked for and where to go on.
fn head(xml: &mut Xml, call: &Call<'_>, query: &ListQuery, page: &Listing, names: &Names) {
    xml.leaf("Name", call.bucket());
    names.leaf(xml, "Prefix", &query.prefix);
    if is_second_version(call) {
        second_head(xml, call, page, names);
    } else {
        names.leaf(xml, "Marker", &query.after);
        names.leaf_if(xml, "NextMarker", page.next.as_deref().unwrap_or_default());
    }
    xml.leaf("MaxKeys", &query.max.to_string());
    names.leaf_if(xml, "Delimiter", query.delimiter.as_deref().unwrap_or_default());
    if names.url {
        xml.leaf("EncodingType", "url");
    }
    xml.flag("IsTruncated", page.next.is_some());
}

/// Where the second version goes on: a token of ours, or else the key to start after.
fn after_token(call: &Call<'_>) -> Result<String, ObsError> {
    let Some(token) = call.query().get("continuation-token") else {
        return Ok(call.query().text("start-after"));
    };
    let decoded = URL_SAFE_NO_PAD.decode(token).ok().and_then(|bytes| String::from_utf8(bytes).ok());
    decoded.ok_or_else(|| ObsError::invalid_argument("The continuation token is not one of ours."))
}

fn second_head(xml: &mut Xml, call: &Call<'_>, page: &Listing, names: &Names) {
    xml.leaf("KeyCount", &(page.objects.len() + page.common_prefixes.len()).to_string());
    names.leaf_if(xml, "StartAfter", call.query().get("start-after").unwrap_or_default());
    if let Some(token) = call.query().get("continuation-token") {
        xml.leaf("ContinuationToken", token);
    }
    if let Some(next) = &page.next {
        xml.leaf("NextContinuationToken", &URL_SAFE_NO_PAD.encode(next));
    }
}

fn entries(xml: &mut Xml, dialect: Dialect, page: &Listing, names: &Names, bucket: Option<&Bucket>) {
    for info in &page.objects {
        xml.open("Contents");
        names.leaf(xml, "Key", &info.key);
        xml.leaf("LastModified", &iso_date(info.modified_ms));
        xml.leaf("ETag", &quoted(&info.etag));
        xml.leaf("Size", &info.size.to_string());
        if let Some(bucket) = bucket {
            owner(xml, dialect, &bucket.domain);
        }
        xml.leaf("StorageClass", storage_class(dialect, &info.headers));
        if dialect == Dialect::Obs && info.appendable {
            xml.leaf("Type", "Appendable");
        }
        xml.close();
    }
    for prefix in &page.common_prefixes {
        xml.open("CommonPrefixes");
        names.leaf(xml, "Prefix", prefix);
        xml.close();
    }
}
