//! Creating tasks and versions.

use super::Request;
use super::request::check_name;
use crate::context::{read, tx};
use crate::error::ProcessingError;
use crate::processing::Processing;
use tidemill_api::modelarts::processing::ProcessorTaskRequest;
use tidemill_meta::processing::{self, RunRow, TaskRow};
use tidemill_meta::{MetaError, dataset};
use tidemill_model::{ProjectId, random_id};
use tidemill_vision::seed::TaskSeed;

impl Processing {
    /// Creates a task, with its first version if the request asks for it; a feature analysis begins at once.
    pub async fn create_task(
        &self,
        project: &ProjectId,
        body: ProcessorTaskRequest,
    ) -> Result<String, ProcessingError> {
        let name = body.name.clone().unwrap_or_default();
        check_name(&name)?;
        let request = Request::read(&body)?;
        let with_version = match (request.template.has_versions(), body.create_version) {
            (true, wanted) => wanted.unwrap_or(false),
            (false, Some(true)) => {
                return Err(ProcessingError::Invalid(
                    "The value true of create_version is invalid for sys_data_analyse. Allowed: false."
                        .into(),
                ));
            }
            (false, _) => true,
        };
        let task = self.task_row(project, &name, &body, &request)?;
        let run = match with_version {
            true => Some(self.run_row(project, &task, body, &request).await?),
            false => {
                self.find_inputs(project, &mut body.clone(), &request).await?;
                None
            }
        };
        let task_id = task.task_id.clone();
        // Not given up with the request: a run that is stored begins.
        let begun = tokio::spawn(self.clone().begin_task(task, run)).await;
        match begun.map_err(|e| ProcessingError::Internal(e.to_string()))?? {
            Inserted::Done(_) => Ok(task_id),
            Inserted::NotThere => Err(ProcessingError::NameTaken(name)),
            Inserted::VersionTaken(name) => Err(ProcessingError::VersionExists(name)),
        }
    }

    /// Stores a task and begins its run, unless a name is taken. The slot comes first, so that whoever stops or
    /// deletes the run finds it from the moment on at which it is stored.
    async fn begin_task(self, task: TaskRow, run: Option<RunRow>) -> Result<Inserted, MetaError> {
        let taken = run.as_ref().map(|run| self.0.slots.take(&run.run_id));
        let inserted = tx!(self.0.ctx.meta, |tx, task, run| insert(tx, task, run))?;
        if let (Inserted::Done(Some(run)), Some(taken)) = (&inserted, taken) {
            self.start(RunRow::clone(run), taken);
        }
        Ok(inserted)
    }

    /// Stores a run of a task and begins it, as [`Self::begin_task`] does.
    async fn begin_version(self, run: RunRow) -> Result<Inserted, MetaError> {
        let taken = self.0.slots.take(&run.run_id);
        let inserted = tx!(self.0.ctx.meta, |tx, run| insert_version(tx, run))?;
        if let Inserted::Done(Some(run)) = &inserted {
            self.start(RunRow::clone(run), taken);
        }
        Ok(inserted)
    }

    /// Adds a version to a task and starts it; what the request leaves out comes from the task.
    pub async fn create_version(
        &self,
        project: &ProjectId,
        task_id: &str,
        body: ProcessorTaskRequest,
    ) -> Result<String, ProcessingError> {
        let task = self.task(project, task_id).await?;
        let body = completed(body, &task)?;
        let request = Request::read(&body)?;
        if !request.template.has_versions() {
            return Err(ProcessingError::Invalid(
                "A feature analysis has no versions: it is one run, which begins with its task. Allowed: tasks of \
                 other templates; create another task for another analysis."
                    .into(),
            ));
        }
        if request.template.id() != task.template_id {
            return Err(ProcessingError::Invalid(format!(
                "The template.id {} is invalid for a version of this task. Allowed: {}.",
                request.template.id(),
                task.template_id
            )));
        }
        let run = self.run_row(project, &task, body, &request).await?;
        let run_id = run.run_id.clone();
        let begun = tokio::spawn(self.clone().begin_version(run)).await;
        match begun.map_err(|e| ProcessingError::Internal(e.to_string()))?? {
            Inserted::Done(_) => Ok(run_id),
            Inserted::NotThere => Err(ProcessingError::no_task(task_id)),
            Inserted::VersionTaken(name) => Err(ProcessingError::VersionExists(name)),
        }
    }

    pub(crate) async fn task(&self, project: &ProjectId, task_id: &str) -> Result<TaskRow, ProcessingError> {
        let (project, id) = (project.as_str().to_owned(), task_id.to_owned());
        let found = read!(self.0.ctx.meta, |tx, project, id| processing::find_task(tx, &project, &id))?;
        found.ok_or_else(|| ProcessingError::no_task(task_id))
    }

