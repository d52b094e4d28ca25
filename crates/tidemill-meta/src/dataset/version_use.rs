//! Who uses versions: holders, switches under way, and what processing says of them.

use crate::{MetaError, Row, Tx, args};

/// Keeps a version from being deleted until [`release_version`].
pub async fn hold_version(tx: &mut dyn Tx, version: &str, holder: &str) -> Result<(), MetaError> {
    let sql = "INSERT INTO dataset_version_holds (version_id, holder) VALUES ($1, $2) ON CONFLICT (version_id, holder) DO NOTHING";
    tx.execute(sql, args![version, holder]).await.map(drop)
}

/// The holder does not need the version any more.
pub async fn release_version(tx: &mut dyn Tx, version: &str, holder: &str) -> Result<(), MetaError> {
    let sql = "DELETE FROM dataset_version_holds WHERE version_id = $1 AND holder = $2";
    tx.execute(sql, args![version, holder]).await.map(drop)
}

/// The holder needs none of its versions any more.
pub(crate) async fn release_all(tx: &mut dyn Tx, holder: &str) -> Result<(), MetaError> {
    tx.execute("DELETE FROM dataset_version_holds WHERE holder = $1", args![holder]).await.map(drop)
}

/// Who holds a version.
pub async fn version_holders(tx: &mut dyn Tx, version: &str) -> Result<Vec<String>, MetaError> {
    let sql = "SELECT holder FROM dataset_version_holds WHERE version_id = $1 ORDER BY holder";
    tx.query(sql, args![version]).await?.iter().map(|row| row.text(0)).collect()
}

/// The name of a version of a dataset that somebody holds, if there is one.
pub async fn held_version_of(tx: &mut dyn Tx, dataset: &str) -> Result<Option<String>, MetaError> {
    let sql = "SELECT v.name FROM dataset_versions v WHERE v.dataset_id = $1 AND EXISTS (SELECT 1 FROM dataset_version_holds h WHERE h.version_id = v.version_id) ORDER BY v.n LIMIT 1";
    tx.query(sql, args![dataset]).await?.first().map(|row| row.text(0)).transpose()
}

/// A switch under way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SwitchRow {
    /// The dataset.
    pub dataset_id: String,
    /// The version whose samples become the working ones.
    pub version_id: String,
    /// The id under which they are staged.
    pub stage: String,
}

fn switch_of(row: &Row) -> Result<SwitchRow, MetaError> {
    Ok(SwitchRow { dataset_id: row.text(0)?, version_id: row.text(1)?, stage: row.text(2)? })
}

/// Notes a switch; `false` if the dataset is being switched already.
pub async fn insert_switch(tx: &mut dyn Tx, s: &SwitchRow) -> Result<bool, MetaError> {
    let sql = "INSERT INTO dataset_switches (dataset_id, version_id, stage) VALUES ($1, $2, $3) ON CONFLICT (dataset_id) DO NOTHING";
    Ok(tx.execute(sql, args![&s.dataset_id, &s.version_id, &s.stage]).await? == 1)
}

/// The switches under way.
pub async fn switches(tx: &mut dyn Tx) -> Result<Vec<SwitchRow>, MetaError> {
    let sql = "SELECT dataset_id, version_id, stage FROM dataset_switches ORDER BY dataset_id";
    tx.query(sql, vec![]).await?.iter().map(switch_of).collect()
}

/// A switch has ended; `false` if it is not under way any more.
pub async fn delete_switch(tx: &mut dyn Tx, s: &SwitchRow) -> Result<bool, MetaError> {
    let sql = "DELETE FROM dataset_switches WHERE dataset_id = $1 AND stage = $2";
    Ok(tx.execute(sql, args![&s.dataset_id, &s.stage]).await? == 1)
}

/// Removes the labels of a dataset; the samples keep theirs.
pub async fn clear_labels(tx: &mut dyn Tx, dataset: &str) -> Result<(), MetaError> {
    tx.execute("DELETE FROM dataset_labels WHERE dataset_id = $1", args![dataset]).await.map(drop)
}

