//! The datasets themselves.

use crate::{MetaError, Row, Tx, Value, args};

/// One dataset.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DatasetRow {
    /// 19 random characters.
    pub dataset_id: String,
    /// The project it belongs to.
    pub project: String,
    /// Its name, unique in the project.
    pub name: String,
    /// What its samples are, as a code of the API.
    pub dataset_type: i64,
    /// What it is doing, as a code of the API.
    pub status: i64,
    /// Free text.
    pub description: String,
    /// Id of its workspace.
    pub workspace: String,
    /// `bucket/key/` samples come from.
    pub input: String,
    /// `bucket/key/` of its own directory.
    pub work: String,
    /// What its creator asked for, as JSON.
    pub definition: String,
    /// When it was created, in ms since the epoch.
    pub created_ms: i64,
    /// When it was last changed, in ms since the epoch.
    pub updated_ms: i64,
    /// When its samples were last changed, in ms since the epoch.
    pub data_updated_ms: i64,
    /// Id of its current version.
    pub current_version: Option<String>,
    /// Number that the next version without a name gets.
    pub next_version_num: i64,
    /// Id of the import that its creation started.
    pub import_task_id: Option<String>,
    /// Samples deleted from it since it was created.
    pub deleted_samples: i64,
    /// Samples it has.
    pub sample_count: i64,
}

/// Which datasets of a project are listed, and how.
#[derive(Clone, Debug, Default)]
pub struct DatasetsQuery {
    /// The project.
    pub project: String,
    /// Only those whose name contains this, whatever its case; lower case.
    pub name_part: Option<String>,
    /// Only those of this type.
    pub dataset_type: Option<i64>,
    /// Only those of this workspace.
    pub workspace: Option<String>,
    /// Only those of a type that can be exported.
    pub exportable: bool,
    /// Only those with a normal version that fits the two that follow.
    pub versioned: bool,
    /// The version's format, as its options name it.
    pub version_format: Option<String>,
    /// The least and the greatest share of samples for training, as decimal numbers.
    pub version_ratio: Option<(String, String)>,
    /// By name instead of time of creation.
    pub by_name: bool,
    /// Ascending.
    pub ascending: bool,
    /// How many are left out at the start.
    pub offset: u64,
    /// How many are wanted.
    pub limit: u64,
}

macro_rules! columns {
    () => {
        "dataset_id, project, name, dataset_type, status, description, workspace, input, work, definition, created_ms, updated_ms, data_updated_ms, current_version, next_version_num, import_task_id, deleted_samples, sample_count"
    };
}

fn dataset_of(row: &Row) -> Result<DatasetRow, MetaError> {
    Ok(DatasetRow {
        dataset_id: row.text(0)?,
        project: row.text(1)?,
        name: row.text(2)?,
        dataset_type: row.int(3)?,
        status: row.int(4)?,
        description: row.text(5)?,
        workspace: row.text(6)?,
        input: row.text(7)?,
        work: row.text(8)?,
        definition: row.text(9)?,
        created_ms: row.int(10)?,
        updated_ms: row.int(11)?,
        data_updated_ms: row.int(12)?,
        current_version: row.text_or_null(13)?,
        next_version_num: row.int(14)?,
        import_task_id: row.text_or_null(15)?,
        deleted_samples: row.int(16)?,
        sample_count: row.int(17)?,
    })
}

/// Adds a dataset; `false` if its project has one of that name.
pub async fn insert_dataset(tx: &mut dyn Tx, d: &DatasetRow) -> Result<bool, MetaError> {
    let sql = concat!(
        "INSERT INTO datasets (",
        columns!(),
        ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18) ON CONFLICT (project, name) DO NOTHING"
    );
    let args = args![
        &d.dataset_id,
        &d.project,
        &d.name,
        d.dataset_type,
        d.status,
        &d.description,
        &d.workspace,
        &d.input,
        &d.work,
        &d.definition,
        d.created_ms,
        d.updated_ms,
        d.data_updated_ms,
        d.current_version.clone(),
        d.next_version_num,
        d.import_task_id.clone(),
        d.deleted_samples,
        d.sample_count,
    ];
    Ok(tx.execute(sql, args).await? == 1)
}

/// The dataset with this id in this project.
pub async fn dataset(tx: &mut dyn Tx, project: &str, id: &str) -> Result<Option<DatasetRow>, MetaError> {
    let sql = concat!("SELECT ", columns!(), " FROM datasets WHERE dataset_id = $2 AND project = $1");
    tx.query(sql, args![project, id]).await?.first().map(dataset_of).transpose()
}