    fn task_row(
        &self,
        project: &ProjectId,
        name: &str,
        body: &ProcessorTaskRequest,
        request: &Request,
    ) -> Result<TaskRow, ProcessingError> {
        let now_ms = self.0.ctx.clock.now_ms();
        Ok(TaskRow {
            task_id: random_id(),
            project: project.as_str().to_owned(),
            name: name.to_owned(),
            template_id: request.template.id().to_owned(),
            spec: stored(body)?,
            description: body.description.clone().unwrap_or_default(),
            created_ms: now_ms,
            updated_ms: now_ms,
            next_version: 1,
        })
    }

    /// A run of the task, after everything it reads and writes was found.
    async fn run_row(
        &self,
        project: &ProjectId,
        task: &TaskRow,
        mut body: ProcessorTaskRequest,
        request: &Request,
    ) -> Result<RunRow, ProcessingError> {
        let run_id = random_id();
        let resolved = self.resolve(project, &mut body, request, &run_id).await?;
        // What the server filled in says more, such as which metrics apply.
        Request::read(&body)?;
        let now_ms = self.0.ctx.clock.now_ms();
        Ok(RunRow {
            task_id: task.task_id.clone(),
            project: task.project.clone(),
            template_id: task.template_id.clone(),
            n: 0,
            version_name: String::new(),
            status: 0,
            sealed: false,
            spec: stored(&body)?,
            description: body.description.unwrap_or_default(),
            output_bucket: resolved.output.bucket,
            output_key: resolved.output.key,
            seed: hex::encode(TaskSeed::of_task(&run_id).0),
            run_id,
            created_ms: now_ms,
            updated_ms: now_ms,
            ended_ms: None,
            samples: None,
            counters: None,
            error_msg: None,
            result: None,
            input_version: resolved.input_version,
            target_dataset: resolved.target_dataset,
            target_version: None,
        })
    }
}

fn stored(body: &ProcessorTaskRequest) -> Result<String, ProcessingError> {
    serde_json::to_string(body).map_err(|e| ProcessingError::Internal(e.to_string()))
}

/// The request of a version with what it leaves out taken from its task.
fn completed(
    mut body: ProcessorTaskRequest,
    task: &TaskRow,
) -> Result<ProcessorTaskRequest, ProcessingError> {
    let whole: ProcessorTaskRequest =
        serde_json::from_str(&task.spec).map_err(|e| ProcessingError::Internal(e.to_string()))?;
    if body.data_source.is_none() && body.inputs.as_ref().is_none_or(Vec::is_empty) {
        (body.data_source, body.inputs) = (whole.data_source, whole.inputs);
    }
    body.template = body.template.or(whole.template);
    body.work_path = body.work_path.or(whole.work_path);
    body.version_id = body.version_id.or(whole.version_id);
    body.workspace_id = body.workspace_id.or(whole.workspace_id);
    Ok(body)
}

/// What came of storing a task or a run.
enum Inserted {
    /// It is stored, with the run that begins.
    Done(Option<Box<RunRow>>),
    /// A task of that name is there already, or the task of a version is not.
    NotThere,
    /// The dataset has a version of this name, or a run that has not ended will make one.
    VersionTaken(String),
}

async fn insert(
    tx: &mut dyn tidemill_meta::Tx,
    task: TaskRow,
    run: Option<RunRow>,
) -> Result<Inserted, MetaError> {
    // Before anything is stored: what is refused leaves nothing.
    if let Some(name) = taken_version(tx, run.as_ref()).await? {
        return Ok(Inserted::VersionTaken(name));
    }
    if !processing::insert_task(tx, &task).await? {
        return Ok(Inserted::NotThere);
    }
    match run {
        Some(run) => insert_version(tx, run).await,
        None => Ok(Inserted::Done(None)),
    }
}

async fn insert_version(tx: &mut dyn tidemill_meta::Tx, mut run: RunRow) -> Result<Inserted, MetaError> {
    if let Some(name) = taken_version(tx, Some(&run)).await? {
        return Ok(Inserted::VersionTaken(name));
    }
    let Some(n) = processing::next_version(tx, &run.task_id).await? else { return Ok(Inserted::NotThere) };
    run.n = n;
    run.version_name = format!("V{n:03}");
    processing::insert_run(tx, &run).await?;
    Ok(Inserted::Done(Some(Box::new(run))))
}

/// The name of the dataset version that a run is to make, if it is taken: by a version, or by another run.
async fn taken_version(
    tx: &mut dyn tidemill_meta::Tx,
    run: Option<&RunRow>,
) -> Result<Option<String>, MetaError> {
    let Some((id, name)) = run.and_then(named_version) else { return Ok(None) };
    let is_same = |other: &RunRow| named_version(other).is_some_and(|other| other == (id, name.clone()));
    let is_taken = dataset::version_named(tx, id, &name).await?.is_some()
        || processing::unfinished_runs(tx).await?.iter().any(is_same);
    Ok(Some(name).filter(|_| is_taken))
}

/// The dataset that a run makes a version of, and the version's name if the request gives one.
fn named_version(run: &RunRow) -> Option<(&str, String)> {
    let body: ProcessorTaskRequest = serde_json::from_str(&run.spec).ok()?;
    let name = body.work_path?.version_name.filter(|name| !name.is_empty())?;
    Some((run.target_dataset.as_deref()?, name))
}
