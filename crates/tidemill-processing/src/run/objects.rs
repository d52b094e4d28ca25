//! Reading and writing objects of a run's user, never without a bound.

use super::flow::{HEAD_BYTES, Peek};
use super::record::location;
use super::unusable::Unusable;
use crate::context::Context;
use crate::error::Trouble;
use bytes::{Bytes, BytesMut};
use futures::TryStreamExt;
use object_store::path::Path;
use object_store::{GetOptions, GetResult, ObjectStore, ObjectStoreExt};
use parking_lot::Mutex;
use std::collections::HashMap;
use std::sync::Arc;
use tidemill_bucket::{Bucket, Location};
use tidemill_model::ProjectId;
use tidemill_model::limits::PROCESSING_OBJECT_BYTES_MAX;
use tidemill_vision::voc::FILE_BYTES_MAX;

/// The buckets of one project, each opened once.
pub(crate) struct UserObjects {
    ctx: Arc<Context>,
    project: ProjectId,
    opened: Mutex<HashMap<String, Arc<dyn Bucket>>>,
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
        Ok(match self.get(plain, etag).await? {
            Ok(found) if found.meta.size > PROCESSING_OBJECT_BYTES_MAX => Err(Unusable::TooLarge),
            Ok(found) => found.bytes().await.map_err(unusable),
            Err(why) => Err(why),
        })
    }

    async fn get(&self, plain: &str, etag: Option<&str>) -> Result<Result<GetResult, Unusable>, Trouble> {
        let place = location(plain);
        let bucket = self.bucket(&place.bucket).await?;
        let Ok(path) = Path::parse(&place.key) else {
            return Ok(Err(Unusable::Unreadable("its key cannot be addressed".to_owned())));
        };
        let options = GetOptions { if_match: etag.map(str::to_owned), ..GetOptions::default() };
        Ok(bucket.get_opts(&path, options).await.map_err(unusable))
    }

    /// Bytes and ETag of an object; nothing of one that is not there, which is found out when it is read.
    pub(crate) async fn head(&self, place: &Location) -> Result<(u64, Option<String>), Trouble> {
        let bucket = self.bucket(&place.bucket).await?;
        match bucket.head(&path_of(place)?).await {
            Ok(found) => Ok((found.size, found.e_tag)),
            Err(object_store::Error::NotFound { .. }) => Ok((0, None)),
            Err(error) => Err(Trouble::Failed(format!("cannot read {place}: {error}"))),
        }
    }

    /// The first bytes of an object and how many it has, if it still is the object that has this ETag.
    pub(crate) async fn peek(
        &self,
        plain: &str,
        etag: Option<&str>,
    ) -> Result<Result<Peek, Unusable>, Trouble> {
        Ok(match self.get(plain, etag).await? {
            Ok(found) if found.meta.size > PROCESSING_OBJECT_BYTES_MAX => Err(Unusable::TooLarge),
            Ok(found) => {
                let size = found.meta.size;
                first_bytes(found, HEAD_BYTES).await.map(|head| Peek::new(head, size)).map_err(unusable)
            }
            Err(why) => Err(why),
        })
    }

    /// The bytes of a label file. Of one that is larger than any may be, so many that this is seen.
    pub(crate) async fn read_label_file(
        &self,
        plain: &str,
        etag: Option<&str>,
    ) -> Result<Result<Bytes, Unusable>, Trouble> {
        Ok(match self.get(plain, etag).await? {
            Ok(found) => first_bytes(found, FILE_BYTES_MAX as u64 + 1).await.map_err(unusable),
            Err(why) => Err(why),
        })
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

/// The first bytes of an object, at most so many.
async fn first_bytes(found: GetResult, most: u64) -> object_store::Result<Bytes> {
    if found.meta.size <= most {
        return found.bytes().await;
    }
    let most = usize::try_from(most).unwrap_or(usize::MAX);
    let (mut read, mut chunks) = (BytesMut::new(), found.into_stream());
    while let Some(chunk) = chunks.try_next().await?.filter(|_| read.len() < most) {
        read.extend_from_slice(&chunk[..chunk.len().min(most - read.len())]);
    }
    Ok(read.freeze())
}

fn unusable(error: object_store::Error) -> Unusable {
    match error {
        object_store::Error::NotFound { .. } => Unusable::Gone,
        object_store::Error::Precondition { .. } => Unusable::Changed,
        other => Unusable::Unreadable(other.to_string()),
    }
}