/// The dataset with this id, whatever its project.
pub async fn dataset_by_id(tx: &mut dyn Tx, id: &str) -> Result<Option<DatasetRow>, MetaError> {
    let sql = concat!("SELECT ", columns!(), " FROM datasets WHERE dataset_id = $1");
    tx.query(sql, args![id]).await?.first().map(dataset_of).transpose()
}

/// Every dataset in a state: what was under way when the server stopped.
pub async fn datasets_in_status(tx: &mut dyn Tx, status: i64) -> Result<Vec<DatasetRow>, MetaError> {
    let sql = concat!("SELECT ", columns!(), " FROM datasets WHERE status = $1 ORDER BY dataset_id");
    tx.query(sql, args![status]).await?.iter().map(dataset_of).collect()
}

macro_rules! listed {
    ($start:expr, $end:expr) => {
        concat!(
            $start,
            " FROM datasets WHERE project = $1 AND ($2 IS NULL OR instr(lower(name), $2) > 0) AND ($3 IS NULL OR dataset_type = $3) AND ($4 IS NULL OR workspace = $4) AND ($5 = 0 OR dataset_type IN (0, 1, 3, 900)) AND ($6 = 0 OR EXISTS (SELECT 1 FROM dataset_versions v WHERE v.dataset_id = datasets.dataset_id AND v.status = 1 AND ($7 IS NULL OR json_extract(v.options, '$.format') = $7) AND ($8 IS NULL OR CAST(json_extract(v.options, '$.ratio') AS REAL) BETWEEN CAST($8 AS REAL) AND CAST($9 AS REAL))))",
            $end
        )
    };
}

/// The parameters of what is between `WHERE` and `ORDER BY`.
fn filter_args(q: &DatasetsQuery) -> Vec<Value> {
    let (least, greatest) = q.version_ratio.clone().unzip();
    args![
        &q.project,
        q.name_part.clone(),
        q.dataset_type,
        q.workspace.clone(),
        q.exportable,
        q.versioned,
        q.version_format.clone(),
        least,
        greatest,
    ]
}

/// How many datasets the query finds, whatever its page.
pub async fn count_datasets(tx: &mut dyn Tx, q: &DatasetsQuery) -> Result<u64, MetaError> {
    let rows = tx.query(listed!("SELECT COUNT(*)", ""), filter_args(q)).await?;
    rows.first().map_or(Ok(0), |row| row.uint(0))
}

/// The page of datasets that the query asks for.
pub async fn datasets_of(tx: &mut dyn Tx, q: &DatasetsQuery) -> Result<Vec<DatasetRow>, MetaError> {
    let sql = match (q.by_name, q.ascending) {
        (true, true) => listed!(concat!("SELECT ", columns!()), " ORDER BY name LIMIT $10 OFFSET $11"),
        (true, false) => listed!(concat!("SELECT ", columns!()), " ORDER BY name DESC LIMIT $10 OFFSET $11"),
        (false, true) => {
            listed!(concat!("SELECT ", columns!()), " ORDER BY created_ms, dataset_id LIMIT $10 OFFSET $11")
        }
        (false, false) => listed!(
            concat!("SELECT ", columns!()),
            " ORDER BY created_ms DESC, dataset_id DESC LIMIT $10 OFFSET $11"
        ),
    };
    let mut args = filter_args(q);
    args.extend(args![q.limit, q.offset]);
    tx.query(sql, args).await?.iter().map(dataset_of).collect()
}

/// The next `limit` datasets of a project behind the id `after`, by id.
pub async fn dataset_ids_after(
    tx: &mut dyn Tx,
    project: &str,
    after: &str,
    limit: u64,
) -> Result<Vec<String>, MetaError> {
    let sql =
        "SELECT dataset_id FROM datasets WHERE project = $1 AND dataset_id > $2 ORDER BY dataset_id LIMIT $3";
    tx.query(sql, args![project, after, limit]).await?.iter().map(|row| row.text(0)).collect()
}

/// Moves a dataset from the state `from` to `to`; `false` if it is not in `from`.
pub async fn change_dataset_status(
    tx: &mut dyn Tx,
    id: &str,
    from: i64,
    to: i64,
    now_ms: i64,
) -> Result<bool, MetaError> {
    let sql = "UPDATE datasets SET status = $3, updated_ms = $4 WHERE dataset_id = $1 AND status = $2";
    Ok(tx.execute(sql, args![id, from, to, now_ms]).await? == 1)
}

