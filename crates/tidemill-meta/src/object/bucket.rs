//! Buckets.

use crate::{MetaError, Row, Tx, args};

/// A bucket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BucketRow {
    /// Its name, unique on the endpoint.
    pub name: String,
    /// Id of the domain that owns it.
    pub domain: String,
    /// Id of the project it was created in.
    pub project: String,
    /// `private` or `public-read`.
    pub acl: String,
    /// Milliseconds since the epoch.
    pub created_ms: i64,
}

fn bucket_of(row: &Row) -> Result<BucketRow, MetaError> {
    Ok(BucketRow {
        name: row.text(0)?,
        domain: row.text(1)?,
        project: row.text(2)?,
        acl: row.text(3)?,
        created_ms: row.int(4)?,
    })
}

/// The bucket of that name.
pub async fn bucket(tx: &mut dyn Tx, name: &str) -> Result<Option<BucketRow>, MetaError> {
    let sql = "SELECT name, domain, project, acl, created_ms FROM buckets WHERE name = $1";
    tx.query(sql, args![name]).await?.first().map(bucket_of).transpose()
}

/// All buckets of a domain by name.
pub async fn buckets_of(tx: &mut dyn Tx, domain: &str) -> Result<Vec<BucketRow>, MetaError> {
    let sql = "SELECT name, domain, project, acl, created_ms FROM buckets WHERE domain = $1 ORDER BY name";
    tx.query(sql, args![domain]).await?.iter().map(bucket_of).collect()
}

/// Adds a bucket; `false` if the name is taken.
pub async fn insert_bucket(tx: &mut dyn Tx, row: &BucketRow) -> Result<bool, MetaError> {
    let sql = "INSERT INTO buckets (name, domain, project, acl, created_ms) VALUES ($1, $2, $3, $4, $5) \
               ON CONFLICT (name) DO NOTHING";
    let args = args![&row.name, &row.domain, &row.project, &row.acl, row.created_ms];
    Ok(tx.execute(sql, args).await? == 1)
}

/// Changes who may read a bucket; `false` if there is none of that name.
pub async fn set_bucket_acl(tx: &mut dyn Tx, name: &str, acl: &str) -> Result<bool, MetaError> {
    Ok(tx.execute("UPDATE buckets SET acl = $2 WHERE name = $1", args![name, acl]).await? == 1)
}

/// Whether the bucket holds an object or an unfinished upload.
pub async fn bucket_in_use(tx: &mut dyn Tx, name: &str) -> Result<bool, MetaError> {
    let objects = tx.query("SELECT 1 FROM objects WHERE bucket = $1 LIMIT 1", args![name]).await?;
    let uploads = tx.query("SELECT 1 FROM uploads WHERE bucket = $1 LIMIT 1", args![name]).await?;
    Ok(!objects.is_empty() || !uploads.is_empty())
}

/// Removes a bucket; `false` if there is none of that name. An error if it is in use.
pub async fn delete_bucket(tx: &mut dyn Tx, name: &str) -> Result<bool, MetaError> {
    Ok(tx.execute("DELETE FROM buckets WHERE name = $1", args![name]).await? == 1)
}
