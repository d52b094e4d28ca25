//! Objects: what a key shows.

use crate::{MetaError, Row, Tx, args};

/// An object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ObjectRow {
    /// Its bucket.
    pub bucket: String,
    /// Its key: 1 to 1024 bytes of UTF-8.
    pub key: String,
    /// What holds its pieces; random, new with every overwrite.
    pub id: String,
    /// Bytes.
    pub size: u64,
    /// Without quotes: MD5 in hexadecimal, or `hex-N` after a multipart upload or appends.
    pub etag: String,
    /// Milliseconds since the epoch.
    pub modified_ms: i64,
    /// Whether more may be appended.
    pub appendable: bool,
    /// Content type, user metadata and so on, as JSON.
    pub headers: String,
}

fn object_of(row: &Row) -> Result<ObjectRow, MetaError> {
    Ok(ObjectRow {
        bucket: row.text(0)?,
        key: row.text(1)?,
        id: row.text(2)?,
        size: row.uint(3)?,
        etag: row.text(4)?,
        modified_ms: row.int(5)?,
        appendable: row.bool(6)?,
        headers: row.text(7)?,
    })
}

/// The object under a key.
pub async fn object(tx: &mut dyn Tx, bucket: &str, key: &str) -> Result<Option<ObjectRow>, MetaError> {
    let sql = "SELECT bucket, key, id, size, etag, modified_ms, appendable, headers FROM objects \
               WHERE bucket = $1 AND key = $2";
    tx.query(sql, args![bucket, key]).await?.first().map(object_of).transpose()
}

/// Up to `limit` objects in byte order of their keys, from `key` (`inclusive`) or after it.
pub async fn objects_from(
    tx: &mut dyn Tx,
    bucket: &str,
    key: &str,
    inclusive: bool,
    limit: u64,
) -> Result<Vec<ObjectRow>, MetaError> {
    let sql = if inclusive {
        "SELECT bucket, key, id, size, etag, modified_ms, appendable, headers FROM objects \
         WHERE bucket = $1 AND key >= $2 ORDER BY key LIMIT $3"
    } else {
        "SELECT bucket, key, id, size, etag, modified_ms, appendable, headers FROM objects \
         WHERE bucket = $1 AND key > $2 ORDER BY key LIMIT $3"
    };
    tx.query(sql, args![bucket, key, limit]).await?.iter().map(object_of).collect()
}

/// Puts the object under its key, in place of what was there. The caller releases the older pieces.
pub async fn put_object(tx: &mut dyn Tx, row: &ObjectRow) -> Result<(), MetaError> {
    let sql = "INSERT INTO objects (bucket, key, id, size, etag, modified_ms, appendable, headers) \
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8) \
               ON CONFLICT (bucket, key) DO UPDATE SET id = excluded.id, size = excluded.size, \
               etag = excluded.etag, modified_ms = excluded.modified_ms, \
               appendable = excluded.appendable, headers = excluded.headers";
    let args = args![
        &row.bucket,
        &row.key,
        &row.id,
        row.size,
        &row.etag,
        row.modified_ms,
        row.appendable,
        &row.headers
    ];
    tx.execute(sql, args).await.map(|_| ())
}

/// Removes the object under a key and returns its id. The caller releases its pieces.
pub async fn delete_object(tx: &mut dyn Tx, bucket: &str, key: &str) -> Result<Option<String>, MetaError> {
    let sql = "DELETE FROM objects WHERE bucket = $1 AND key = $2 RETURNING id";
    tx.query(sql, args![bucket, key]).await?.first().map(|row| row.text(0)).transpose()
}
