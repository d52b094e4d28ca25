//! Tasks and versions as the API shows them.

use super::Template;
use crate::error::ProcessingError;
use crate::processing::Inner;
use crate::run::{Counters, left_out};
use tidemill_api::modelarts::processing::{
    ProcessorDataSource, ProcessorNotes, ProcessorProgress, ProcessorTask, ProcessorTaskRequest,
    ProcessorTaskVersion, TemplateParam, WorkPath,
};
use tidemill_bucket::{Location, Scheme};
use tidemill_meta::processing::{RunRow, TaskRow};

/// A task with what its list shows of its runs.
pub(super) struct TaskRows {
    pub(super) task: TaskRow,
    /// Its newest run.
    pub(super) newest: Option<RunRow>,
    /// How many runs it has.
    pub(super) runs: u64,
    /// Whether its newest run is the newest completed one of its kind for its dataset version.
    pub(super) is_current: bool,
}

fn stored(spec: &str) -> Result<ProcessorTaskRequest, ProcessingError> {
    serde_json::from_str(spec).map_err(|e| ProcessingError::Internal(format!("a stored request: {e}")))
}

pub(super) fn seconds(inner: &Inner, created_ms: i64, ended_ms: Option<i64>) -> i64 {
    (ended_ms.unwrap_or_else(|| inner.ctx.clock.now_ms()) - created_ms) / 1000
}

/// A task.
pub(super) fn task(inner: &Inner, rows: &TaskRows) -> Result<ProcessorTask, ProcessingError> {
    let TaskRows { task, newest, .. } = rows;
    let newest = newest.as_ref();
    let template = Template::parse(&task.template_id);
    let has_versions = template.is_some_and(Template::has_versions);
    // What a feature analysis was completed with stands in its run.
    let run = newest.filter(|_| !has_versions);
    let body = stored(run.map_or(&task.spec, |run| &run.spec))?;
    let inputs = inputs(&body);
    Ok(ProcessorTask {
        create_time: task.created_ms,
        data_source: inputs.first().cloned(),
        description: Some(task.description.clone()).filter(|text| !text.is_empty()),
        duration_seconds: newest.map_or(0, |run| seconds(inner, run.created_ms, run.ended_ms)),
        error_msg: newest.and_then(|run| run.error_msg.clone()),
        inputs: inputs.clone(),
        is_current: rows.is_current,
        name: task.name.clone(),
        result: run
            .filter(|run| run.status == 2)
            .and_then(|run| serde_json::from_str(run.result.as_deref()?).ok()),
        status: newest.map_or(0, |run| run.status),
        task_id: task.task_id.clone(),
        template: named(body.template),
        tidemill: newest.and_then(notes),
        version_count: if has_versions { usize::try_from(rows.runs).unwrap_or(usize::MAX) } else { 0 },
        version_id: body.version_id,
        version_name: inputs.first().filter(|_| !has_versions).and_then(|input| input.version_name.clone()),
        work_path: body.work_path,
        workspace_id: body.workspace_id.unwrap_or_else(|| "0".to_owned()),
    })
}

/// A version.
pub(super) fn version(inner: &Inner, run: &RunRow) -> Result<ProcessorTaskVersion, ProcessingError> {
    let body = stored(&run.spec)?;
    let counters: Option<Counters> = run.counters.as_deref().and_then(|text| serde_json::from_str(text).ok());
    Ok(ProcessorTaskVersion {
        add_sample_count: counters.as_ref().map(|c| c.added),
        create_time: run.created_ms,
        deleted_sample_count: counters.as_ref().map(|c| c.deleted),
        description: Some(run.description.clone()).filter(|text| !text.is_empty()),
        duration_seconds: seconds(inner, run.created_ms, run.ended_ms),
        error_msg: run.error_msg.clone(),
        inputs: inputs(&body),
        modified_sample_count: counters.as_ref().map(|c| c.modified),
        origin_sample_count: counters.as_ref().map(|c| c.origin),
        status: run.status,
        task_id: run.task_id.clone(),
        task_version_id: run.run_id.clone(),
        template: named(body.template),
        tidemill: notes(run),
        unmodified_sample_count: counters.as_ref().map(|c| c.unmodified),
        update_time: run.updated_ms,
        version_name: run.version_name.clone(),
        work_path: body.work_path.map(|path| work_path(path, run)),
    })
}

/// What else is to be known of a completed run. Lists of runs have no results; what an analysis left out stands in
/// its task.
fn notes(run: &RunRow) -> Option<ProcessorNotes> {
    let counters: Option<Counters> = run.counters.as_deref().and_then(|text| serde_json::from_str(text).ok());
    let notes = match counters {
        Some(counters) => {
            ProcessorNotes { validation_dropped: counters.validation_dropped, warnings: counters.warnings() }
        }
        None => {
            let left_out = run.result.as_deref().and_then(left_out);
            ProcessorNotes { validation_dropped: None, warnings: left_out.into_iter().collect() }
        }
    };
    (notes != ProcessorNotes::default()).then_some(notes)
}

fn inputs(body: &ProcessorTaskRequest) -> Vec<ProcessorDataSource> {
    match &body.inputs {
        Some(inputs) if !inputs.is_empty() => inputs.clone(),
        _ => body.data_source.iter().cloned().collect(),
    }
}

fn named(template: Option<TemplateParam>) -> TemplateParam {
    let mut template = template.unwrap_or_default();
    let known = template.id.as_deref().and_then(Template::parse);
    template.name = known.map(|known| known.english().to_owned());
    template
}

fn work_path(mut path: WorkPath, run: &RunRow) -> WorkPath {
    let output = Location { bucket: run.output_bucket.clone(), key: run.output_key.clone() };
    path.output_path = Some(output.written(Scheme::Slash));
    path.version_id = run.target_version.clone().filter(|_| run.status == 2);
    path
}

/// How far a run is; nothing is told of one that has ended.
pub(super) fn progress(inner: &Inner, run: &RunRow) -> ProcessorProgress {
    let Some(slot) = inner.slots.find(&run.run_id).filter(|_| run.status < 2) else {
        return ProcessorProgress::default();
    };
    let reading = slot.progress.read(inner.ctx.clock.now_ms());
    let is_known = reading.total > 0;
    ProcessorProgress {
        stage: Some(reading.stage.to_owned()),
        samples_done: Some(reading.done),
        samples_total: is_known.then_some(reading.total),
        samples_per_second: is_known.then_some(reading.per_second),
        eta_seconds: reading.eta_seconds,
    }
}