/// Changes what is given of name and description; `false` if the project has another dataset of that name.
pub async fn set_dataset_text(
    tx: &mut dyn Tx,
    dataset: &DatasetRow,
    name: &str,
    description: &str,
    now_ms: i64,
) -> Result<bool, MetaError> {
    let sql = "SELECT 1 FROM datasets WHERE project = $1 AND name = $2 AND dataset_id <> $3";
    if !tx.query(sql, args![&dataset.project, name, &dataset.dataset_id]).await?.is_empty() {
        return Ok(false);
    }
    let sql = "UPDATE datasets SET name = $2, description = $3, updated_ms = $4 WHERE dataset_id = $1";
    tx.execute(sql, args![&dataset.dataset_id, name, description, now_ms]).await?;
    Ok(true)
}

/// Makes a version the current one, or none.
pub async fn set_current_version(
    tx: &mut dyn Tx,
    id: &str,
    version: Option<&str>,
    now_ms: i64,
) -> Result<(), MetaError> {
    let sql = "UPDATE datasets SET current_version = $2, updated_ms = $3 WHERE dataset_id = $1";
    tx.execute(sql, args![id, version, now_ms]).await.map(drop)
}

/// The number of a new version, which no other will get; `None` if there is no such dataset.
pub async fn take_version_number(tx: &mut dyn Tx, id: &str) -> Result<Option<i64>, MetaError> {
    let sql = "UPDATE datasets SET next_version_num = next_version_num + 1 WHERE dataset_id = $1 RETURNING next_version_num - 1";
    tx.query(sql, args![id]).await?.first().map(|row| row.int(0)).transpose()
}

/// Notes which import the dataset was created with.
pub async fn set_import_task(tx: &mut dyn Tx, id: &str, task_id: &str) -> Result<(), MetaError> {
    let sql = "UPDATE datasets SET import_task_id = $2 WHERE dataset_id = $1";
    tx.execute(sql, args![id, task_id]).await.map(drop)
}

/// Notes that samples were added, changed or deleted; the number of samples then, `None` without dataset.
pub async fn touch_dataset_data(
    tx: &mut dyn Tx,
    id: &str,
    added: i64,
    deleted: i64,
    now_ms: i64,
) -> Result<Option<u64>, MetaError> {
    let sql = "UPDATE datasets SET sample_count = sample_count + $2 - $3, deleted_samples = deleted_samples + $3, data_updated_ms = $4, updated_ms = $4 WHERE dataset_id = $1 RETURNING sample_count";
    tx.query(sql, args![id, added, deleted, now_ms]).await?.first().map(|row| row.uint(0)).transpose()
}

/// Removes a dataset whose state is `status`: its name is free and nothing of it is found from then on. What
/// else it had is left to be swept.
pub async fn delete_dataset(tx: &mut dyn Tx, id: &str, status: i64) -> Result<bool, MetaError> {
    let sql =
        "DELETE FROM datasets WHERE dataset_id = $1 AND status = $2 RETURNING project, work, sample_set";
    let gone = tx.query(sql, args![id, status]).await?;
    let Some(row) = gone.first() else { return Ok(false) };
    super::delete_versions_of(tx, id).await?;
    super::delete_tasks(tx, id).await?;
    super::delete_points(tx, id).await?;
    super::leave_set(tx, &row.text_or_null(2)?.unwrap_or_default()).await?;
    let sql = "INSERT INTO dataset_sweeps (dataset_id, project, work) VALUES ($1, $2, $3)";
    tx.execute(sql, args![id, row.text(0)?, row.text(1)?]).await?;
    Ok(true)
}

/// Deleted datasets that still have rows or objects: id, project, `bucket/key/` of its directory.
pub async fn datasets_to_sweep(tx: &mut dyn Tx) -> Result<Vec<(String, String, String)>, MetaError> {
    let rows = tx.query("SELECT dataset_id, project, work FROM dataset_sweeps", vec![]).await?;
    rows.iter().map(|row| Ok((row.text(0)?, row.text(1)?, row.text(2)?))).collect()
}

/// Removes up to `batch` samples that a deleted dataset has under its own id with their annotations and, once there
/// are none, its labels. True when nothing is left.
pub async fn sweep_dataset_rows(tx: &mut dyn Tx, id: &str, batch: u32) -> Result<bool, MetaError> {
    let done = super::sweep_set_rows(tx, id, batch).await?;
    if done {
        tx.execute("DELETE FROM dataset_labels WHERE dataset_id = $1", args![id]).await?;
    }
    Ok(done)
}

/// Nothing of a deleted dataset is left.
pub async fn dataset_swept(tx: &mut dyn Tx, id: &str) -> Result<(), MetaError> {
    tx.execute("DELETE FROM dataset_sweeps WHERE dataset_id = $1", args![id]).await.map(drop)
}
