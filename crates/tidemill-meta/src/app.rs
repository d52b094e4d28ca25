//! Apps.

use crate::{MetaError, Row, Tx, args};

/// An app.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AppRow {
    /// Its id, never reused.
    pub id: String,
    /// Id of its project.
    pub project: String,
    /// Its name, unique in the project.
    pub name: String,
    /// Milliseconds since the epoch.
    pub created_ms: i64,
}

fn app_of(row: &Row) -> Result<AppRow, MetaError> {
    Ok(AppRow { id: row.text(0)?, project: row.text(1)?, name: row.text(2)?, created_ms: row.int(3)? })
}

/// Adds an app; `false` if the project has one of that name.
pub async fn insert_app(tx: &mut dyn Tx, row: &AppRow) -> Result<bool, MetaError> {
    let sql = "INSERT INTO apps (id, project, name, created_ms, generation) \
               SELECT $1, $2, $3, $4, floor FROM generation_floor WHERE 1 = 1 \
               ON CONFLICT (project, name) DO NOTHING";
    Ok(tx.execute(sql, args![&row.id, &row.project, &row.name, row.created_ms]).await? == 1)
}

/// How many apps the project has.
pub async fn count_apps(tx: &mut dyn Tx, project: &str) -> Result<u64, MetaError> {
    let sql = "SELECT COUNT(*) FROM apps WHERE project = $1";
    tx.query(sql, args![project]).await?.first().map_or(Ok(0), |row| row.uint(0))
}

/// The app of that name.
pub async fn app(tx: &mut dyn Tx, project: &str, name: &str) -> Result<Option<AppRow>, MetaError> {
    let sql = "SELECT id, project, name, created_ms FROM apps WHERE project = $1 AND name = $2";
    tx.query(sql, args![project, name]).await?.first().map(app_of).transpose()
}

/// All apps of the project by name; only those with a checkpoint on `stream_id` if one is given.
pub async fn apps(tx: &mut dyn Tx, project: &str, stream_id: Option<&str>) -> Result<Vec<AppRow>, MetaError> {
    let rows = match stream_id {
        None => {
            let sql = "SELECT id, project, name, created_ms FROM apps WHERE project = $1 ORDER BY name";
            tx.query(sql, args![project]).await?
        }
        Some(stream) => {
            let sql = "SELECT id, project, name, created_ms FROM apps WHERE project = $1 \
                       AND id IN (SELECT app_id FROM checkpoints WHERE stream_id = $2) ORDER BY name";
            tx.query(sql, args![project, stream]).await?
        }
    };
    rows.iter().map(app_of).collect()
}

/// Removes an app with its checkpoints; `false` if there is none of that name.
pub async fn delete_app(tx: &mut dyn Tx, project: &str, name: &str) -> Result<bool, MetaError> {
    let Some(found) = app(tx, project, name).await? else { return Ok(false) };
    let sql = "UPDATE generation_floor SET floor = (SELECT generation FROM apps WHERE id = $1) \
               WHERE floor < (SELECT generation FROM apps WHERE id = $1)";
    tx.execute(sql, args![&found.id]).await?;
    tx.execute("DELETE FROM checkpoints WHERE app_id = $1", args![&found.id]).await?;
    Ok(tx.execute("DELETE FROM apps WHERE id = $1", args![&found.id]).await? == 1)
}

/// Raises the generation of the app's consumer group by one and returns it; `None` if there is no such app.
pub async fn next_generation(tx: &mut dyn Tx, project: &str, name: &str) -> Result<Option<u64>, MetaError> {
    let sql = "UPDATE apps SET generation = generation + 1 WHERE project = $1 AND name = $2 \
               RETURNING generation";
    tx.query(sql, args![project, name]).await?.first().map(|row| row.uint(0)).transpose()
}
