//! Versions of datasets.

use super::version_copies::abandon_copies;
use crate::{MetaError, Row, Tx, args};

/// A version that is being made.
pub const VERSION_CREATING: i64 = 0;
/// A version that can be used.
pub const VERSION_NORMAL: i64 = 1;
/// A version that could not be made.
pub const VERSION_FAILED: i64 = 4;

/// One version.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct VersionRow {
    /// 19 random characters.
    pub version_id: String,
    /// Its dataset.
    pub dataset_id: String,
    /// Its place among the versions of the dataset.
    pub n: i64,
    /// Its name, unique in the dataset.
    pub name: String,
    /// 0 being made, 1 normal, 4 failed.
    pub status: i64,
    /// Why it failed, or what is to be known of it; else empty.
    pub message: String,
    /// Free text.
    pub description: String,
    /// What the caller asked for, as JSON.
    pub options: String,
    /// When it was asked for, in ms since the epoch.
    pub created_ms: i64,
    /// When it last changed, in ms since the epoch.
    pub updated_ms: i64,
    /// SHA-256 of its canonical manifest; empty until it is known.
    pub identity: String,
    /// `bucket/key` of its public manifest.
    pub manifest: String,
    /// The version that was current before it.
    pub previous: Option<String>,
    /// Its counts as JSON; empty until they are known.
    pub summary: String,
    /// The labels of the dataset with their counts, as JSON; empty until they are known.
    pub labels: String,
    /// The id of the samples that become the working ones with it; empty if they are already.
    pub stage: String,
}

macro_rules! columns {
    () => {
        "version_id, dataset_id, n, name, status, message, description, options, created_ms, updated_ms, identity, manifest, previous, summary, labels, stage"
    };
}

fn version_of(row: &Row) -> Result<VersionRow, MetaError> {
    Ok(VersionRow {
        version_id: row.text(0)?,
        dataset_id: row.text(1)?,
        n: row.int(2)?,
        name: row.text(3)?,
        status: row.int(4)?,
        message: row.text(5)?,
        description: row.text(6)?,
        options: row.text(7)?,
        created_ms: row.int(8)?,
        updated_ms: row.int(9)?,
        identity: row.text(10)?,
        manifest: row.text(11)?,
        previous: row.text_or_null(12)?,
        summary: row.text(13)?,
        labels: row.text(14)?,
        stage: row.text(15)?,
    })
}

/// Adds a version; `false` if its dataset has one of that name.
pub async fn insert_version(tx: &mut dyn Tx, v: &VersionRow) -> Result<bool, MetaError> {
    let sql = concat!(
        "INSERT INTO dataset_versions (",
        columns!(),
        ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16) ON CONFLICT (dataset_id, name) DO NOTHING"
    );
    let args = args![
        &v.version_id,
        &v.dataset_id,
        v.n,
        &v.name,
        v.status,
        &v.message,
        &v.description,
        &v.options,
        v.created_ms,
        v.updated_ms,
        &v.identity,
        &v.manifest,
        v.previous.clone(),
        &v.summary,
        &v.labels,
        &v.stage,
    ];
    Ok(tx.execute(sql, args).await? == 1)
}

/// Replaces what making a version finds out; `false` if there is no such version any more.
pub async fn update_version(tx: &mut dyn Tx, v: &VersionRow) -> Result<bool, MetaError> {
    let sql = "UPDATE dataset_versions SET status = $2, message = $3, updated_ms = $4, identity = $5, previous = $6, summary = $7, labels = $8, stage = $9 WHERE version_id = $1";
    let args = args![
        &v.version_id,
        v.status,
        &v.message,
        v.updated_ms,
        &v.identity,
        v.previous.clone(),
        &v.summary,
        &v.labels,
        &v.stage,
    ];
    Ok(tx.execute(sql, args).await? == 1)
}

/// The version with this id.
pub async fn version(tx: &mut dyn Tx, id: &str) -> Result<Option<VersionRow>, MetaError> {
    let sql = concat!("SELECT ", columns!(), " FROM dataset_versions WHERE version_id = $1");
    tx.query(sql, args![id]).await?.first().map(version_of).transpose()
}

/// The version of a dataset with this name.
pub async fn version_named(
    tx: &mut dyn Tx,
    dataset: &str,
    name: &str,
) -> Result<Option<VersionRow>, MetaError> {
    let sql = concat!("SELECT ", columns!(), " FROM dataset_versions WHERE dataset_id = $1 AND name = $2");
    tx.query(sql, args![dataset, name]).await?.first().map(version_of).transpose()
}

