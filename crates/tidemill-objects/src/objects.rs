//! Objects: put, append, head, copy, delete.

use crate::blob::{NewBlob, multipart_etag};
use crate::store::check_key;
use crate::{ObjectHeaders, Objects, ObjectsError};
use std::sync::Arc;
use tidemill_meta::Tx;
use tidemill_meta::object::{self as rows, ObjectRow, PieceRow};
use tidemill_model::limits::OBJECT_PARTS_MAX;
use tidemill_model::random_hex32;

/// What is known of an object without reading it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ObjectInfo {
    /// Its key.
    pub key: String,
    /// Bytes.
    pub size: u64,
    /// Without quotes: MD5 in hexadecimal, or `hex-N` after a multipart upload or several appends.
    pub etag: String,
    /// Milliseconds since the epoch.
    pub modified_ms: i64,
    /// Whether it was made by appending and may grow.
    pub appendable: bool,
    /// Content type, user metadata and so on.
    pub headers: ObjectHeaders,
}

impl ObjectInfo {
    pub(crate) fn of(row: ObjectRow) -> Result<Self, ObjectsError> {
        Ok(Self {
            headers: ObjectHeaders::from_json(&row.headers)?,
            key: row.key,
            size: row.size,
            etag: row.etag,
            modified_ms: row.modified_ms,
            appendable: row.appendable,
        })
    }
}

/// A condition on what is under the key when an object is put there, checked in the same transaction.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum PutWhen {
    /// None.
    #[default]
    Always,
    /// Nothing is there.
    Absent,
    /// An object with this ETag (without quotes) is there.
    ETag(String),
}

/// What to copy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CopySource {
    /// The bucket to copy from.
    pub bucket: String,
    /// The key to copy from.
    pub key: String,
    /// The ETag (without quotes) the source must still have.
    pub etag: Option<String>,
}

impl PutWhen {
    pub(crate) fn check(&self, there: Option<&ObjectRow>) -> Result<(), ObjectsError> {
        let met = match self {
            Self::Always => true,
            Self::Absent => there.is_none(),
            Self::ETag(etag) => there.is_some_and(|row| row.etag == *etag),
        };
        if met { Ok(()) } else { Err(ObjectsError::Precondition) }
    }
}

/// The object under a key, its bucket being there.
pub(crate) async fn existing(
    tx: &mut dyn Tx,
    bucket: &str,
    key: &str,
) -> Result<Option<ObjectRow>, ObjectsError> {
    rows::bucket(tx, bucket).await?.ok_or(ObjectsError::NoSuchBucket)?;
    Ok(rows::object(tx, bucket, key).await?)
}

/// Puts `row` under its key and lets go of what was there; the number of dead blobs.
pub(crate) async fn replace(tx: &mut dyn Tx, row: &ObjectRow, when: &PutWhen) -> Result<u64, ObjectsError> {
    let there = existing(tx, &row.bucket, &row.key).await?;
    when.check(there.as_ref())?;
    rows::put_object(tx, row).await?;
    match there {
        Some(there) => Ok(rows::release(tx, &there.id).await?),
        None => Ok(0),
    }
}

impl Objects {
    /// The row of a blob about to be held.
    pub(crate) fn piece(&self, number: u64, blob: &NewBlob) -> PieceRow {
        PieceRow {
            number,
            blob: blob.id().to_owned(),
            size: blob.size(),
            md5: blob.digests().md5_hex(),
            written_ms: self.0.clock.now_ms(),
        }
    }

    /// Puts a blob under a key, in place of what was there.
    ///
    /// # Errors
    /// [`ObjectsError::NoSuchBucket`], [`ObjectsError::InvalidKey`], [`ObjectsError::Precondition`].
    pub async fn put(
        &self,
        bucket: &str,
        key: &str,
        blob: NewBlob,
        headers: &ObjectHeaders,
        when: PutWhen,
    ) -> Result<ObjectInfo, ObjectsError> {
        check_key(key)?;
        let piece = self.piece(1, &blob);
        let row = ObjectRow {
            bucket: bucket.to_owned(),
            key: key.to_owned(),
            id: random_hex32(),
            size: piece.size,
            etag: piece.md5.clone(),
            modified_ms: piece.written_ms,
            appendable: false,
            headers: headers.to_json()?,
        };
        let info = ObjectInfo::of(row.clone())?;
        let all = Arc::new((row, piece, when));
        self.commit(blob, move |tx| {
            let all = all.clone();
            Box::pin(async move {
                let (row, piece, when) = &*all;
                let dead = replace(tx, row, when).await?;
                rows::hold(tx, &row.id, piece).await?;
                Ok(((), dead))
            })
        })
        .await?;
        Ok(info)
    }

    /// Appends a blob to the object under a key; at position 0 it is made. `headers` count then only.
    ///
    /// # Errors
    /// [`ObjectsError::WrongPosition`] with the right one, [`ObjectsError::NotAppendable`],
    /// [`ObjectsError::TooManyAppends`], [`ObjectsError::NoSuchBucket`], [`ObjectsError::InvalidKey`].
    pub async fn append(
        &self,
        bucket: &str,
        key: &str,
        position: u64,
        blob: NewBlob,
        headers: &ObjectHeaders,
    ) -> Result<ObjectInfo, ObjectsError> {
        check_key(key)?;
        let piece = self.piece(1, &blob);
        let first = ObjectRow {
            bucket: bucket.to_owned(),
            key: key.to_owned(),
            id: random_hex32(),
            size: 0,
            etag: String::new(),
            modified_ms: piece.written_ms,
            appendable: true,
            headers: headers.to_json()?,
        };
        let all = Arc::new((first, piece));
        let row = self.commit(blob, move |tx| {
            let all = all.clone();
            Box::pin(async move { Ok((appended(tx, &all.0, &all.1, position).await?, 0)) })
        });
        ObjectInfo::of(row.await?)
    }

