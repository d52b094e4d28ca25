//! Configurations that buckets and objects never have here: fixed answers, so that clients that look at them
//! go on.

use super::access::{DELETE_BUCKET, DELETE_OBJECT, GET_OBJECT, HEAD_BUCKET};
use super::bucket::namespace;
use super::dispatch::Endpoint;
use super::error::ObsError;
use super::query::Query;
use super::reply::{document, no_content};
use super::request::Call;
use super::xml::Xml;
use axum::response::Response;
use http::StatusCode;

/// What a configuration is answered with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fixed {
    /// An empty document with this root.
    Empty(&'static str),
    /// A document with this root and one element.
    One(&'static str, &'static str, &'static str),
    /// 404 with this code.
    Missing(&'static str),
    /// 501.
    NotOffered,
}

const OF_BUCKET: [(&str, Fixed); 27] = [
    ("versioning", Fixed::Empty("VersioningConfiguration")),
    ("logging", Fixed::Empty("BucketLoggingStatus")),
    ("notification", Fixed::Empty("NotificationConfiguration")),
    ("accelerate", Fixed::Empty("AccelerateConfiguration")),
    ("requestPayment", Fixed::One("RequestPaymentConfiguration", "Payer", "BucketOwner")),
    ("quota", Fixed::One("Quota", "StorageQuota", "0")),
    ("storageClass", Fixed::Missing("NoSuchStorageClass")),
    ("storagePolicy", Fixed::One("StoragePolicy", "DefaultStorageClass", "STANDARD")),
    ("policy", Fixed::Missing("NoSuchBucketPolicy")),
    ("policyStatus", Fixed::Missing("NoSuchBucketPolicy")),
    ("lifecycle", Fixed::Missing("NoSuchLifecycleConfiguration")),
    ("cors", Fixed::Missing("NoSuchCORSConfiguration")),
    ("tagging", Fixed::Missing("NoSuchTagSet")),
    ("website", Fixed::Missing("NoSuchWebsiteConfiguration")),
    ("encryption", Fixed::Missing("ServerSideEncryptionConfigurationNotFoundError")),
    ("replication", Fixed::Missing("ReplicationConfigurationNotFoundError")),
    ("object-lock", Fixed::Missing("ObjectLockConfigurationNotFoundError")),
    ("ownershipControls", Fixed::Missing("OwnershipControlsNotFoundError")),
    ("publicAccessBlock", Fixed::Missing("NoSuchPublicAccessBlockConfiguration")),
    ("customdomain", Fixed::Empty("ListBucketCustomDomainsResult")),
    ("inventory", Fixed::NotOffered),
    ("analytics", Fixed::NotOffered),
    ("metrics", Fixed::NotOffered),
    ("versions", Fixed::NotOffered),
    ("storageinfo", Fixed::NotOffered),
    ("directcoldaccess", Fixed::NotOffered),
    ("intelligent-tiering", Fixed::NotOffered),
];

const OF_OBJECT: [&str; 9] = [
    "tagging",
    "retention",
    "legal-hold",
    "torrent",
    "attributes",
    "restore",
    "select",
    "modify",
    "truncate",
];

/// The configuration of a bucket that a request is about.
pub(crate) fn of_bucket(query: &Query) -> Option<Fixed> {
    OF_BUCKET.iter().find(|(name, _)| query.has(name)).map(|(_, fixed)| *fixed)
}

/// The property of an object that a request is about.
pub(crate) fn of_object(query: &Query) -> Option<&'static str> {
    OF_OBJECT.into_iter().find(|name| query.has(name))
}

/// `GET` of a bucket's configuration.
pub(crate) async fn get(endpoint: &Endpoint, call: &Call<'_>, fixed: Fixed) -> Result<Response, ObsError> {
    endpoint.own_bucket(call, HEAD_BUCKET).await?;
    let namespace = namespace(endpoint, call.dialect);
    match fixed {
        Fixed::Empty(root) => Ok(document(StatusCode::OK, Xml::new(root, &namespace))),
        Fixed::One(root, name, value) => {
            let mut xml = Xml::new(root, &namespace);
            xml.leaf(name, value);
            Ok(document(StatusCode::OK, xml))
        }
        Fixed::Missing(code) => {
            Err(ObsError::new(StatusCode::NOT_FOUND, code, "The bucket has no such configuration."))
        }
        Fixed::NotOffered => Err(ObsError::not_implemented("This configuration of a bucket")),
    }
}

/// `GET` of an object's property: objects have no tags; the rest is not offered.
pub(crate) async fn get_object(endpoint: &Endpoint, call: &Call<'_>) -> Result<Response, ObsError> {
    endpoint.own_bucket(call, GET_OBJECT).await?;
    endpoint.state.objects.head(call.bucket(), call.key()).await?;
    if !call.query().has("tagging") {
        return Err(ObsError::not_implemented("This property of an object"));
    }
    let mut xml = Xml::new("Tagging", &namespace(endpoint, call.dialect));
    xml.leaf("TagSet", "");
    Ok(document(StatusCode::OK, xml))
}

/// `DELETE` of what is never configured.
pub(crate) async fn delete(endpoint: &Endpoint, call: &Call<'_>) -> Result<Response, ObsError> {
    let action = if call.key().is_empty() { DELETE_BUCKET } else { DELETE_OBJECT };
    endpoint.own_bucket(call, action).await?;
    Ok(no_content())
}
