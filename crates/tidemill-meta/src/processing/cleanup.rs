//! Objects that deleted runs left.

use crate::{MetaError, Row, Tx, args};

/// A deleted run whose objects are still to be removed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CleanupRow {
    /// The run.
    pub run_id: String,
    /// Its project.
    pub project: String,
    /// The bucket of its output; empty if it had none.
    pub output_bucket: String,
    /// The directory of its output, with a slash at its end, or the only file of it.
    pub output_key: String,
}

/// All of them, oldest first.
pub async fn cleanups(tx: &mut dyn Tx) -> Result<Vec<CleanupRow>, MetaError> {
    let sql = "SELECT run_id, project, output_bucket, output_key FROM processor_cleanups ORDER BY created_ms";
    let read = |row: &Row| {
        Ok(CleanupRow {
            run_id: row.text(0)?,
            project: row.text(1)?,
            output_bucket: row.text(2)?,
            output_key: row.text(3)?,
        })
    };
    tx.query(sql, vec![]).await?.iter().map(read).collect()
}

/// Everything of the run is gone.
pub async fn forget_cleanup(tx: &mut dyn Tx, run_id: &str) -> Result<(), MetaError> {
    tx.execute("DELETE FROM processor_cleanups WHERE run_id = $1", args![run_id]).await?;
    Ok(())
}
