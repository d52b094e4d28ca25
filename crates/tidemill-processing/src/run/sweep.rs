//! Removing what deleted runs left: their tables, and their output unless something still refers to it.

use super::analysed::{RESULT, shown};
use super::directory;
use super::objects::{UserObjects, path_of};
use crate::context::{Context, read, tx};
use crate::error::Trouble;
use futures::{StreamExt, TryStreamExt};
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt};
use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;
use tidemill_bucket::{Bucket, BucketError, Location};
use tidemill_dataset::ListQuery;
use tidemill_dataset::version::{VersionEntries, VersionStatus};
use tidemill_meta::dataset;
use tidemill_meta::processing::{self, CleanupRow};
use tidemill_model::ProjectId;

/// How long to wait before something that did not work is tried again.
const AGAIN: Duration = Duration::from_secs(10);

/// Datasets looked at in one step.
const DATASETS_PAGE: u64 = 100;

/// Removes everything deleted runs left, however long it takes.
pub(crate) async fn sweep_all(ctx: &Arc<Context>) {
    loop {
        match sweep_once(ctx).await {
            Ok(()) => return,
            Err(cause) => {
                tracing::warn!(%cause, "what a deleted processing run left is not removed yet");
                ctx.clock.sleep(AGAIN).await;
            }
        }
    }
}

async fn sweep_once(ctx: &Arc<Context>) -> Result<(), Trouble> {
    for row in read!(ctx.meta, |tx| processing::cleanups(tx))? {
        sweep_run(ctx, &row).await?;
        let run_id = row.run_id.clone();
        tx!(ctx.meta, |tx, run_id| processing::forget_cleanup(tx, &run_id))?;
    }
    Ok(())
}

async fn sweep_run(ctx: &Arc<Context>, row: &CleanupRow) -> Result<(), Trouble> {
    ctx.engine.remove_below(&directory(&row.run_id), &[]).await?;
    let Some(project) = ProjectId::parse(&row.project).filter(|_| !row.output_bucket.is_empty()) else {
        return Ok(());
    };
    let output = Location { bucket: row.output_bucket.clone(), key: row.output_key.clone() };
    match ctx.buckets.open(&project, &output.bucket).await {
        Ok(_) if output.key.ends_with('/') => remove_output(ctx, project, &output).await,
        Ok(bucket) => remove_result(ctx, &*bucket, &output).await,
        // With the bucket, the output went, too.
        Err(BucketError::Missing) => Ok(()),
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

async fn remove_output(ctx: &Arc<Context>, project: ProjectId, output: &Location) -> Result<(), Trouble> {
    let kept = referenced(ctx, &project, output).await?;
    let objects = UserObjects::new(ctx.clone(), project);
    let bucket = objects.bucket(&output.bucket).await?;
    let listed = bucket.list(Some(&path_of(output)?));
    let found: Vec<Path> = listed.map_ok(|meta| meta.location).try_collect().await?;
    let gone: Vec<_> = found.into_iter().filter(|path| !kept.contains(path.as_ref())).map(Ok).collect();
    let gone = futures::stream::iter(gone).boxed();
    bucket.delete_stream(gone).try_for_each(|_| futures::future::ok(())).await?;
    Ok(())
}

/// The keys below `output` that a version of any dataset of the project refers to.
async fn referenced(
    ctx: &Arc<Context>,
    project: &ProjectId,
    output: &Location,
) -> Result<HashSet<String>, Trouble> {
    let mut kept = HashSet::new();
    let mut query = ListQuery { limit: DATASETS_PAGE, ..ListQuery::default() };
    loop {
        let (datasets, _) = ctx.datasets.list(project, &query).await.map_err(failed)?;
        for found in &datasets {
            let id = found.id.as_str();
            for version in ctx.datasets.versions(project, id).await.map_err(failed)? {
                if version.status == VersionStatus::Normal {
                    let entries = ctx.datasets.version_entries(project, id, &version.id).await;
                    keep_sources(entries.map_err(failed)?, output, &mut kept).await?;
                }
            }
        }
        query.offset += DATASETS_PAGE;
        if (datasets.len() as u64) < DATASETS_PAGE {
            return Ok(kept);
        }
    }
}

async fn keep_sources(
    mut entries: VersionEntries,
    output: &Location,
    kept: &mut HashSet<String>,
) -> Result<(), Trouble> {
    while let Some(entry) = entries.next().await.map_err(failed)? {
        if let Some(place) = entry.sample.place.location().filter(|place| output.holds(place)) {
            kept.insert(place.key.clone());
        }
    }
    Ok(())
}

fn failed(error: impl std::fmt::Display) -> Trouble {
    Trouble::Failed(error.to_string())
}
