//! The sets that samples lie in. A dataset's working samples are in the set that its row names, the set of its own
//! id at first. Samples of a version that is to become the working one are put into a new set, a *stage*; giving that
//! set to the dataset changes one row, and what was there before is removed piece by piece.
//!
//! All statements about samples take the id of a dataset, which means its working samples, or that of a stage.

use crate::{MetaError, Tx, args};

/// The set that `$1` means: the working one of that dataset, or itself.
macro_rules! set_of {
    () => {
        "COALESCE((SELECT sample_set FROM datasets WHERE dataset_id = $1), $1)"
    };
}
pub(super) use set_of;

/// That a sample or an annotation is in the set that `$1` means.
macro_rules! in_set {
    () => {
        concat!("set_id = ", crate::dataset::sample_set::set_of!())
    };
}
pub(super) use in_set;

/// Staged samples become the working samples of a dataset in place of those it has. What is remembered as deleted
/// stays remembered, and what the stage remembers is added.
pub async fn adopt_stage(tx: &mut dyn Tx, dataset: &str, stage: &str) -> Result<(), MetaError> {
    let sql = "INSERT INTO dataset_deleted_samples (dataset_id, sample_id, location, deleted_ms) SELECT $1, sample_id, location, deleted_ms FROM dataset_deleted_samples WHERE dataset_id = $2 ON CONFLICT (dataset_id, sample_id) DO NOTHING";
    tx.execute(sql, args![dataset, stage]).await?;
    tx.execute("DELETE FROM dataset_deleted_samples WHERE dataset_id = $1", args![stage]).await?;
    let sql = concat!("INSERT INTO dataset_sets_left (set_id) SELECT ", set_of!());
    tx.execute(sql, args![dataset]).await?;
    let sql = "UPDATE datasets SET sample_set = $2, sample_count = (SELECT COUNT(*) FROM dataset_samples WHERE set_id = $2) WHERE dataset_id = $1";
    tx.execute(sql, args![dataset, stage]).await.map(drop)
}

/// Which working samples `s` of the dataset `$1` came after `$3`, and the stage `$2` neither has nor remembers as
/// deleted.
macro_rules! came_since {
    () => {
        "s.created_ms > $3 AND NOT EXISTS (SELECT 1 FROM dataset_samples t WHERE t.set_id = $2 AND t.sample_id = s.sample_id) AND NOT EXISTS (SELECT 1 FROM dataset_deleted_samples d WHERE d.dataset_id = $2 AND d.sample_id = s.sample_id)"
    };
}

/// The ids of the working samples of the dataset `$1` whose annotations were changed after `$3`.
macro_rules! relabeled_since {
    () => {
        concat!("(SELECT s.sample_id FROM dataset_samples s WHERE s.", in_set!(), " AND s.relabeled_ms > $3)")
    };
}

/// Staged samples become the working samples of a dataset, beside those that came after `published_ms` and that the
/// stage neither has nor remembers as deleted. Those that somebody labeled after that time keep these labels.
pub async fn join_stage(
    tx: &mut dyn Tx,
    dataset: &str,
    stage: &str,
    published_ms: i64,
) -> Result<(), MetaError> {
    keep_relabeled(tx, dataset, stage, published_ms).await?;
    keep_added(tx, dataset, stage, published_ms).await?;
    adopt_stage(tx, dataset, stage).await
}

/// Takes the annotations that were changed after `since_ms` over into the stage.
async fn keep_relabeled(tx: &mut dyn Tx, dataset: &str, stage: &str, since_ms: i64) -> Result<(), MetaError> {
    let sql =
        concat!("DELETE FROM dataset_sample_labels WHERE set_id = $2 AND sample_id IN ", relabeled_since!());
    tx.execute(sql, args![dataset, stage, since_ms]).await?;
    let sql = concat!(
        "INSERT INTO dataset_sample_labels (set_id, ",
        super::sample_label::label_columns!(),
        ") SELECT $2, ",
        super::sample_label::label_columns!(),
        " FROM dataset_sample_labels l WHERE l.",
        in_set!(),
        " AND l.sample_id IN ",
        relabeled_since!(),
        " AND EXISTS (SELECT 1 FROM dataset_samples t WHERE t.set_id = $2 AND t.sample_id = l.sample_id)"
    );
    tx.execute(sql, args![dataset, stage, since_ms]).await?;
    let sql = concat!(
        "UPDATE dataset_samples AS t SET (status, hard, coefficient, reasons, metadata, relabeled_ms) = (SELECT o.status, o.hard, o.coefficient, o.reasons, o.metadata, o.relabeled_ms FROM dataset_samples o WHERE o.",
        in_set!(),
        " AND o.sample_id = t.sample_id) WHERE t.set_id = $2 AND t.sample_id IN ",
        relabeled_since!()
    );
    tx.execute(sql, args![dataset, stage, since_ms]).await.map(drop)
}

