//! The products of one shard in one object, written piece by piece.

use super::record::Picture;
use crate::error::Trouble;
use bytes::Bytes;
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt, WriteMultipart};

/// A part of an upload.
const PART_BYTES: usize = 8 << 20;
/// Parts on their way at once.
const PARTS_MAX: usize = 2;

/// The products of one attempt at one shard.
pub(crate) struct Pack<'a> {
    store: &'a dyn ObjectStore,
    key: String,
    upload: Option<WriteMultipart>,
    bytes: u64,
}

impl<'a> Pack<'a> {
    pub(crate) fn new(store: &'a dyn ObjectStore, key: String) -> Self {
        Self { store, key, upload: None, bytes: 0 }
    }

    /// Adds a product.
    pub(crate) async fn add(&mut self, product: Bytes) -> Result<Picture, Trouble> {
        let upload = match &mut self.upload {
            Some(upload) => upload,
            None => {
                let begun = self.store.put_multipart(&Path::from(self.key.as_str())).await?;
                self.upload.insert(WriteMultipart::new_with_chunk_size(begun, PART_BYTES))
            }
        };
        let (offset, length) = (self.bytes, product.len() as u64);
        upload.wait_for_capacity(PARTS_MAX).await?;
        upload.put(product);
        self.bytes += length;
        Ok(Picture::Product { pack: self.key.clone(), offset, length })
    }

    /// Makes the pack readable.
    pub(crate) async fn finish(self) -> Result<(), Trouble> {
        if let Some(upload) = self.upload {
            upload.finish().await?;
        }
        Ok(())
    }

    /// Gives the pack up.
    pub(crate) async fn abort(self) {
        if let Some(upload) = self.upload
            && let Err(error) = upload.abort().await
        {
            tracing::warn!(%error, key = self.key, "a pack of products could not be given up");
        }
    }
}

/// The bytes of one product.
pub(crate) async fn piece(
    store: &dyn ObjectStore,
    pack: &str,
    offset: u64,
    length: u64,
) -> Result<Bytes, Trouble> {
    Ok(store.get_range(&Path::from(pack), offset..offset + length).await?)
}
