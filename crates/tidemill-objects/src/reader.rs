//! Reading an object.

use crate::blob::{BlobDir, open_blob};
use crate::objects::existing;
use crate::pins::Pinned;
use crate::{ObjectInfo, Objects, ObjectsError};
use bytes::Bytes;
use futures::stream::{BoxStream, StreamExt, try_unfold};
use std::fs::File;
use std::io;
use std::ops::Range;
use std::os::unix::fs::FileExt;
use std::sync::Arc;
use tidemill_meta::object::{self as rows, PieceRow};
use tidemill_model::limits::OBJECT_PARTS_MAX;
use tokio::task::spawn_blocking;

const CHUNK_BYTES: u64 = 512 * 1024;

/// An object as it was when opened: overwriting or deleting it does not disturb the reader.
#[derive(Debug)]
pub struct ObjectReader {
    /// What is known of it.
    pub info: ObjectInfo,
    dir: Arc<BlobDir>,
    pieces: Vec<PieceRow>,
    pinned: Pinned,
}

impl Objects {
    /// Opens the object under a key.
    ///
    /// # Errors
    /// [`ObjectsError::NoSuchBucket`], [`ObjectsError::NoSuchKey`].
    pub async fn open_object(&self, bucket: &str, key: &str) -> Result<ObjectReader, ObjectsError> {
        let at = Arc::new((bucket.to_owned(), key.to_owned()));
        let look = self.0.meta.read(move |tx| {
            let at = at.clone();
            Box::pin(async move {
                let row = existing(tx, &at.0, &at.1).await?.ok_or(ObjectsError::NoSuchKey)?;
                let pieces = rows::held(tx, &row.id, 0, OBJECT_PARTS_MAX).await?;
                let blobs = pieces.iter().map(|piece| piece.blob.clone()).collect::<Vec<_>>();
                Ok(((row, pieces), blobs))
            })
        });
        let ((row, pieces), pinned) = self.0.pins.look::<_, ObjectsError>(look).await?;
        Ok(ObjectReader { info: ObjectInfo::of(row)?, dir: self.0.dir.clone(), pieces, pinned })
    }
}

/// Where a reader stands.
struct Place {
    dir: Arc<BlobDir>,
    /// What is left, each with its own range.
    left: std::vec::IntoIter<(String, Range<u64>)>,
    open: Option<(File, Range<u64>)>,
    _pinned: Pinned,
}

impl ObjectReader {
    /// The bytes of `range` (cut to the object), in chunks of at most 512 KiB.
    ///
    /// An item is an error if the disk fails; the stream ends then.
    pub fn stream(self, range: Range<u64>) -> BoxStream<'static, io::Result<Bytes>> {
        let mut start = 0;
        let mut left = Vec::new();
        for piece in self.pieces {
            let (from, to) = (range.start.max(start), range.end.min(start + piece.size));
            if from < to {
                left.push((piece.blob, from - start..to - start));
            }
            start += piece.size;
        }
        let place = Place { dir: self.dir, left: left.into_iter(), open: None, _pinned: self.pinned };
        try_unfold(place, next_chunk).boxed()
    }
}

async fn next_chunk(mut place: Place) -> io::Result<Option<(Bytes, Place)>> {
    let found = match place.open.take() {
        Some((file, range)) => Ok((file, range)),
        None => match place.left.next() {
            Some(unopened) => Err(unopened),
            None => return Ok(None),
        },
    };
    let dir = place.dir.clone();
    let (bytes, file, range) = spawn_blocking(move || {
        let (file, range) = match found {
            Ok(open) => open,
            Err((blob, range)) => (open_blob(&dir, &blob)?, range),
        };
        let length = CHUNK_BYTES.min(range.end - range.start);
        let mut chunk = vec![0; usize::try_from(length).map_err(io::Error::other)?];
        file.read_exact_at(&mut chunk, range.start)?;
        Ok::<_, io::Error>((Bytes::from(chunk), file, range.start + length..range.end))
    })
    .await
    .map_err(io::Error::other)??;
    if !range.is_empty() {
        place.open = Some((file, range));
    }
    Ok(Some((bytes, place)))
}
