//! Reading and copying the objects of an import.

use super::extension::FileKind;
use super::skip::{Hindrance, Skip};
use super::twin::Listed;
use crate::task::{FailureReason, TaskFailure};
use bytes::Bytes;
use futures::{StreamExt, TryStreamExt};
use object_store::path::Path;
use object_store::{GetResult, ObjectMeta, ObjectStoreExt, PutPayload};
use parking_lot::Mutex;
use std::collections::HashMap;
use std::sync::Arc;
use tidemill_bucket::{Bucket, BucketError, Buckets, Location};
use tidemill_model::ProjectId;
use tidemill_vision::{DecodeLimits, dimensions};
use tokio::sync::{Semaphore, SemaphorePermit};

/// The largest label file.
pub(super) const LABEL_BYTES_MAX: u64 = 100 * 1024 * 1024;
/// Bytes of label files that are in memory at once.
const BYTES_AT_ONCE: u64 = LABEL_BYTES_MAX + 28 * 1024 * 1024;
/// Bytes from the start of an image that nearly always tell its size.
const HEADER_BYTES: u64 = 64 * 1024;
/// Bytes of one part of a copied object.
const PART_BYTES: usize = 8 * 1024 * 1024;

/// The buckets of an import, each opened once, and the room for what is read from them.
pub(crate) struct Store {
    project: ProjectId,
    buckets: Arc<dyn Buckets>,
    opened: Mutex<HashMap<String, Arc<dyn Bucket>>>,
    /// In KiB.
    room: Semaphore,
}

/// Bytes that are in memory, and the room they take.
pub(crate) struct Read<'s> {
    pub(crate) bytes: Vec<u8>,
    _room: SemaphorePermit<'s>,
}

fn kib(bytes: u64) -> u32 {
    u32::try_from(bytes.min(BYTES_AT_ONCE).div_ceil(1024)).unwrap_or(u32::MAX)
}

/// The path of a key that is taken as it is; `None` for one that no path can name.
pub(crate) fn path_of(key: &str) -> Option<Path> {
    Path::parse(key).ok().filter(|path| path.as_ref() == key)
}

impl Store {
    pub(crate) fn new(project: ProjectId, buckets: Arc<dyn Buckets>) -> Self {
        let room = Semaphore::new(kib(BYTES_AT_ONCE) as usize);
        Self { project, buckets, opened: Mutex::default(), room }
    }

    /// The bucket of that name.
    pub(crate) async fn bucket(&self, name: &str) -> Result<Arc<dyn Bucket>, BucketError> {
        if let Some(bucket) = self.opened.lock().get(name) {
            return Ok(bucket.clone());
        }
        let bucket = self.buckets.open(&self.project, name).await?;
        self.opened.lock().insert(name.to_owned(), bucket.clone());
        Ok(bucket)
    }

    /// The bucket of that name, without which the task cannot go on.
    pub(crate) async fn needed_bucket(&self, name: &str) -> Result<Arc<dyn Bucket>, TaskFailure> {
        self.bucket(name).await.map_err(|error| TaskFailure::bucket(name, &error))
    }

    /// What is known of an object.
    pub(crate) async fn head(&self, place: &Location) -> Result<Listed, Skip> {
        let bucket = self.bucket(&place.bucket).await.map_err(|_| Skip::Missing)?;
        let path = path_of(&place.key).ok_or(Skip::Missing)?;
        bucket.head(&path).await.map(listed).map_err(|error| skip_of(&error))
    }

