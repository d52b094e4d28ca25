//! A bucket that fails or holds up what goes to chosen places.

use async_trait::async_trait;
use futures::stream::BoxStream;
use futures::{StreamExt, TryStreamExt};
use object_store::multipart::{MultipartStore, PartId};
use object_store::path::Path;
use object_store::{
    CopyOptions, Error, GetOptions, GetResult, ListResult, MultipartId, MultipartUpload, ObjectMeta,
    ObjectStore, PutMultipartOptions, PutOptions, PutPayload, PutResult, Result,
};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};
use tidemill_bucket::Bucket;
use tidemill_objects::BucketStore;
use tokio::sync::watch;

/// What happens to writes below `import_…/`, and to reads of anything.
#[derive(Debug, Default)]
pub(crate) struct Faults {
    /// Listings never get past their first object.
    pub(crate) lists_stick: AtomicBool,
    /// How many objects are read before no read ends any more.
    pub(crate) free_reads: AtomicI64,
    /// How many reads do not end.
    stuck_reads: AtomicU64,
    /// How many of them succeed before one fails; none fails while it is negative.
    pub(crate) puts_left: AtomicI64,
    /// How many of them succeed before one is held up; none is while it is negative.
    pub(crate) free_puts: AtomicI64,
    /// Whether removals fail.
    pub(crate) keeps_all: AtomicBool,
    /// How many were held up.
    held: AtomicU64,
    /// Which of them goes on, from 1.
    released: watch::Sender<u64>,
}

impl Faults {
    pub(crate) fn none() -> Arc<Self> {
        let faults = Self::default();
        faults.free_reads.store(i64::MAX, Ordering::SeqCst);
        faults.puts_left.store(-1, Ordering::SeqCst);
        faults.free_puts.store(-1, Ordering::SeqCst);
        Arc::new(faults)
    }

    /// How many writes were held up.
    pub(crate) fn held(&self) -> u64 {
        self.held.load(Ordering::SeqCst)
    }

    /// Lets the last one go on that was held up.
    pub(crate) fn release(&self) {
        self.released.send_replace(self.held());
    }

    /// How many reads do not end.
    pub(crate) fn stuck_reads(&self) -> u64 {
        self.stuck_reads.load(Ordering::SeqCst)
    }

    async fn before_read(&self) {
        if self.free_reads.fetch_sub(1, Ordering::SeqCst) <= 0 {
            self.stuck_reads.fetch_add(1, Ordering::SeqCst);
            futures::future::pending().await
        }
    }

    /// Fails or waits if this is the write for it.
    async fn before_put(&self, key: &Path) -> Result<()> {
        if !key.as_ref().contains("/import_") {
            return Ok(());
        }
        if self.free_puts.fetch_sub(1, Ordering::SeqCst) == 0 {
            let number = self.held.fetch_add(1, Ordering::SeqCst) + 1;
            let _ = self.released.subscribe().wait_for(|released| *released == number).await;
        }
        match self.puts_left.fetch_sub(1, Ordering::SeqCst) {
            0 => Err(broken()),
            _ => Ok(()),
        }
    }
}

fn broken() -> Error {
    Error::Generic { store: "test", source: "the bucket is broken".into() }
}

/// A bucket with faults.
#[derive(Clone, Debug)]
pub(crate) struct FaultyBucket {
    pub(crate) store: BucketStore,
    pub(crate) faults: Arc<Faults>,
}

impl std::fmt::Display for FaultyBucket {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("FaultyBucket")
    }
}

#[async_trait]
impl Bucket for FaultyBucket {
    async fn unfinished(&self, key: &Path) -> Result<Vec<MultipartId>> {
        self.store.unfinished(key).await
    }
    async fn make_directory(&self, key: &str) -> Result<()> {
        self.store.make_directory(key).await
    }
    async fn remove_directory(&self, key: &str) -> Result<()> {
        self.store.remove_directory(key).await
    }
}

#[async_trait]
impl MultipartStore for FaultyBucket {
    async fn create_multipart(&self, path: &Path) -> Result<MultipartId> {
        self.store.create_multipart(path).await
    }
    async fn put_part(&self, path: &Path, id: &MultipartId, part: usize, data: PutPayload) -> Result<PartId> {
        self.store.put_part(path, id, part, data).await
    }
    async fn complete_multipart(
        &self,
        path: &Path,
        id: &MultipartId,
        parts: Vec<PartId>,
    ) -> Result<PutResult> {
        self.store.complete_multipart(path, id, parts).await
    }
    async fn abort_multipart(&self, path: &Path, id: &MultipartId) -> Result<()> {
        self.store.abort_multipart(path, id).await
    }
}

#[async_trait]
impl ObjectStore for FaultyBucket {
    async fn put_opts(&self, location: &Path, payload: PutPayload, opts: PutOptions) -> Result<PutResult> {
        self.faults.before_put(location).await?;
        self.store.put_opts(location, payload, opts).await
    }
    async fn put_multipart_opts(
        &self,
        location: &Path,
        opts: PutMultipartOptions,
    ) -> Result<Box<dyn MultipartUpload>> {
        self.store.put_multipart_opts(location, opts).await
    }
    async fn get_opts(&self, location: &Path, options: GetOptions) -> Result<GetResult> {
        self.faults.before_read().await;
        self.store.get_opts(location, options).await
    }
    fn delete_stream(&self, locations: BoxStream<'static, Result<Path>>) -> BoxStream<'static, Result<Path>> {
        let faults = self.faults.clone();
        let kept = move |key: Path| {
            let is_kept = faults.keeps_all.load(Ordering::SeqCst);
            futures::future::ready(if is_kept { Err(broken()) } else { Ok(key) })
        };
        self.store.delete_stream(locations.and_then(kept).boxed())
    }
    fn list(&self, prefix: Option<&Path>) -> BoxStream<'static, Result<ObjectMeta>> {
        let listed = self.store.list(prefix);
        if self.faults.lists_stick.load(Ordering::SeqCst) {
            return listed.take(1).chain(futures::stream::pending()).boxed();
        }
        listed
    }
    async fn list_with_delimiter(&self, prefix: Option<&Path>) -> Result<ListResult> {
        self.store.list_with_delimiter(prefix).await
    }
    async fn copy_opts(&self, from: &Path, to: &Path, options: CopyOptions) -> Result<()> {
        self.store.copy_opts(from, to, options).await
    }
}
