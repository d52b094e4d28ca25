//! Changing what a task does.

use super::task::{TaskRow, owned};
use super::{Owner, owns};
use crate::{MetaError, Tx, args};

/// Gives a task that is not being deleted a new descriptor, the agency that it names, and a state under a new epoch, which ends every
/// owner. What was announced before goes on under the descriptor it was announced under. The new owner and
/// the task as it is then; `None` if there is no such task.
pub async fn change_descriptor(
    tx: &mut dyn Tx,
    task_id: &str,
    (descriptor, agency): (&str, &str),
    state: &str,
    cause: &str,
) -> Result<Option<(Owner, TaskRow)>, MetaError> {
    let sql = "UPDATE dump_tasks SET previous = COALESCE(previous, descriptor), descriptor = $2, state = $3, cause = $4, agency = $5, epoch = epoch + 1 WHERE task_id = $1 AND state <> 'DELETE'";
    if tx.execute(sql, args![task_id, descriptor, state, cause, agency]).await? == 0 {
        return Ok(None);
    }
    owned(tx, task_id).await
}

/// Ends the time of the previous descriptor. `left`: the bucket that the task moves away from; its ledger is
/// then to be copied anew. What was announced and never sent is given up and delivered anew.
pub async fn leave_previous(tx: &mut dyn Tx, owner: &Owner, left: Option<&str>) -> Result<bool, MetaError> {
    if !owns(tx, owner).await? {
        return Ok(false);
    }
    let id = &owner.task_id;
    tx.execute("UPDATE dump_tasks SET previous = NULL WHERE task_id = $1", args![id]).await?;
    tx.execute("DELETE FROM dump_intents WHERE task_id = $1", args![id]).await?;
    if let Some(bucket) = left {
        let sql = "UPDATE dump_tasks SET head = '', origin = COALESCE(origin, $2) WHERE task_id = $1";
        tx.execute(sql, args![id, bucket]).await?;
        tx.execute("UPDATE dump_positions SET sealed = 0 WHERE task_id = $1", args![id]).await?;
    }
    Ok(true)
}
