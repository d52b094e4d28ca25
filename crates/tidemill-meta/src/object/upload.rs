//! Multipart uploads under way.

use crate::{MetaError, Row, Tx, args};

/// A multipart upload that is neither completed nor aborted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UploadRow {
    /// Random; holds the parts, and becomes the object's id when completed.
    pub id: String,
    /// The bucket it will write to.
    pub bucket: String,
    /// The key it will write.
    pub key: String,
    /// Milliseconds since the epoch.
    pub started_ms: i64,
    /// What the object's headers will be, as JSON.
    pub headers: String,
}

fn upload_of(row: &Row) -> Result<UploadRow, MetaError> {
    Ok(UploadRow {
        id: row.text(0)?,
        bucket: row.text(1)?,
        key: row.text(2)?,
        started_ms: row.int(3)?,
        headers: row.text(4)?,
    })
}

/// The upload with that id, if it is for that key.
pub async fn upload(
    tx: &mut dyn Tx,
    bucket: &str,
    key: &str,
    id: &str,
) -> Result<Option<UploadRow>, MetaError> {
    let sql = "SELECT id, bucket, key, started_ms, headers FROM uploads \
               WHERE id = $1 AND bucket = $2 AND key = $3";
    tx.query(sql, args![id, bucket, key]).await?.first().map(upload_of).transpose()
}

/// Up to `limit` uploads by key, then id, after the given pair.
pub async fn uploads_from(
    tx: &mut dyn Tx,
    bucket: &str,
    key: &str,
    id: &str,
    limit: u64,
) -> Result<Vec<UploadRow>, MetaError> {
    let sql = "SELECT id, bucket, key, started_ms, headers FROM uploads \
               WHERE bucket = $1 AND (key, id) > ($2, $3) ORDER BY key, id LIMIT $4";
    tx.query(sql, args![bucket, key, id, limit]).await?.iter().map(upload_of).collect()
}

/// Adds an upload.
pub async fn insert_upload(tx: &mut dyn Tx, row: &UploadRow) -> Result<(), MetaError> {
    let sql = "INSERT INTO uploads (id, bucket, key, started_ms, headers) VALUES ($1, $2, $3, $4, $5)";
    let args = args![&row.id, &row.bucket, &row.key, row.started_ms, &row.headers];
    tx.execute(sql, args).await.map(|_| ())
}

/// Removes an upload and leaves its parts; `false` if it is gone already.
pub async fn delete_upload(tx: &mut dyn Tx, id: &str) -> Result<bool, MetaError> {
    Ok(tx.execute("DELETE FROM uploads WHERE id = $1", args![id]).await? == 1)
}
