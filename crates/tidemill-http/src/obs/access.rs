//! Who may do what: the rights of the caller, and what a public bucket gives to everybody.

use super::dispatch::Endpoint;
use super::error::ObsError;
use super::request::Call;
use std::sync::Arc;
use tidemill_iam::Caller;
use tidemill_objects::{Bucket, BucketAcl};

pub(crate) const LIST_ALL_BUCKETS: &str = "obs:bucket:ListAllMyBuckets";
pub(crate) const CREATE_BUCKET: &str = "obs:bucket:CreateBucket";
pub(crate) const DELETE_BUCKET: &str = "obs:bucket:DeleteBucket";
pub(crate) const HEAD_BUCKET: &str = "obs:bucket:HeadBucket";
pub(crate) const LIST_BUCKET: &str = "obs:bucket:ListBucket";
pub(crate) const GET_BUCKET_LOCATION: &str = "obs:bucket:GetBucketLocation";
pub(crate) const GET_BUCKET_ACL: &str = "obs:bucket:GetBucketAcl";
pub(crate) const PUT_BUCKET_ACL: &str = "obs:bucket:PutBucketAcl";
pub(crate) const LIST_UPLOADS: &str = "obs:bucket:ListBucketMultipartUploads";
pub(crate) const GET_OBJECT_ACL: &str = "obs:object:GetObjectAcl";
pub(crate) const PUT_OBJECT_ACL: &str = "obs:object:PutObjectAcl";
pub(crate) const GET_OBJECT: &str = "obs:object:GetObject";
pub(crate) const PUT_OBJECT: &str = "obs:object:PutObject";
pub(crate) const DELETE_OBJECT: &str = "obs:object:DeleteObject";
pub(crate) const ABORT_UPLOAD: &str = "obs:object:AbortMultipartUpload";
pub(crate) const LIST_PARTS: &str = "obs:object:ListMultipartUploadParts";

/// What everybody may do in a public bucket.
const PUBLIC: [&str; 3] = [HEAD_BUCKET, LIST_BUCKET, GET_OBJECT];

impl Endpoint {
    /// The caller, if it may do `action` in its own account.
    pub(crate) fn allowed<'c>(
        &self,
        call: &'c Call<'_>,
        action: &'static str,
    ) -> Result<&'c Arc<Caller>, ObsError> {
        let anonymous = || ObsError::access_denied("Access Denied: the request is not signed.");
        let caller = call.caller.as_ref().ok_or_else(anonymous)?;
        self.state
            .iam
            .authorize(caller, action)
            .map_err(|error| ObsError::access_denied(error.to_string()))?;
        Ok(caller)
    }

    /// The named bucket, if it exists and the caller may do `action` there.
    pub(crate) async fn bucket_for(
        &self,
        call: &Call<'_>,
        name: &str,
        action: &'static str,
    ) -> Result<Bucket, ObsError> {
        let bucket = self.state.objects.bucket_info(name).await?;
        if bucket.acl == BucketAcl::PublicRead && PUBLIC.contains(&action) {
            return Ok(bucket);
        }
        let caller = self.allowed(call, action)?;
        if caller.domain.id != bucket.domain {
            return Err(ObsError::access_denied("Access Denied: the bucket belongs to another account."));
        }
        Ok(bucket)
    }

    /// The request's own bucket, if it exists and the caller may do `action` there.
    pub(crate) async fn own_bucket(&self, call: &Call<'_>, action: &'static str) -> Result<Bucket, ObsError> {
        self.bucket_for(call, call.bucket(), action).await
    }
}
