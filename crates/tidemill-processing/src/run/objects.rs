//! Reading and writing objects of a run's user, never without a bound.

use super::record::location;
use crate::context::Context;
use crate::error::Trouble;
use bytes::Bytes;
use object_store::path::Path;
use object_store::{GetOptions, ObjectStore, ObjectStoreExt};
use parking_lot::Mutex;
use std::collections::HashMap;
use std::sync::Arc;
use tidemill_bucket::{Bucket, Location};
use tidemill_model::ProjectId;
use tidemill_model::limits::PROCESSING_OBJECT_BYTES_MAX;

/// The buckets of one project, each opened once.
pub(crate) struct UserObjects {
    ctx: Arc<Context>,
    project: ProjectId,
    opened: Mutex<HashMap<String, Arc<dyn Bucket>>>,
}

/// Why an object that was listed cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Unusable {
    /// It is gone.
    Gone,
    /// It is another than it was.
    Changed,
    /// It is larger than any sample may be.
    TooLarge,
    /// The store does not give it.
    Unreadable(String),
}

impl UserObjects {
    pub(crate) fn new(ctx: Arc<Context>, project: ProjectId) -> Self {
        Self { ctx, project, opened: Mutex::default() }
    }

    /// The store of a bucket.
    pub(crate) async fn bucket(&self, name: &str) -> Result<Arc<dyn Bucket>, Trouble> {
        if let Some(bucket) = self.opened.lock().get(name) {
            return Ok(bucket.clone());
        }
        let opened = self.ctx.buckets.open(&self.project, name).await;
        let bucket = opened.map_err(|e| Trouble::Failed(format!("bucket {name}: {e}")))?;
        self.opened.lock().insert(name.to_owned(), bucket.clone());
        Ok(bucket)
    }

    /// The bytes of `bucket/key` if it still is the object that has this ETag.
    pub(crate) async fn read(
        &self,
        plain: &str,
        etag: Option<&str>,
    ) -> Result<Result<Bytes, Unusable>, Trouble> {
        let place = location(plain);
        let bucket = self.bucket(&place.bucket).await?;
        let Ok(path) = Path::parse(&place.key) else {
            return Ok(Err(Unusable::Unreadable("its key cannot be addressed".to_owned())));
        };
        let options = GetOptions { if_match: etag.map(str::to_owned), ..GetOptions::default() };
        let found = match bucket.get_opts(&path, options).await {
            Ok(found) => found,
            Err(error) => return Ok(Err(unusable(error))),
        };
        if found.meta.size > PROCESSING_OBJECT_BYTES_MAX {
            return Ok(Err(Unusable::TooLarge));
        }
        Ok(found.bytes().await.map_err(unusable))
    }

    /// Writes an object whole; its ETag.
    pub(crate) async fn write(&self, place: &Location, bytes: Bytes) -> Result<String, Trouble> {
        let bucket = self.bucket(&place.bucket).await?;
        let path = path_of(place)?;
        let put = bucket.put(&path, bytes.into()).await;
        let put = put.map_err(|e| Trouble::Failed(format!("cannot write {place}: {e}")))?;
        Ok(put.e_tag.unwrap_or_default())
    }
}

/// The key of a place exactly as it is written: nothing in it is escaped.
pub(crate) fn path_of(place: &Location) -> Result<Path, Trouble> {
    Path::parse(&place.key)
        .map_err(|e| Trouble::Failed(format!("the key {:?} cannot be addressed: {e}", place.key)))
}

fn unusable(error: object_store::Error) -> Unusable {
    match error {
        object_store::Error::NotFound { .. } => Unusable::Gone,
        object_store::Error::Precondition { .. } => Unusable::Changed,
        other => Unusable::Unreadable(other.to_string()),
    }
}