    /// All of an object of up to `bytes_max` bytes.
    pub(crate) async fn read(&self, place: &Location, bytes_max: u64) -> Result<Read<'_>, Skip> {
        let found = self.get(place).await?;
        let size = found.meta.size;
        if size > bytes_max {
            return Err(Skip::LabelFileSize);
        }
        let room = self.room.acquire_many(kib(size).max(1)).await.map_err(|_| Skip::Unreadable)?;
        let mut bytes = Vec::with_capacity(usize::try_from(size).unwrap_or_default());
        let mut chunks = found.into_stream();
        while let Some(chunk) = chunks.try_next().await.map_err(|error| skip_of(&error))? {
            bytes.extend_from_slice(&chunk);
        }
        if bytes.len() as u64 == size { Ok(Read { bytes, _room: room }) } else { Err(Skip::Changed) }
    }

    /// Up to `count` bytes from the start of an object.
    pub(crate) async fn beginning(&self, place: &Location, count: u64) -> Result<Vec<u8>, Skip> {
        let found = self.get(place).await?;
        let mut bytes = Vec::new();
        let mut chunks = found.into_stream();
        while (bytes.len() as u64) < count {
            match chunks.try_next().await.map_err(|error| skip_of(&error))? {
                Some(chunk) => bytes.extend_from_slice(&chunk),
                None => break,
            }
        }
        Ok(bytes)
    }

    /// Columns and rows of an image, as it lies: from its beginning, or from all of it.
    pub(crate) async fn image_size(&self, image: &Location) -> Result<(u32, u32), Skip> {
        let limits = DecodeLimits::default();
        let beginning = self.beginning(image, HEADER_BYTES).await?;
        let size = match dimensions(&beginning, &limits) {
            Ok(size) => size,
            Err(_) => {
                let all = self.read(image, FileKind::Image.bytes_max()).await?;
                dimensions(&all.bytes, &limits).map_err(|_| Skip::ImageSize)?
            }
        };
        Ok((size.width, size.height))
    }

    /// An object as a stream of its bytes.
    pub(crate) async fn get(&self, place: &Location) -> Result<GetResult, Skip> {
        let bucket = self.bucket(&place.bucket).await.map_err(|_| Skip::Missing)?;
        let path = path_of(&place.key).ok_or(Skip::Missing)?;
        bucket.get(&path).await.map_err(|error| skip_of(&error))
    }

    /// Writes a small object.
    pub(crate) async fn put(&self, place: &Location, bytes: Vec<u8>) -> Result<(), TaskFailure> {
        let bucket = self.needed_bucket(&place.bucket).await?;
        let put = bucket.put(&target(place)?, PutPayload::from(bytes)).await;
        put.map(drop).map_err(|error| TaskFailure::store(&place.bucket, &error))
    }

    /// Copies an object; one that is there with the same size and ETag is left as it is.
    pub(crate) async fn copy(&self, from: &Location, to: &Location) -> Result<Listed, Hindrance> {
        let source = self.head(from).await?;
        if let Ok(present) = self.head(to).await
            && (present.size, &present.etag) == (source.size, &source.etag)
        {
            return Ok(present);
        }
        let target_path = path_of(&to.key).ok_or(Skip::Unreadable)?;
        if from.bucket == to.bucket {
            let bucket = self.needed_bucket(&to.bucket).await?;
            let source_path = path_of(&from.key).ok_or(Skip::Missing)?;
            bucket.copy(&source_path, &target_path).await.map_err(|error| skip_of(&error))?;
        } else {
            self.carry(from, to, &target_path).await?;
        }
        Ok(self.head(to).await?)
    }

    /// Copies from bucket to bucket, a part at a time.
    async fn carry(&self, from: &Location, to: &Location, path: &Path) -> Result<(), Hindrance> {
        let bucket = self.needed_bucket(&to.bucket).await?;
        let failed = |error: object_store::Error| Hindrance::Task(TaskFailure::store(&to.bucket, &error));
        let found = self.get(from).await?;
        let size = found.meta.size;
        let mut chunks = found.into_stream();
        if size <= PART_BYTES as u64 {
            let parts: Vec<Bytes> = chunks.try_collect().await.map_err(|error| skip_of(&error))?;
            return bucket.put(path, PutPayload::from_iter(parts)).await.map(drop).map_err(failed);
        }
        let upload = bucket.put_multipart(path).await.map_err(failed)?;
        let mut writer = object_store::WriteMultipart::new_with_chunk_size(upload, PART_BYTES);
        while let Some(chunk) = chunks.next().await {
            match chunk {
                Ok(chunk) => {
                    writer.wait_for_capacity(1).await.map_err(failed)?;
                    writer.put(chunk);
                }
                Err(error) => {
                    let _ = writer.abort().await;
                    return Err(skip_of(&error).into());
                }
            }
        }
        writer.finish().await.map(drop).map_err(failed)
    }
}

/// What a listing or a HEAD tells.
pub(crate) fn listed(meta: ObjectMeta) -> Listed {
    Listed {
        key: meta.location.as_ref().to_owned(),
        size: meta.size,
        etag: meta.e_tag.unwrap_or_default().trim_matches('"').to_owned(),
        modified_ms: meta.last_modified.timestamp_millis(),
        known: false,
    }
}

fn skip_of(error: &object_store::Error) -> Skip {
    match error {
        object_store::Error::NotFound { .. } => Skip::Missing,
        object_store::Error::Precondition { .. } => Skip::Changed,
        _ => Skip::Unreadable,
    }
}

fn target(place: &Location) -> Result<Path, TaskFailure> {
    let told = || {
        TaskFailure::new(
            FailureReason::Invalid,
            format!("{place} cannot be written: no such key is possible"),
        )
    };
    path_of(&place.key).ok_or_else(told)
}
