//! Multipart uploads: durable rows; nothing is visible before complete, and complete only writes rows.

use crate::blob::{NewBlob, multipart_etag};
use crate::objects::replace;
use crate::store::check_key;
use crate::{ObjectHeaders, ObjectInfo, Objects, ObjectsError, PutWhen};
use std::sync::Arc;
use tidemill_meta::Tx;
use tidemill_meta::object::{self as rows, ObjectRow, PieceRow, UploadRow};
use tidemill_model::limits::{OBJECT_PART_BYTES_MIN, OBJECT_PARTS_MAX};
use tidemill_model::random_hex32;

/// A multipart upload under way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UploadInfo {
    /// Its id.
    pub id: String,
    /// The key it will write.
    pub key: String,
    /// Milliseconds since the epoch.
    pub started_ms: i64,
    /// What the object's headers will be.
    pub headers: ObjectHeaders,
}

impl UploadInfo {
    pub(crate) fn of(row: UploadRow) -> Result<Self, ObjectsError> {
        let headers = ObjectHeaders::from_json(&row.headers)?;
        Ok(Self { id: row.id, key: row.key, started_ms: row.started_ms, headers })
    }
}

/// A part of a multipart upload.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PartInfo {
    /// 1 to 10000.
    pub number: u64,
    /// Bytes.
    pub size: u64,
    /// MD5 in hexadecimal, without quotes.
    pub etag: String,
    /// Milliseconds since the epoch.
    pub modified_ms: i64,
}

impl From<PieceRow> for PartInfo {
    fn from(row: PieceRow) -> Self {
        Self { number: row.number, size: row.size, etag: row.md5, modified_ms: row.written_ms }
    }
}

/// Some parts of an upload, by number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PartsPage {
    /// The upload.
    pub upload: UploadInfo,
    /// The parts.
    pub parts: Vec<PartInfo>,
    /// Whether there are more after the last one.
    pub truncated: bool,
}

/// Which uploads of a bucket to list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UploadsQuery {
    /// Only keys that begin so.
    pub prefix: String,
    /// Keys that contain it after the prefix are shown once, up to and with it.
    pub delimiter: Option<String>,
    /// Only uploads whose key comes after this one, or equals it and has a greater id than `id_marker`.
    pub key_marker: String,
    /// See `key_marker`; without it the whole key is passed over.
    pub id_marker: Option<String>,
    /// At most so many entries.
    pub max: usize,
}

/// Some uploads of a bucket, by key and id.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UploadsPage {
    /// The uploads.
    pub uploads: Vec<UploadInfo>,
    /// Keys rolled up at the delimiter.
    pub common_prefixes: Vec<String>,
    /// Key and id to go on after (an empty id after a common prefix), if there is more.
    pub next: Option<(String, String)>,
}

/// The upload, its bucket being there.
async fn under_way(tx: &mut dyn Tx, bucket: &str, key: &str, id: &str) -> Result<UploadRow, ObjectsError> {
    rows::bucket(tx, bucket).await?.ok_or(ObjectsError::NoSuchBucket)?;
    rows::upload(tx, bucket, key, id).await?.ok_or(ObjectsError::NoSuchUpload)
}

impl Objects {
    /// Begins a multipart upload; its id.
    ///
    /// # Errors
    /// [`ObjectsError::NoSuchBucket`], [`ObjectsError::InvalidKey`].
    pub async fn create_upload(
        &self,
        bucket: &str,
        key: &str,
        headers: &ObjectHeaders,
    ) -> Result<String, ObjectsError> {
        check_key(key)?;
        let row = UploadRow {
            id: random_hex32(),
            bucket: bucket.to_owned(),
            key: key.to_owned(),
            started_ms: self.0.clock.now_ms(),
            headers: headers.to_json()?,
        };
        self.change(move |tx| {
            let row = row.clone();
            Box::pin(async move {
                rows::bucket(tx, &row.bucket).await?.ok_or(ObjectsError::NoSuchBucket)?;
                rows::insert_upload(tx, &row).await?;
                Ok((row.id, 0))
            })
        })
        .await
    }

    /// Puts a part, in place of an earlier one with its number.
    ///
    /// # Errors
    /// [`ObjectsError::NoSuchUpload`], [`ObjectsError::NoSuchBucket`], [`ObjectsError::InvalidPartNumber`].
    pub async fn put_part(
        &self,
        bucket: &str,
        key: &str,
        upload: &str,
        number: u64,
        blob: NewBlob,
    ) -> Result<PartInfo, ObjectsError> {
        if !(1..=OBJECT_PARTS_MAX).contains(&number) {
            return Err(ObjectsError::InvalidPartNumber);
        }
        let piece = self.piece(number, &blob);
        let part = PartInfo::from(piece.clone());
        let all = Arc::new((bucket.to_owned(), key.to_owned(), upload.to_owned(), piece));
        self.commit(blob, move |tx| {
            let all = all.clone();
            Box::pin(async move {
                let (bucket, key, upload, piece) = &*all;
                under_way(tx, bucket, key, upload).await?;
                let dead = rows::release_number(tx, upload, piece.number).await?;
                rows::hold(tx, upload, piece).await?;
                Ok(((), dead))
            })
        })
        .await?;
        Ok(part)
    }

