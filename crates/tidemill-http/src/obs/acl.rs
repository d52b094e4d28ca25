//! Access control lists: a bucket is private or readable by everybody; objects follow it.

use super::access::{GET_BUCKET_ACL, GET_OBJECT_ACL, PUT_BUCKET_ACL, PUT_OBJECT_ACL};
use super::body::to_memory;
use super::bucket::{canned, namespace, owner};
use super::dialect::Dialect;
use super::dispatch::Endpoint;
use super::error::ObsError;
use super::payload::Payload;
use super::reply::{document, empty};
use super::request::Call;
use super::xml::Xml;
use super::xml_read::Element;
use axum::response::Response;
use http::{HeaderMap, StatusCode};
use tidemill_objects::{Bucket, BucketAcl};

const ALL_USERS: &str = "http://acs.amazonaws.com/groups/global/AllUsers";
const USER_ATTRIBUTES: &str =
    "xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xsi:type=\"CanonicalUser\"";
const GROUP_ATTRIBUTES: &str = "xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xsi:type=\"Group\"";

/// `GET /bucket?acl`.
pub(crate) async fn get_bucket(endpoint: &Endpoint, call: &Call<'_>) -> Result<Response, ObsError> {
    let bucket = endpoint.own_bucket(call, GET_BUCKET_ACL).await?;
    Ok(document(StatusCode::OK, policy(endpoint, call.dialect, &bucket)))
}

/// `GET /bucket/key?acl`: that of its bucket.
pub(crate) async fn get_object(endpoint: &Endpoint, call: &Call<'_>) -> Result<Response, ObsError> {
    let bucket = endpoint.own_bucket(call, GET_OBJECT_ACL).await?;
    endpoint.state.objects.head(call.bucket(), call.key()).await?;
    Ok(document(StatusCode::OK, policy(endpoint, call.dialect, &bucket)))
}

fn policy(endpoint: &Endpoint, dialect: Dialect, bucket: &Bucket) -> Xml {
    let mut xml = Xml::new("AccessControlPolicy", &namespace(endpoint, dialect));
    owner(&mut xml, dialect, &bucket.domain);
    xml.open("AccessControlList");
    grant(&mut xml, dialect, Some(&bucket.domain), "FULL_CONTROL");
    if bucket.acl == BucketAcl::PublicRead {
        grant(&mut xml, dialect, None, "READ");
    }
    xml
}

/// A grant to a domain, or to everybody.
fn grant(xml: &mut Xml, dialect: Dialect, domain: Option<&str>, permission: &str) {
    xml.open("Grant");
    match (dialect, domain) {
        (Dialect::Obs, _) => xml.open("Grantee"),
        (Dialect::Aws, Some(_)) => xml.open_with("Grantee", USER_ATTRIBUTES),
        (Dialect::Aws, None) => xml.open_with("Grantee", GROUP_ATTRIBUTES),
    }
    match (dialect, domain) {
        (Dialect::Obs, Some(domain)) => xml.leaf("ID", domain),
        (Dialect::Obs, None) => xml.leaf("Canned", "Everyone"),
        (Dialect::Aws, Some(domain)) => {
            xml.leaf("ID", domain);
            xml.leaf("DisplayName", domain);
        }
        (Dialect::Aws, None) => xml.leaf("URI", ALL_USERS),
    }
    xml.close();
    xml.leaf("Permission", permission);
    xml.close();
}

/// What a request asks for, by header or by document.
async fn wanted(call: &Call<'_>, payload: Payload<'_>, owner: &str) -> Result<BucketAcl, ObsError> {
    let named = canned(call)?;
    let body = to_memory(call, payload).await?;
    match named {
        Some(acl) => Ok(acl),
        None => of_policy(&Element::parse(&body)?, owner),
    }
}

/// Only two lists are offered: the owner alone, or the owner and everybody for reading.
fn of_policy(policy: &Element, owner: &str) -> Result<BucketAcl, ObsError> {
    let list = policy.child("AccessControlList");
    let list = list.ok_or_else(|| ObsError::malformed_xml("The document has no AccessControlList."))?;
    let mut acl = BucketAcl::Private;
    for grant in list.all("Grant") {
        let incomplete = || ObsError::malformed_xml("A grant needs a Grantee and a Permission.");
        let grantee = grant.child("Grantee").ok_or_else(incomplete)?;
        let permission = grant.child_text("Permission").ok_or_else(incomplete)?.trim();
        let everybody = grantee.child_text("Canned").is_some_and(|name| name.trim() == "Everyone")
            || grantee.child_text("URI").is_some_and(|uri| uri.trim() == ALL_USERS);
        let own = grantee.child_text("ID").is_some_and(|id| id.trim() == owner);
        match (everybody, own, permission) {
            (true, _, "READ") => acl = BucketAcl::PublicRead,
            (_, true, _) => {}
            _ => return Err(ObsError::not_implemented("This grant")),
        }
    }
    Ok(acl)
}

/// `PUT /bucket?acl`.
pub(crate) async fn put_bucket(
    endpoint: &Endpoint,
    call: &Call<'_>,
    payload: Payload<'_>,
) -> Result<Response, ObsError> {
    let bucket = endpoint.own_bucket(call, PUT_BUCKET_ACL).await?;
    let acl = wanted(call, payload, &bucket.domain).await?;
    endpoint.state.objects.set_bucket_acl(call.bucket(), acl).await?;
    Ok(empty(StatusCode::OK, HeaderMap::new()))
}

/// `PUT /bucket/key?acl`: only what the bucket has already.
pub(crate) async fn put_object(
    endpoint: &Endpoint,
    call: &Call<'_>,
    payload: Payload<'_>,
) -> Result<Response, ObsError> {
    let bucket = endpoint.own_bucket(call, PUT_OBJECT_ACL).await?;
    endpoint.state.objects.head(call.bucket(), call.key()).await?;
    if wanted(call, payload, &bucket.domain).await? == bucket.acl {
        return Ok(empty(StatusCode::OK, HeaderMap::new()));
    }
    Err(ObsError::not_implemented("An access control list of a single object"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn acl(grants: &str) -> Result<BucketAcl, &'static str> {
        let text = format!(
            "<AccessControlPolicy><AccessControlList>{grants}</AccessControlList></AccessControlPolicy>"
        );
        of_policy(&Element::parse(text.as_bytes()).unwrap(), "me").map_err(|error| error.code)
    }

    #[test]
    fn the_two_offered_lists_are_understood_in_both_dialects() {
        let own = "<Grant><Grantee><ID>me</ID></Grantee><Permission>FULL_CONTROL</Permission></Grant>";
        let obs = "<Grant><Grantee><Canned>Everyone</Canned></Grantee><Permission>READ</Permission></Grant>";
        let aws = format!(
            "<Grant><Grantee xmlns:xsi='x' xsi:type='Group'><URI>{ALL_USERS}</URI></Grantee><Permission>READ</Permission></Grant>"
        );
        assert_eq!(acl(own), Ok(BucketAcl::Private));
        assert_eq!(acl(&format!("{own}{obs}")), Ok(BucketAcl::PublicRead));
        assert_eq!(acl(&aws), Ok(BucketAcl::PublicRead));
        assert_eq!(acl(&obs.replace("READ", "WRITE")), Err("NotImplemented"));
        assert_eq!(acl(&own.replace("me", "other")), Err("NotImplemented"));
        assert_eq!(acl("<Grant/>"), Err("MalformedXML"));
    }
}
