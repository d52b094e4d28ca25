//! Multipart uploads that may exist at a destination.

use super::{Owner, owns};
use crate::{MetaError, Row, Tx, args};

/// One upload, known before it is made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UploadRow {
    /// A random id of this row.
    pub row_id: String,
    /// The task it belongs to.
    pub task_id: String,
    /// The epoch of the owner that made it.
    pub epoch: i64,
    /// The project whose bucket it is.
    pub project: String,
    /// The bucket.
    pub bucket: String,
    /// The key it completes to.
    pub key: String,
    /// The destination's id; `None` before it was learnt.
    pub upload_id: Option<String>,
    /// Whether its complete may have been sent.
    pub completing: bool,
}

fn upload(row: &Row) -> Result<UploadRow, MetaError> {
    Ok(UploadRow {
        row_id: row.text(0)?,
        task_id: row.text(1)?,
        epoch: row.int(2)?,
        project: row.text(3)?,
        bucket: row.text(4)?,
        key: row.text(5)?,
        upload_id: row.text_or_null(6)?,
        completing: row.bool(7)?,
    })
}

/// The uploads of a task that were not forgotten.
pub async fn uploads_of(tx: &mut dyn Tx, task_id: &str) -> Result<Vec<UploadRow>, MetaError> {
    let sql = "SELECT row_id, task_id, epoch, project, bucket, key, upload_id, completing FROM dump_uploads WHERE task_id = $1 ORDER BY row_id";
    tx.query(sql, args![task_id]).await?.iter().map(upload).collect()
}

/// Notes that an upload is about to be made. `owner: None` for one that belongs to no task yet.
pub async fn announce_upload(
    tx: &mut dyn Tx,
    owner: Option<&Owner>,
    row: &UploadRow,
) -> Result<bool, MetaError> {
    if let Some(owner) = owner
        && !owns(tx, owner).await?
    {
        return Ok(false);
    }
    tx.execute(
        "INSERT INTO dump_uploads (row_id, task_id, epoch, project, bucket, key, upload_id, completing) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        args![
            &row.row_id, &row.task_id, row.epoch, &row.project, &row.bucket, &row.key,
            row.upload_id.clone(), row.completing,
        ],
    )
    .await?;
    Ok(true)
}

/// Notes the destination's id of an upload that was just made.
pub async fn name_upload(
    tx: &mut dyn Tx,
    owner: &Owner,
    row_id: &str,
    upload_id: &str,
) -> Result<bool, MetaError> {
    if !owns(tx, owner).await? {
        return Ok(false);
    }
    let sql = "UPDATE dump_uploads SET upload_id = $2 WHERE row_id = $1";
    Ok(tx.execute(sql, args![row_id, upload_id]).await? == 1)
}

/// Forgets an upload that is completed and accounted for, or aborted. Unknown ones are a no-op.
pub async fn forget_upload(tx: &mut dyn Tx, row_id: &str) -> Result<(), MetaError> {
    tx.execute("DELETE FROM dump_uploads WHERE row_id = $1", args![row_id]).await?;
    Ok(())
}