    /// Facts of an upload under way.
    ///
    /// # Errors
    /// [`ObjectsError::NoSuchUpload`], [`ObjectsError::NoSuchBucket`].
    pub async fn upload(&self, bucket: &str, key: &str, upload: &str) -> Result<UploadInfo, ObjectsError> {
        Ok(self.parts(bucket, key, upload, 0, 0).await?.upload)
    }

    /// Up to `max` parts with numbers above `after`.
    ///
    /// # Errors
    /// [`ObjectsError::NoSuchUpload`], [`ObjectsError::NoSuchBucket`].
    pub async fn parts(
        &self,
        bucket: &str,
        key: &str,
        upload: &str,
        after: u64,
        max: usize,
    ) -> Result<PartsPage, ObjectsError> {
        let all = Arc::new((bucket.to_owned(), key.to_owned(), upload.to_owned()));
        let found = self.0.meta.read::<_, ObjectsError, _>(move |tx| {
            let all = all.clone();
            Box::pin(async move {
                let upload = under_way(tx, &all.0, &all.1, &all.2).await?;
                let held = rows::held(tx, &all.2, after, max as u64 + 1).await?;
                Ok((upload, held))
            })
        });
        let (upload, mut held) = found.await?;
        let truncated = max > 0 && held.len() > max;
        held.truncate(max);
        let parts = held.into_iter().map(PartInfo::from).collect();
        Ok(PartsPage { upload: UploadInfo::of(upload)?, parts, truncated })
    }

    /// Makes the object of the listed parts (number and ETag, ascending); parts not listed are dropped.
    ///
    /// # Errors
    /// [`ObjectsError::NoSuchUpload`] also after a complete or an abort, [`ObjectsError::InvalidPart`],
    /// [`ObjectsError::InvalidPartOrder`], [`ObjectsError::PartTooSmall`], [`ObjectsError::Precondition`],
    /// [`ObjectsError::NoSuchBucket`]. The upload goes on then.
    pub async fn complete_upload(
        &self,
        bucket: &str,
        key: &str,
        upload: &str,
        parts: Vec<(u64, String)>,
        when: PutWhen,
    ) -> Result<ObjectInfo, ObjectsError> {
        if parts.is_empty() || !parts.is_sorted_by(|a, b| a.0 < b.0) {
            return Err(ObjectsError::InvalidPartOrder);
        }
        let now = self.0.clock.now_ms();
        let all = Arc::new((bucket.to_owned(), key.to_owned(), upload.to_owned(), parts, when));
        let row = self.change(move |tx| {
            let all = all.clone();
            Box::pin(async move {
                let (bucket, key, upload, parts, when) = &*all;
                let upload = under_way(tx, bucket, key, upload).await?;
                let (size, etag, dropped) = chosen(tx, &upload.id, parts).await?;
                let row = ObjectRow {
                    bucket: upload.bucket,
                    key: upload.key,
                    id: upload.id,
                    size,
                    etag,
                    modified_ms: now,
                    appendable: false,
                    headers: upload.headers,
                };
                rows::delete_upload(tx, &row.id).await?;
                let mut dead = replace(tx, &row, when).await?;
                for number in dropped {
                    dead += rows::release_number(tx, &row.id, number).await?;
                }
                Ok((row, dead))
            })
        });
        ObjectInfo::of(row.await?)
    }

    /// Ends an upload and drops its parts.
    ///
    /// # Errors
    /// [`ObjectsError::NoSuchUpload`] also after a complete or an abort, [`ObjectsError::NoSuchBucket`].
    pub async fn abort_upload(&self, bucket: &str, key: &str, upload: &str) -> Result<(), ObjectsError> {
        let all = Arc::new((bucket.to_owned(), key.to_owned(), upload.to_owned()));
        self.change(move |tx| {
            let all = all.clone();
            Box::pin(async move {
                let upload = under_way(tx, &all.0, &all.1, &all.2).await?;
                rows::delete_upload(tx, &upload.id).await?;
                let dead = rows::release(tx, &upload.id).await?;
                Ok(((), dead))
            })
        })
        .await
    }
}

/// Size and ETag of the listed parts, and the numbers of those that are not listed.
async fn chosen(
    tx: &mut dyn Tx,
    upload: &str,
    parts: &[(u64, String)],
) -> Result<(u64, String, Vec<u64>), ObjectsError> {
    let held = rows::held(tx, upload, 0, OBJECT_PARTS_MAX).await?;
    let (mut size, mut dropped, mut listed) = (0, Vec::new(), parts.iter().peekable());
    for part in &held {
        match listed.peek() {
            Some((number, etag)) if *number == part.number => {
                if *etag != part.md5 {
                    break;
                }
                listed.next();
                if listed.peek().is_some() && part.size < OBJECT_PART_BYTES_MIN {
                    return Err(ObjectsError::PartTooSmall { number: part.number, size: part.size });
                }
                size += part.size;
            }
            _ => dropped.push(part.number),
        }
    }
    if let Some((number, _)) = listed.next() {
        return Err(ObjectsError::InvalidPart { number: *number });
    }
    let etag = multipart_etag(parts.iter().map(|(_, etag)| etag.as_str()));
    Ok((size, etag, dropped))
}
