//! Tags of streams after their creation.

use crate::stream::TagRow;
use crate::{MetaError, Tx, args};

/// Replaces all tags of a stream; `false` if it is gone or being deleted.
pub async fn replace_tags(tx: &mut dyn Tx, stream_id: &str, tags: &[TagRow]) -> Result<bool, MetaError> {
    let sql = "SELECT 1 FROM streams WHERE id = $1 AND state = 'RUNNING'";
    if tx.query(sql, args![stream_id]).await?.is_empty() {
        return Ok(false);
    }
    tx.execute("DELETE FROM stream_tags WHERE stream_id = $1", args![stream_id]).await?;
    for tag in tags {
        let sql = "INSERT INTO stream_tags (stream_id, scope, name, value) VALUES ($1, $2, $3, $4)";
        tx.execute(sql, args![stream_id, tag.scope, &tag.name, &tag.value]).await?;
    }
    Ok(true)
}