/// Takes over into the stage what came after `since_ms`.
async fn keep_added(tx: &mut dyn Tx, dataset: &str, stage: &str, since_ms: i64) -> Result<(), MetaError> {
    let sql = concat!(
        "INSERT INTO dataset_sample_labels (set_id, ",
        super::sample_label::label_columns!(),
        ") SELECT $2, ",
        super::sample_label::label_columns!(),
        " FROM dataset_sample_labels WHERE ",
        in_set!(),
        " AND sample_id IN (SELECT s.sample_id FROM dataset_samples s WHERE s.",
        in_set!(),
        " AND ",
        came_since!(),
        ")"
    );
    tx.execute(sql, args![dataset, stage, since_ms]).await?;
    let sql = concat!(
        "INSERT INTO dataset_samples (set_id, relabeled_ms, ",
        super::sample::sample_columns!(),
        ") SELECT $2, relabeled_ms, ",
        super::sample::sample_columns!(),
        " FROM dataset_samples s WHERE s.",
        in_set!(),
        " AND ",
        came_since!()
    );
    tx.execute(sql, args![dataset, stage, since_ms]).await.map(drop)
}

/// Leaves a set to be removed, unless it is the working one of a dataset.
pub async fn leave_set(tx: &mut dyn Tx, set: &str) -> Result<(), MetaError> {
    if set.is_empty() {
        return Ok(());
    }
    let sql = "INSERT INTO dataset_sets_left (set_id) SELECT $1 WHERE NOT EXISTS (SELECT 1 FROM datasets WHERE sample_set = $1) ON CONFLICT (set_id) DO NOTHING";
    tx.execute(sql, args![set]).await.map(drop)
}

/// Sets to be removed.
pub async fn sets_left(tx: &mut dyn Tx) -> Result<Vec<String>, MetaError> {
    let rows = tx.query("SELECT set_id FROM dataset_sets_left ORDER BY set_id", vec![]).await?;
    rows.iter().map(|row| row.text(0)).collect()
}

/// Removes up to `batch` samples of a set that was left, as many annotations, and as many samples that it remembers
/// as deleted. True when nothing is left, and the set is forgotten.
pub async fn sweep_set(tx: &mut dyn Tx, set: &str, batch: u32) -> Result<bool, MetaError> {
    let done = sweep_set_rows(tx, set, batch).await?;
    if done {
        tx.execute("DELETE FROM dataset_sets_left WHERE set_id = $1", args![set]).await?;
    }
    Ok(done)
}

/// Removes rows of a set. What a dataset remembers as deleted is kept under its own id, whichever set it has.
pub(super) async fn sweep_set_rows(tx: &mut dyn Tx, set: &str, batch: u32) -> Result<bool, MetaError> {
    let sql = "DELETE FROM dataset_sample_labels WHERE set_id = $1 AND (sample_id, n) IN (SELECT sample_id, n FROM dataset_sample_labels WHERE set_id = $1 LIMIT $2)";
    let mut gone = tx.execute(sql, args![set, batch]).await?;
    let sql = "DELETE FROM dataset_samples WHERE set_id = $1 AND sample_id IN (SELECT sample_id FROM dataset_samples WHERE set_id = $1 LIMIT $2)";
    gone += tx.execute(sql, args![set, batch]).await?;
    let sql = "DELETE FROM dataset_deleted_samples WHERE dataset_id = $1 AND NOT EXISTS (SELECT 1 FROM datasets WHERE dataset_id = $1) AND sample_id IN (SELECT sample_id FROM dataset_deleted_samples WHERE dataset_id = $1 LIMIT $2)";
    gone += tx.execute(sql, args![set, batch]).await?;
    Ok(gone == 0)
}
