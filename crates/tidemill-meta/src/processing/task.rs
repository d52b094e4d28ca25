//! The tasks themselves.

use crate::{MetaError, Row, Tx, args};

/// One processing task.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TaskRow {
    /// 19 random characters.
    pub task_id: String,
    /// Its project.
    pub project: String,
    /// Its name, unique in the project.
    pub name: String,
    /// The kind of processing, `sys_data_...`.
    pub template_id: String,
    /// The request as JSON.
    pub spec: String,
    /// What people wrote about it.
    pub description: String,
    /// When it was created, in ms since the epoch.
    pub created_ms: i64,
    /// When it was changed last.
    pub updated_ms: i64,
    /// The number of the next version, from 1 on; never shrinks.
    pub next_version: i64,
}

const SELECT_ONE: &str = "SELECT task_id, project, name, template_id, spec, description, created_ms, updated_ms, next_version FROM processor_tasks WHERE project = $1 AND task_id = $2";

fn task(row: &Row) -> Result<TaskRow, MetaError> {
    Ok(TaskRow {
        task_id: row.text(0)?,
        project: row.text(1)?,
        name: row.text(2)?,
        template_id: row.text(3)?,
        spec: row.text(4)?,
        description: row.text(5)?,
        created_ms: row.int(6)?,
        updated_ms: row.int(7)?,
        next_version: row.int(8)?,
    })
}

/// Adds a task; false if the project has one of that name.
pub async fn insert_task(tx: &mut dyn Tx, t: &TaskRow) -> Result<bool, MetaError> {
    let sql = "INSERT INTO processor_tasks (task_id, project, name, template_id, spec, description, created_ms, updated_ms, next_version) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (project, name) DO NOTHING";
    let args = args![
        &t.task_id,
        &t.project,
        &t.name,
        &t.template_id,
        &t.spec,
        &t.description,
        t.created_ms,
        t.updated_ms,
        t.next_version,
    ];
    Ok(tx.execute(sql, args).await? == 1)
}

/// One task of a project.
pub async fn find_task(tx: &mut dyn Tx, project: &str, task_id: &str) -> Result<Option<TaskRow>, MetaError> {
    tx.query(SELECT_ONE, args![project, task_id]).await?.first().map(task).transpose()
}

/// Changes the description; false if there is no such task.
pub async fn describe_task(
    tx: &mut dyn Tx,
    project: &str,
    task_id: &str,
    description: &str,
    now_ms: i64,
) -> Result<bool, MetaError> {
    let sql =
        "UPDATE processor_tasks SET description = $3, updated_ms = $4 WHERE project = $1 AND task_id = $2";
    Ok(tx.execute(sql, args![project, task_id, description, now_ms]).await? == 1)
}

/// Takes the number of the next version; `None` if there is no such task.
pub async fn next_version(tx: &mut dyn Tx, task_id: &str) -> Result<Option<i64>, MetaError> {
    let sql = "UPDATE processor_tasks SET next_version = next_version + 1 WHERE task_id = $1 RETURNING next_version - 1";
    tx.query(sql, args![task_id]).await?.first().map(|row| row.int(0)).transpose()
}

/// Removes a task whose runs are removed; false if there is no such task.
pub async fn delete_task(tx: &mut dyn Tx, project: &str, task_id: &str) -> Result<bool, MetaError> {
    let sql = "DELETE FROM processor_tasks WHERE project = $1 AND task_id = $2";
    Ok(tx.execute(sql, args![project, task_id]).await? == 1)
}
