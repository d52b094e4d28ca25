//! Removing what deleted runs left: their tables, and their output unless something still refers to it.

use super::analysed::{RESULT, shown};
use super::directory;
use super::objects::{UserObjects, path_of};
use super::referenced::Referenced;
use super::uses;
use crate::context::{Context, read, tx};
use crate::error::Trouble;
use futures::{StreamExt, TryStreamExt};
use object_store::{ObjectStore, ObjectStoreExt};
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;
use tidemill_bucket::{Bucket, BucketError, Location};
use tidemill_meta::dataset;
use tidemill_meta::processing::{self, CleanupRow};
use tidemill_model::ProjectId;

/// How long to wait before what is left is tried again: at first, and after many tries.
const AGAIN: Duration = Duration::from_secs(10);
const AGAIN_MAX: Duration = Duration::from_secs(120);

/// Removes everything deleted runs left, however long it takes. Only one may be at it.
pub(crate) async fn sweep_all(ctx: &Arc<Context>) {
    let mut wait = AGAIN;
    loop {
        match sweep_once(ctx).await {
            Ok(0) => return,
            Ok(left) => tracing::debug!(left, "what deleted processing runs left is in use still"),
            Err(cause) => tracing::warn!(%cause, "what deleted processing runs left is not removed yet"),
        }
        ctx.clock.sleep(wait).await;
        wait = (wait * 2).min(AGAIN_MAX);
    }
}

/// Removes what can be removed; of how many runs something is left.
async fn sweep_once(ctx: &Arc<Context>) -> Result<usize, Trouble> {
    let mut left = 0;
    for row in read!(ctx.meta, |tx| processing::cleanups(tx))? {
        let is_done = sweep_run(ctx, &row).await.unwrap_or_else(|cause| {
            tracing::warn!(run = row.run_id, %cause, "what a deleted processing run left is not removed yet");
            false
        });
        if is_done {
            let run_id = row.run_id.clone();
            tx!(ctx.meta, |tx, run_id| processing::forget_cleanup(tx, &run_id))?;
        } else {
            left += 1;
        }
    }
    Ok(left)
}

/// Removes what one run left; false if something of it has to stay for now.
async fn sweep_run(ctx: &Arc<Context>, row: &CleanupRow) -> Result<bool, Trouble> {
    ctx.engine.remove_below(&directory(&row.run_id), &[]).await?;
    let Some(project) = ProjectId::parse(&row.project).filter(|_| !row.output_bucket.is_empty()) else {
        return Ok(true);
    };
    let output = Location { bucket: row.output_bucket.clone(), key: row.output_key.clone() };
    if uses::is_in_use(ctx, &row.project, &output).await? {
        return Ok(false);
    }
    match ctx.buckets.open(&project, &output.bucket).await {
        Ok(_) if output.key.ends_with('/') => remove_output(ctx, (project, &row.run_id), &output).await,
        Ok(bucket) => remove_result(ctx, &*bucket, &output).await.map(|()| true),
        // With the bucket, the output went, too.
        Err(BucketError::Missing) => Ok(true),
        Err(error) => Err(error.into()),
    }
}

/// Removes the result of a feature analysis, unless there is a newer one in its place.
async fn remove_result(ctx: &Arc<Context>, bucket: &dyn Bucket, result: &Location) -> Result<(), Trouble> {
    let directory = result.key.trim_end_matches(RESULT).to_owned();
    let path = shown(&Location { bucket: result.bucket.clone(), key: directory });
    if read!(ctx.meta, |tx, path| dataset::is_analysis_path(tx, &path))? {
        return Ok(());
    }
    match bucket.delete(&path_of(result)?).await {
        Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

/// Removes an output but for what is referred to; false if it cannot be known of some of it. All keys lie in tables
/// meanwhile, in a directory that is removed at the end, or before the next try.
async fn remove_output(
    ctx: &Arc<Context>,
    (project, run_id): (ProjectId, &str),
    output: &Location,
) -> Result<bool, Trouble> {
    let tables = directory(run_id);
    let keys = |name: &str| ctx.engine.keys(format!("{tables}/{name}"));
    let (project, unread) = (&project, BTreeSet::new());
    let kept = Referenced { ctx, project, output, keys: keys("kept"), unread }.find().await?;
    let bucket = UserObjects::new(ctx.clone(), project.clone()).bucket(&output.bucket).await?;
    // Listed as a whole first: a listing under way does not have to see deletions.
    let (mut found, mut listed) = (keys("found"), bucket.list(Some(&path_of(output)?)));
    while let Some(meta) = listed.try_next().await? {
        found.add(meta.location.to_string()).await?;
    }
    let found = found.finish().await?;
    let (mut gone, mut is_done) = (ctx.engine.keys_without(&found, &kept.keys).await?, true);
    while let Some(keys) = gone.try_next().await? {
        is_done &= remove_keys(&*bucket, &output.bucket, keys, &kept.unread).await?;
    }
    ctx.engine.remove_below(&tables, &[]).await?;
    Ok(is_done)
}

/// Removes objects but for those in some directories; false if there were such.
async fn remove_keys(
    bucket: &dyn Bucket,
    name: &str,
    keys: Vec<String>,
    kept: &BTreeSet<Location>,
) -> Result<bool, Trouble> {
    let (mut gone, mut is_done) = (Vec::new(), true);
    for key in keys {
        let place = Location { bucket: name.to_owned(), key };
        match kept.iter().any(|directory| directory.holds(&place)) {
            true => is_done = false,
            false => gone.push(Ok(path_of(&place)?)),
        }
    }
    let gone = futures::stream::iter(gone).boxed();
    bucket.delete_stream(gone).try_for_each(|_| futures::future::ok(())).await?;
    Ok(is_done)
}
