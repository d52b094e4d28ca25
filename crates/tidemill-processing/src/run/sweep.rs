//! Removing what deleted runs left: their tables, and their output unless something still refers to it.

use super::analysed::{RESULT, shown};
use super::directory;
use super::objects::{UserObjects, path_of};
use super::uses;
use crate::context::{Context, read, tx};
use crate::error::Trouble;
use futures::{StreamExt, TryStreamExt};
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt};
use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;
use tidemill_bucket::{Bucket, BucketError, Location};
use tidemill_dataset::version::{VersionEntries, VersionStatus};
use tidemill_dataset::{Dataset, DatasetError};
use tidemill_meta::dataset;
use tidemill_meta::processing::{self, CleanupRow};
use tidemill_model::ProjectId;

/// How long to wait before what is left is tried again: at first, and after many tries.
const AGAIN: Duration = Duration::from_secs(10);
const AGAIN_MAX: Duration = Duration::from_secs(120);

/// Datasets looked at in one step.
const DATASETS_PAGE: u64 = 100;

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
        Ok(_) if output.key.ends_with('/') => remove_output(ctx, project, &output).await,
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

/// Removes an output but for what is referred to; false if it cannot be known of some of it.
async fn remove_output(ctx: &Arc<Context>, project: ProjectId, output: &Location) -> Result<bool, Trouble> {
    let kept = referenced(ctx, &project, output).await?;
    let objects = UserObjects::new(ctx.clone(), project);
    let bucket = objects.bucket(&output.bucket).await?;
    let listed = bucket.list(Some(&path_of(output)?));
    let found: Vec<Path> = listed.map_ok(|meta| meta.location).try_collect().await?;
    let (mut gone, mut is_done) = (Vec::new(), true);
    for path in found.into_iter().filter(|path| !kept.keys.contains(path.as_ref())) {
        let place = Location { bucket: output.bucket.clone(), key: path.to_string() };
        match kept.unread.iter().any(|directory| directory.holds(&place)) {
            true => is_done = false,
            false => gone.push(Ok(path)),
        }
    }
    let gone = futures::stream::iter(gone).boxed();
    bucket.delete_stream(gone).try_for_each(|_| futures::future::ok(())).await?;
    Ok(is_done)
}

/// What of an output has to stay.
#[derive(Default)]
struct Kept {
    /// What versions of datasets refer to.
    keys: HashSet<String>,
    /// The directories of datasets of which a version could not be read.
    unread: Vec<Location>,
}

/// What versions of any dataset of the project refer to.
async fn referenced(ctx: &Arc<Context>, project: &ProjectId, output: &Location) -> Result<Kept, Trouble> {
    let (mut kept, mut after, name) = (Kept::default(), String::new(), project.to_string());
    loop {
        // By id: an offset would skip some while others are deleted.
        let page =
            read!(ctx.meta, |tx, name, after| dataset::dataset_ids_after(tx, &name, &after, DATASETS_PAGE))?;
        for id in &page {
            match ctx.datasets.get(project, id).await {
                Ok(dataset) => keep_of(ctx, project, &dataset, output, &mut kept).await?,
                Err(DatasetError::Unknown(_)) => {}
                Err(error) => return Err(failed(error)),
            }
        }
        match page.last().filter(|_| page.len() as u64 == DATASETS_PAGE) {
            Some(last) => last.clone_into(&mut after),
            None => return Ok(kept),
        }
    }
}

/// Adds what the versions of a dataset refer to.
async fn keep_of(
    ctx: &Arc<Context>,
    project: &ProjectId,
    dataset: &Dataset,
    output: &Location,
    kept: &mut Kept,
) -> Result<(), Trouble> {
    let id = dataset.id.as_str();
    let versions = ctx.datasets.versions(project, id).await.map_err(failed)?;
    for version in versions.iter().filter(|version| version.status == VersionStatus::Normal) {
        let read = match ctx.datasets.version_entries(project, id, &version.id).await {
            Ok(entries) => keep_sources(entries, output, &mut kept.keys).await,
            Err(error) => Err(failed(error)),
        };
        if let Err(cause) = read {
            tracing::warn!(dataset = id, version = version.id, %cause, "what a version refers to is not known");
            kept.unread.extend([dataset.input.clone(), dataset.work.clone()]);
        }
    }
    Ok(())
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