    /// What is known of the object under a key.
    ///
    /// # Errors
    /// [`ObjectsError::NoSuchBucket`], [`ObjectsError::NoSuchKey`].
    pub async fn head(&self, bucket: &str, key: &str) -> Result<ObjectInfo, ObjectsError> {
        let at = Arc::new((bucket.to_owned(), key.to_owned()));
        let row = self.0.meta.read::<_, ObjectsError, _>(move |tx| {
            let at = at.clone();
            Box::pin(async move { existing(tx, &at.0, &at.1).await?.ok_or(ObjectsError::NoSuchKey) })
        });
        ObjectInfo::of(row.await?)
    }

    /// Copies an object, also onto itself, without touching its bytes. `headers`: new ones instead of the
    /// source's.
    ///
    /// # Errors
    /// [`ObjectsError::NoSuchBucket`], [`ObjectsError::NoSuchKey`] for the source,
    /// [`ObjectsError::Precondition`] if the source changed or `when` is not met.
    pub async fn copy(
        &self,
        from: CopySource,
        to_bucket: &str,
        to_key: &str,
        headers: Option<&ObjectHeaders>,
        when: PutWhen,
    ) -> Result<ObjectInfo, ObjectsError> {
        check_key(to_key)?;
        let headers = headers.map(ObjectHeaders::to_json).transpose()?;
        let to = (to_bucket.to_owned(), to_key.to_owned(), self.0.clock.now_ms(), random_hex32());
        let all = Arc::new((from, to, headers, when));
        let row = self.change(move |tx| {
            let all = all.clone();
            Box::pin(async move {
                let (from, (bucket, key, now, id), headers, when) = &*all;
                let source = existing(tx, &from.bucket, &from.key).await?.ok_or(ObjectsError::NoSuchKey)?;
                if from.etag.as_ref().is_some_and(|etag| *etag != source.etag) {
                    return Err(ObjectsError::Precondition);
                }
                let row = ObjectRow {
                    bucket: bucket.clone(),
                    key: key.clone(),
                    id: id.clone(),
                    modified_ms: *now,
                    appendable: false,
                    headers: headers.clone().unwrap_or_else(|| source.headers.clone()),
                    ..source.clone()
                };
                rows::copy_pieces(tx, &source.id, id).await?;
                let dead = replace(tx, &row, when).await?;
                Ok((row, dead))
            })
        });
        ObjectInfo::of(row.await?)
    }

    /// Deletes the object under a key; whether there was one.
    ///
    /// # Errors
    /// [`ObjectsError::NoSuchBucket`].
    pub async fn delete(&self, bucket: &str, key: &str) -> Result<bool, ObjectsError> {
        Ok(self.delete_many(bucket, vec![key.to_owned()]).await? == 1)
    }

    /// Deletes the objects under the given keys at once, all or none; how many there were.
    ///
    /// # Errors
    /// [`ObjectsError::NoSuchBucket`].
    pub async fn delete_many(&self, bucket: &str, keys: Vec<String>) -> Result<u64, ObjectsError> {
        let all = Arc::new((bucket.to_owned(), keys));
        self.change(move |tx| {
            let all = all.clone();
            Box::pin(async move {
                let (bucket, keys) = &*all;
                rows::bucket(tx, bucket).await?.ok_or(ObjectsError::NoSuchBucket)?;
                let (mut deleted, mut dead) = (0, 0);
                for key in keys {
                    if let Some(id) = rows::delete_object(tx, bucket, key).await? {
                        deleted += 1;
                        dead += rows::release(tx, &id).await?;
                    }
                }
                Ok((deleted, dead))
            })
        })
        .await
    }
}

/// The row after appending `piece` at `position`.
async fn appended(
    tx: &mut dyn Tx,
    first: &ObjectRow,
    piece: &PieceRow,
    position: u64,
) -> Result<ObjectRow, ObjectsError> {
    let mut row = existing(tx, &first.bucket, &first.key).await?.unwrap_or_else(|| first.clone());
    if !row.appendable {
        return Err(ObjectsError::NotAppendable);
    }
    if row.size != position {
        return Err(ObjectsError::WrongPosition { expected: row.size });
    }
    let number = rows::last_number(tx, &row.id).await? + 1;
    if number > OBJECT_PARTS_MAX {
        return Err(ObjectsError::TooManyAppends);
    }
    rows::hold(tx, &row.id, &PieceRow { number, ..piece.clone() }).await?;
    row.size += piece.size;
    row.modified_ms = piece.written_ms;
    row.etag = match number {
        1 => piece.md5.clone(),
        _ => {
            let held = rows::held(tx, &row.id, 0, OBJECT_PARTS_MAX).await?;
            multipart_etag(held.iter().map(|held| held.md5.as_str()))
        }
    };
    rows::put_object(tx, &row).await?;
    Ok(row)
}
