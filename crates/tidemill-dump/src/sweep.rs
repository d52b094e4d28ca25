//! Removing what ended tasks left: rows, and uploads that nobody can complete any more.

use crate::context::{Context, tx};
use crate::error::Trouble;
use crate::retry::Backoff;
use crate::sink::ObsSink;
use std::sync::Arc;
use tidemill_bucket::BucketError;
use tidemill_meta::dump::{self, Owner, UploadRow};
use tidemill_model::ProjectId;
use tokio_util::task::TaskTracker;

const ROWS_PER_STEP: u32 = 1000;

/// Removes everything a deleted task left, however long its destination stays away.
pub(crate) async fn sweep(ctx: Arc<Context>, task_id: String) {
    let mut backoff = Backoff::new(ctx.config.retry);
    loop {
        match sweep_once(&ctx, &task_id).await {
            Ok(()) => return,
            Err(cause) => {
                tracing::warn!(task = %task_id, %cause, "what a deleted dump task left is not swept yet");
                ctx.clock.sleep(backoff.next()).await;
            }
        }
    }
}

async fn sweep_once(ctx: &Arc<Context>, task_id: &str) -> Result<(), Trouble> {
    let id = task_id.to_owned();
    while !tx!(ctx.meta, |tx, id| dump::sweep_rows(tx, &id, ROWS_PER_STEP))? {}
    abort_uploads(ctx, task_id).await
}

/// Aborts every recorded upload of a task that nobody runs.
pub(crate) async fn abort_uploads(ctx: &Arc<Context>, task_id: &str) -> Result<(), Trouble> {
    let mut first_trouble = Ok(());
    for row in ctx.uploads(task_id).await? {
        let settled = settle_one(ctx, &row).await;
        first_trouble = first_trouble.and(settled);
    }
    first_trouble
}

/// Aborts one recorded upload in its own bucket.
pub(crate) async fn settle_one(ctx: &Arc<Context>, row: &UploadRow) -> Result<(), Trouble> {
    let project = ProjectId::parse(&row.project)
        .ok_or_else(|| Trouble::Fatal(format!("upload {}: project {}", row.row_id, row.project)))?;
    let owner = Owner { task_id: row.task_id.clone(), epoch: row.epoch };
    match ObsSink::open(ctx.clone(), &project, &row.bucket, owner, TaskTracker::new()).await {
        Ok(sink) => sink.settle(row).await,
        // With the bucket, the upload went, too.
        Err(BucketError::Missing) => Ok(ctx.forget_upload(&row.row_id).await?),
        Err(error) => Err(error.into()),
    }
}
