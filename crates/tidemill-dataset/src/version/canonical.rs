//! Canonical manifests in the artefacts: written while their digest is taken, read while it is checked.

use super::entry::VersionEntry;
use crate::manifest::{Lines, RawLine};
use bytes::Bytes;
use futures::StreamExt;
use futures::stream::BoxStream;
use object_store::path::Path;
use object_store::{ObjectStoreExt, WriteMultipart};
use sha2::{Digest, Sha256};
use std::sync::Arc;
use tidemill_bucket::Bucket;
use tidemill_model::limits::MANIFEST_LINE_BYTES_MAX;

/// Parts of one upload that may be under way at a time; each has some 5 MB.
const PARTS_MAX: usize = 4;

/// Where the canonical manifest with this digest lies.
pub(super) fn place_of(identity: &str) -> Path {
    Path::from(format!("versions/{identity}"))
}

/// Where a version's canonical manifest lies until its digest is known.
pub(super) fn draft_of(version_id: &str) -> Path {
    Path::from(format!("publishing/{version_id}"))
}

/// Writes a canonical manifest.
pub(super) struct CanonicalWriter {
    upload: WriteMultipart,
    digest: Sha256,
    line: Vec<u8>,
}

impl CanonicalWriter {
    pub(super) async fn begin(store: &Arc<dyn Bucket>, draft: &Path) -> object_store::Result<Self> {
        let upload = WriteMultipart::new(store.put_multipart(draft).await?);
        Ok(Self { upload, digest: Sha256::new(), line: Vec::new() })
    }

    pub(super) async fn write(&mut self, entry: &VersionEntry) -> object_store::Result<()> {
        self.line.clear();
        entry.write(&mut self.line);
        self.digest.update(&self.line);
        self.upload.wait_for_capacity(PARTS_MAX).await?;
        self.upload.write(&self.line);
        Ok(())
    }

    /// The digest of all lines, after they are stored.
    pub(super) async fn finish(self) -> object_store::Result<String> {
        self.upload.finish().await?;
        Ok(hex::encode(self.digest.finalize()))
    }
}

/// Why the samples of a version cannot be read on.
#[derive(Debug, thiserror::Error)]
pub enum EntryError {
    /// The store failed.
    #[error("the version cannot be read: {0}")]
    Store(#[from] object_store::Error),
    /// What is stored is not what was published.
    #[error("the stored version {0} is damaged")]
    Damaged(String),
}

/// The samples of a version in the order of their places, read while its digest is checked: the last call
/// fails if the bytes are not those that were published.
pub struct VersionEntries {
    lines: Lines<BoxStream<'static, object_store::Result<Bytes>>>,
    identity: String,
    digest: Option<Sha256>,
}

impl std::fmt::Debug for VersionEntries {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("VersionEntries").field(&self.identity).finish()
    }
}

impl VersionEntries {
    pub(super) async fn open(store: &Arc<dyn Bucket>, identity: &str) -> Result<Self, EntryError> {
        let chunks = store.get(&place_of(identity)).await?.into_stream();
        let lines = Lines::new(chunks.boxed(), MANIFEST_LINE_BYTES_MAX);
        Ok(Self { lines, identity: identity.to_owned(), digest: Some(Sha256::new()) })
    }

    /// The next sample; `None` at the end.
    ///
    /// # Errors
    /// [`EntryError`]; nothing can be read after it.
    pub async fn next(&mut self) -> Result<Option<VersionEntry>, EntryError> {
        let damaged = || EntryError::Damaged(self.identity.clone());
        match self.lines.next().await? {
            Some(RawLine::Bytes(line)) => {
                let digest = self.digest.as_mut().ok_or_else(damaged)?;
                digest.update(&line);
                digest.update(b"\n");
                VersionEntry::parse(&line).map(Some).ok_or_else(damaged)
            }
            Some(RawLine::TooLong) => Err(damaged()),
            None => match self.digest.take().map(|digest| hex::encode(digest.finalize())) {
                Some(found) if found != self.identity => Err(damaged()),
                _ => Ok(None),
            },
        }
    }
}