/// What processing says of a version.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct VersionTasksRow {
    /// The feature analysis that ran last.
    pub analysis_task_id: Option<String>,
    /// Its state, as a code of the API.
    pub analysis_status: Option<i64>,
    /// Where its result is kept.
    pub analysis_path: Option<String>,
    /// Its result as JSON.
    pub analysis: Option<String>,
    /// The processing task that made the version.
    pub processor_task_id: Option<String>,
    /// Its state, as a code of the API.
    pub processor_task_status: Option<i64>,
}

/// Notes what a feature analysis of a version does; nothing without such a version.
pub async fn set_version_analysis(
    tx: &mut dyn Tx,
    version: &str,
    tasks: &VersionTasksRow,
) -> Result<(), MetaError> {
    let sql = "INSERT INTO dataset_version_tasks (version_id, analysis_task_id, analysis_status, analysis_path, analysis) SELECT $1, $2, $3, $4, $5 FROM dataset_versions WHERE version_id = $1 ON CONFLICT (version_id) DO UPDATE SET analysis_task_id = excluded.analysis_task_id, analysis_status = excluded.analysis_status, analysis_path = excluded.analysis_path, analysis = excluded.analysis";
    let args = args![
        version,
        tasks.analysis_task_id.clone(),
        tasks.analysis_status,
        tasks.analysis_path.clone(),
        tasks.analysis.clone(),
    ];
    tx.execute(sql, args).await.map(drop)
}

/// Forgets the feature analysis of a version if it is that of this task; false if it is not.
pub async fn clear_version_analysis(
    tx: &mut dyn Tx,
    version: &str,
    task_id: &str,
) -> Result<bool, MetaError> {
    let sql = "UPDATE dataset_version_tasks SET analysis_task_id = NULL, analysis_status = NULL, analysis_path = NULL, analysis = NULL WHERE version_id = $1 AND analysis_task_id = $2";
    Ok(tx.execute(sql, args![version, task_id]).await? == 1)
}

/// Whether the result of any version's feature analysis is kept at this path.
pub async fn is_analysis_path(tx: &mut dyn Tx, path: &str) -> Result<bool, MetaError> {
    let sql = "SELECT 1 FROM dataset_version_tasks WHERE analysis_path = $1 LIMIT 1";
    Ok(!tx.query(sql, args![path]).await?.is_empty())
}

/// Notes which processing task made a version; nothing without such a version.
pub async fn set_version_processor(
    tx: &mut dyn Tx,
    version: &str,
    task_id: &str,
    status: i64,
) -> Result<(), MetaError> {
    let sql = "INSERT INTO dataset_version_tasks (version_id, processor_task_id, processor_task_status) SELECT $1, $2, $3 FROM dataset_versions WHERE version_id = $1 ON CONFLICT (version_id) DO UPDATE SET processor_task_id = excluded.processor_task_id, processor_task_status = excluded.processor_task_status";
    tx.execute(sql, args![version, task_id, status]).await.map(drop)
}

/// What processing says of a version.
pub async fn version_tasks(tx: &mut dyn Tx, version: &str) -> Result<VersionTasksRow, MetaError> {
    let sql = "SELECT analysis_task_id, analysis_status, analysis_path, analysis, processor_task_id, processor_task_status FROM dataset_version_tasks WHERE version_id = $1";
    let rows = tx.query(sql, args![version]).await?;
    let Some(row) = rows.first() else { return Ok(VersionTasksRow::default()) };
    Ok(VersionTasksRow {
        analysis_task_id: row.text_or_null(0)?,
        analysis_status: row.int_or_null(1)?,
        analysis_path: row.text_or_null(2)?,
        analysis: row.text_or_null(3)?,
        processor_task_id: row.text_or_null(4)?,
        processor_task_status: row.int_or_null(5)?,
    })
}
