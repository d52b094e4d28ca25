//! One bucket behind the `object_store` traits, in process.

mod convert;
mod multipart;
mod store;
mod unfinished;

use crate::Objects;
use std::fmt;

/// One bucket as a [`tidemill_bucket::Bucket`].
///
/// ETags are given in quotes, as the S3 client gives them. Keys that are no normal path (empty segments, a
/// slash at an end) cannot be named by an [`object_store::path::Path`] and are left out of its listings.
#[derive(Clone, Debug)]
pub struct BucketStore {
    objects: Objects,
    bucket: String,
}

impl BucketStore {
    pub(crate) fn new(objects: Objects, bucket: String) -> Self {
        Self { objects, bucket }
    }

    /// The bucket's name.
    pub fn name(&self) -> &str {
        &self.bucket
    }
}

impl fmt::Display for BucketStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "tidemill bucket {}", self.bucket)
    }
}
