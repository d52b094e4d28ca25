//! Objects that versions under way bring with them below input paths: known from before the first one on, until
//! the version is visible or they are removed.

use crate::{MetaError, Row, Tx, args};

/// The objects that a version brings with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CopiesRow {
    /// The version.
    pub version_id: String,
    /// Its project.
    pub project: String,
    /// `bucket/key/`: they lie below it.
    pub directory: String,
}

fn copies_of(row: &Row) -> Result<CopiesRow, MetaError> {
    Ok(CopiesRow { version_id: row.text(0)?, project: row.text(1)?, directory: row.text(2)? })
}

/// Notes copies that are about to be made. If the version was given up before, they are not to be removed any more.
pub async fn note_copies(tx: &mut dyn Tx, c: &CopiesRow) -> Result<(), MetaError> {
    let sql = "INSERT INTO dataset_version_copies (version_id, project, directory, abandoned) VALUES ($1, $2, $3, 0) ON CONFLICT (version_id) DO UPDATE SET abandoned = 0";
    tx.execute(sql, args![&c.version_id, &c.project, &c.directory]).await.map(drop)
}

/// The version is given up: its copies are to be removed. Nothing for a version that is visible or has none.
pub(super) async fn abandon_copies(tx: &mut dyn Tx, version: &str) -> Result<(), MetaError> {
    let sql = "UPDATE dataset_version_copies SET abandoned = 1 WHERE version_id = $1";
    tx.execute(sql, args![version]).await.map(drop)
}

/// The version is visible and its copies are samples, or they are removed.
pub async fn settle_copies(tx: &mut dyn Tx, version: &str) -> Result<(), MetaError> {
    tx.execute("DELETE FROM dataset_version_copies WHERE version_id = $1", args![version]).await.map(drop)
}

/// All copies that are to be removed.
pub async fn abandoned_copies(tx: &mut dyn Tx) -> Result<Vec<CopiesRow>, MetaError> {
    let sql = "SELECT version_id, project, directory FROM dataset_version_copies WHERE abandoned = 1";
    tx.query(sql, vec![]).await?.iter().map(copies_of).collect()
}

/// The copies of a version, if they are to be removed.
pub async fn abandoned_copies_of(tx: &mut dyn Tx, version: &str) -> Result<Option<CopiesRow>, MetaError> {
    let sql = "SELECT version_id, project, directory FROM dataset_version_copies WHERE version_id = $1 AND abandoned = 1";
    tx.query(sql, args![version]).await?.first().map(copies_of).transpose()
}

/// The directories of a project, `bucket/key/`, in which nothing is a sample yet.
pub async fn unsettled_copies(tx: &mut dyn Tx, project: &str) -> Result<Vec<String>, MetaError> {
    let sql = "SELECT directory FROM dataset_version_copies WHERE project = $1";
    tx.query(sql, args![project]).await?.iter().map(|row| row.text(0)).collect()
}