/// The versions of a dataset, newest first.
pub async fn versions_of(tx: &mut dyn Tx, dataset: &str) -> Result<Vec<VersionRow>, MetaError> {
    let sql = concat!("SELECT ", columns!(), " FROM dataset_versions WHERE dataset_id = $1 ORDER BY n DESC");
    tx.query(sql, args![dataset]).await?.iter().map(version_of).collect()
}

/// Every version that is being made.
pub async fn unfinished_versions(tx: &mut dyn Tx) -> Result<Vec<VersionRow>, MetaError> {
    let sql = concat!("SELECT ", columns!(), " FROM dataset_versions WHERE status = 0 ORDER BY version_id");
    tx.query(sql, vec![]).await?.iter().map(version_of).collect()
}

/// How many versions a dataset has, and when the last one was asked for.
pub async fn version_count(tx: &mut dyn Tx, dataset: &str) -> Result<(u64, Option<i64>), MetaError> {
    let sql = "SELECT COUNT(*), MAX(created_ms) FROM dataset_versions WHERE dataset_id = $1";
    let rows = tx.query(sql, args![dataset]).await?;
    rows.first().map_or(Ok((0, None)), |row| Ok((row.uint(0)?, row.int_or_null(1)?)))
}

/// What a version refers to, which is not visible and will not be, is left to be swept.
pub async fn withdraw_version(tx: &mut dyn Tx, v: &VersionRow) -> Result<(), MetaError> {
    leave_artefact(tx, &v.identity).await?;
    super::leave_set(tx, &v.stage).await?;
    abandon_copies(tx, &v.version_id).await
}

/// Removes a version. What it referred to is left to be swept.
pub async fn delete_version(tx: &mut dyn Tx, v: &VersionRow) -> Result<bool, MetaError> {
    withdraw_version(tx, v).await?;
    tx.execute("DELETE FROM dataset_version_tasks WHERE version_id = $1", args![&v.version_id]).await?;
    tx.execute("DELETE FROM dataset_version_holds WHERE version_id = $1", args![&v.version_id]).await?;
    let sql = "DELETE FROM dataset_versions WHERE version_id = $1";
    Ok(tx.execute(sql, args![&v.version_id]).await? == 1)
}

/// Removes all versions of a dataset, as [`delete_version`] does.
pub async fn delete_versions_of(tx: &mut dyn Tx, dataset: &str) -> Result<(), MetaError> {
    for row in versions_of(tx, dataset).await? {
        delete_version(tx, &row).await?;
    }
    let sql = "DELETE FROM dataset_switches WHERE dataset_id = $1 RETURNING stage";
    for row in tx.query(sql, args![dataset]).await? {
        super::leave_set(tx, &row.text(0)?).await?;
    }
    Ok(())
}

/// A canonical manifest that may be referred to no more.
async fn leave_artefact(tx: &mut dyn Tx, identity: &str) -> Result<(), MetaError> {
    if identity.is_empty() {
        return Ok(());
    }
    let sql = "INSERT INTO dataset_artefacts_left (identity) VALUES ($1) ON CONFLICT (identity) DO NOTHING";
    tx.execute(sql, args![identity]).await.map(drop)
}

/// Canonical manifests that may be referred to no more.
pub async fn artefacts_left(tx: &mut dyn Tx) -> Result<Vec<String>, MetaError> {
    let rows = tx.query("SELECT identity FROM dataset_artefacts_left", vec![]).await?;
    rows.iter().map(|row| row.text(0)).collect()
}

/// Whether a version refers to this canonical manifest.
pub async fn is_referred_to(tx: &mut dyn Tx, identity: &str) -> Result<bool, MetaError> {
    let sql = "SELECT 1 FROM dataset_versions WHERE identity = $1 LIMIT 1";
    Ok(!tx.query(sql, args![identity]).await?.is_empty())
}

/// A canonical manifest is swept, or in use again.
pub async fn artefact_settled(tx: &mut dyn Tx, identity: &str) -> Result<(), MetaError> {
    let sql = "DELETE FROM dataset_artefacts_left WHERE identity = $1";
    tx.execute(sql, args![identity]).await.map(drop)
}
