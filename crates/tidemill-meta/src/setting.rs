//! Small facts about this installation.

use crate::{MetaError, Tx, args};

/// The value kept under `name`; if there is none, keeps `value` and returns it.
pub async fn setting_or_insert(tx: &mut dyn Tx, name: &str, value: &str) -> Result<String, MetaError> {
    let sql = "INSERT INTO settings (name, value) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING";
    tx.execute(sql, args![name, value]).await?;
    let rows = tx.query("SELECT value FROM settings WHERE name = $1", args![name]).await?;
    match rows.first() {
        Some(row) => row.text(0),
        None => Err(MetaError::Unexpected(format!("setting {name} is not there after it was written"))),
    }
}
