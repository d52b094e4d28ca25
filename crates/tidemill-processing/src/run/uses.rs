//! What is under way and may need the output of a deleted run.

use crate::context::{Context, read};
use crate::error::Trouble;
use crate::operator::{SetKind, Stage};
use crate::task::{Input, Request};
use std::sync::Arc;
use tidemill_bucket::Location;
use tidemill_meta::processing::{self, RunRow};
use tidemill_meta::{MetaError, Tx, dataset};

/// Whether a version is being made in the project, or a run is under way that may read the output or write to it.
pub(crate) async fn is_in_use(ctx: &Arc<Context>, project: &str, output: &Location) -> Result<bool, Trouble> {
    let of = project.to_owned();
    if read!(ctx.meta, |tx, of| is_publishing(tx, &of))? {
        return Ok(true);
    }
    let runs = read!(ctx.meta, |tx| processing::unfinished_runs(tx))?;
    Ok(runs.iter().any(|run| run.project == project && may_use(run, output)))
}

async fn is_publishing(tx: &mut dyn Tx, project: &str) -> Result<bool, MetaError> {
    for version in dataset::unfinished_versions(tx).await? {
        let of = dataset::dataset_by_id(tx, &version.dataset_id).await?;
        if of.is_some_and(|dataset| dataset.project == project) {
            return Ok(true);
        }
    }
    Ok(false)
}

fn may_use(run: &RunRow, output: &Location) -> bool {
    let overlaps = |place: &Location| place.holds(output) || output.holds(place);
    if overlaps(&Location { bucket: run.output_bucket.clone(), key: run.output_key.clone() }) {
        return true;
    }
    let request = serde_json::from_str(&run.spec).ok().and_then(|body| Request::read(&body).ok());
    // A run that cannot be read will fail.
    let Some(request) = request else { return false };
    let reads = request.inputs.iter().any(|input| match input {
        Input::Directory(directory) => overlaps(directory),
        // What a version refers to stays anyway.
        Input::Dataset { .. } => false,
        // It may be the output of this very task, which is gone.
        Input::Task(_) => true,
    });
    reads
        || request.pipeline.stages.iter().any(|stage| match stage {
            Stage::Decide(operator) => match &operator.kind {
                SetKind::Cleanse { prototypes, criticism, .. } => {
                    overlaps(prototypes) || criticism.as_ref().is_some_and(overlaps)
                }
                SetKind::Deduplicate(_) | SetKind::Select(_) => false,
            },
            Stage::Generate(of) => overlaps(&of.model),
            Stage::Map(_) | Stage::Embed | Stage::Measure(_) | Stage::Publish => false,
        })
}
