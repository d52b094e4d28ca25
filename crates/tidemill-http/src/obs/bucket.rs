//! Buckets: list, create, head, location, delete.

use super::access::{CREATE_BUCKET, DELETE_BUCKET, GET_BUCKET_LOCATION, HEAD_BUCKET, LIST_ALL_BUCKETS};
use super::body::to_memory;
use super::dates::iso_date;
use super::dialect::{Dialect, region_header};
use super::dispatch::Endpoint;
use super::error::ObsError;
use super::headers::{insert, insert_prefixed};
use super::payload::Payload;
use super::reply::{document, empty, no_content};
use super::request::Call;
use super::xml::Xml;
use super::xml_read::Element;
use axum::response::Response;
use http::{HeaderMap, StatusCode, header};
use tidemill_iam::{Caller, RequestHead};
use tidemill_model::BucketName;
use tidemill_objects::{BucketAcl, ObjectsError};

/// What a document's root is named after in the dialect.
pub(crate) fn namespace(endpoint: &Endpoint, dialect: Dialect) -> String {
    match dialect {
        Dialect::Aws => "http://s3.amazonaws.com/doc/2006-03-01/".to_owned(),
        Dialect::Obs => {
            let host = endpoint.state.service_hosts.first().map_or("localhost", String::as_str);
            format!("http://{host}/doc/2015-06-30/")
        }
    }
}

/// Who owns what is in a bucket.
pub(crate) fn owner(xml: &mut Xml, dialect: Dialect, domain: &str) {
    xml.open("Owner");
    xml.leaf("ID", domain);
    if dialect == Dialect::Aws {
        xml.leaf("DisplayName", domain);
    }
    xml.close();
}

/// `GET /`: the caller's buckets.
pub(crate) async fn list(endpoint: &Endpoint, call: &Call<'_>) -> Result<Response, ObsError> {
    let caller = endpoint.allowed(call, LIST_ALL_BUCKETS)?;
    let buckets = endpoint.state.objects.buckets(&caller.domain.id).await?;
    let mut xml = Xml::new("ListAllMyBucketsResult", &namespace(endpoint, call.dialect));
    owner(&mut xml, call.dialect, &caller.domain.id);
    xml.open("Buckets");
    for bucket in buckets {
        xml.open("Bucket");
        xml.leaf("Name", &bucket.name);
        xml.leaf("CreationDate", &iso_date(bucket.created_ms));
        if call.dialect == Dialect::Obs {
            xml.leaf("Location", &endpoint.state.region);
            xml.leaf("BucketType", "OBJECT");
        }
        xml.close();
    }
    Ok(document(StatusCode::OK, xml))
}

/// `PUT /bucket`: 200 also if the caller's account has it already. Any location is taken as ours.
pub(crate) async fn create(
    endpoint: &Endpoint,
    call: &Call<'_>,
    payload: Payload<'_>,
) -> Result<Response, ObsError> {
    let caller = endpoint.allowed(call, CREATE_BUCKET)?;
    let invalid = |error: tidemill_model::InvalidName| ObsError::bad("InvalidBucketName", error.to_string());
    let name = BucketName::parse(call.bucket()).map_err(invalid)?;
    let acl = canned(call)?.unwrap_or(BucketAcl::Private);
    let body = to_memory(call, payload).await?;
    if !body.trim_ascii().is_empty() {
        Element::parse(&body)?;
    }
    let project = project(endpoint, call, caller);
    match endpoint.state.objects.create_bucket(&name, &caller.domain.id, &project, acl).await {
        Ok(()) => {}
        Err(ObjectsError::BucketExists { owner }) if owner == caller.domain.id => {}
        Err(error) => return Err(error.into()),
    }
    let mut headers = HeaderMap::new();
    insert(&mut headers, header::LOCATION, &format!("/{name}"));
    Ok(empty(StatusCode::OK, headers))
}

/// The project a new bucket belongs to; empty if the account has several and none is named.
fn project(endpoint: &Endpoint, call: &Call<'_>, caller: &Caller) -> String {
    let parts = call.parts;
    let head = RequestHead::new(&parts.method, &parts.uri, &parts.headers);
    let chosen = endpoint.state.iam.choose_project(caller, None, &head);
    chosen.map(|project| project.to_string()).unwrap_or_default()
}

/// The canned access control list a request's headers name.
pub(crate) fn canned(call: &Call<'_>) -> Result<Option<BucketAcl>, ObsError> {
    let offered = |word| {
        BucketAcl::parse(word)
            .ok_or_else(|| ObsError::not_implemented(&format!("The access control list {word:?}")))
    };
    call.prefixed("acl").map(offered).transpose()
}

/// `HEAD /bucket`.
pub(crate) async fn head(endpoint: &Endpoint, call: &Call<'_>) -> Result<Response, ObsError> {
    endpoint.own_bucket(call, HEAD_BUCKET).await?;
    let mut headers = HeaderMap::new();
    insert_prefixed(&mut headers, call.dialect, region_header(call.dialect), &endpoint.state.region);
    insert_prefixed(&mut headers, call.dialect, "storage-class", "STANDARD");
    if call.dialect == Dialect::Obs {
        insert_prefixed(&mut headers, call.dialect, "version", "3.0");
    }
    Ok(empty(StatusCode::OK, headers))
}

/// `GET /bucket?location`. Of S3's clients some read the root's text and some a child of the same name, so
/// the region is given twice.
pub(crate) async fn location(endpoint: &Endpoint, call: &Call<'_>) -> Result<Response, ObsError> {
    endpoint.own_bucket(call, GET_BUCKET_LOCATION).await?;
    let (namespace, region) = (namespace(endpoint, call.dialect), &endpoint.state.region);
    let xml = match call.dialect {
        Dialect::Obs => {
            let mut xml = Xml::new("Location", &namespace);
            xml.value(region);
            xml
        }
        Dialect::Aws => {
            let mut xml = Xml::new("LocationConstraint", &namespace);
            xml.value(region);
            xml.leaf("LocationConstraint", region);
            xml
        }
    };
    Ok(document(StatusCode::OK, xml))
}

/// `DELETE /bucket`.
pub(crate) async fn delete(endpoint: &Endpoint, call: &Call<'_>) -> Result<Response, ObsError> {
    endpoint.own_bucket(call, DELETE_BUCKET).await?;
    endpoint.state.objects.delete_bucket(call.bucket()).await?;
    Ok(no_content())
}
