//! Listing and showing tasks and versions.

use super::view::{self, TaskRows};
use crate::context::{read, tx};
use crate::error::ProcessingError;
use crate::processing::Processing;
use tidemill_api::modelarts::processing::{
    ProcessorProgress, ProcessorTask, ProcessorTaskVersion, ProcessorTaskVersions, ProcessorTasks,
};
use tidemill_bucket::Location;
use tidemill_meta::processing::{self, RunRow, TaskKey};
use tidemill_meta::{MetaError, Tx};
use tidemill_model::ProjectId;

/// What tasks are ordered by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TaskOrder {
    /// When they were created.
    #[default]
    CreateTime,
    /// Their names.
    Name,
    /// How long they took.
    Duration,
}

/// What versions are ordered by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum VersionOrder {
    /// When they were created.
    #[default]
    CreateTime,
    /// Their names.
    Name,
}

/// Which tasks are wanted, and in which order.
#[derive(Clone, Debug, Default)]
pub struct TaskFilter {
    /// Part of the name, in any case.
    pub name: Option<String>,
    /// The kind.
    pub template_id: Option<String>,
    /// The state.
    pub status: Option<i64>,
    /// What one of the inputs names.
    pub source: Option<String>,
    /// The type of one of the inputs.
    pub source_type: Option<String>,
    /// One of these dataset versions is read.
    pub versions: Vec<String>,
    /// Only the newest completed of each kind and dataset version.
    pub current_only: bool,
    /// The workspace.
    pub workspace_id: Option<String>,
    /// With the results of feature analyses.
    pub with_result: bool,
    /// The order.
    pub order: TaskOrder,
    /// Smallest first.
    pub ascending: bool,
    /// Tasks to leave out before the page.
    pub offset: usize,
    /// The most tasks of the page.
    pub limit: usize,
}

impl Processing {
    /// One page of the project's tasks.
    pub async fn list_tasks(
        &self,
        project: &ProjectId,
        filter: &TaskFilter,
    ) -> Result<ProcessorTasks, ProcessingError> {
        let id = project.as_str().to_owned();
        let keys = read!(self.0.ctx.meta, |tx, id| processing::task_keys(tx, &id))?;
        let mut found = self.matching(keys, project, filter).await?;
        match filter.order {
            TaskOrder::CreateTime => {}
            TaskOrder::Name => found.sort_by(|a, b| a.name.cmp(&b.name)),
            TaskOrder::Duration => found.sort_by_key(|key| self.seconds(key)),
        }
        if !filter.ascending {
            found.reverse();
        }
        let count = found.len();
        let mut tasks = Vec::new();
        for key in found.iter().skip(filter.offset).take(filter.limit) {
            tasks.extend(self.find_task(project, &key.task_id).await?);
        }
        if !filter.with_result {
            tasks.iter_mut().for_each(|task| task.result = None);
        }
        Ok(ProcessorTasks { count, tasks })
    }

    /// The tasks that are wanted, oldest first. Requests are read only if the filter looks into them, one at a time.
    async fn matching(
        &self,
        keys: Vec<TaskKey>,
        project: &ProjectId,
        filter: &TaskFilter,
    ) -> Result<Vec<TaskKey>, ProcessingError> {
        let mut found: Vec<_> = keys.into_iter().filter(|key| is_wanted(key, filter)).collect();
        if !filter.looks_inside() {
            return Ok(found);
        }
        let mut wanted = Vec::new();
        for key in found.drain(..) {
            let task = self.find_task(project, &key.task_id).await?;
            if task.is_some_and(|task| matches(&task, filter)) {
                wanted.push(key);
            }
        }
        Ok(wanted)
    }

    fn seconds(&self, key: &TaskKey) -> i64 {
        key.newest.as_ref().map_or(0, |run| view::seconds(&self.0, run.created_ms, run.ended_ms))
    }

    /// One task.
    pub async fn describe_task(
        &self,
        project: &ProjectId,
        task_id: &str,
    ) -> Result<ProcessorTask, ProcessingError> {
        self.find_task(project, task_id).await?.ok_or_else(|| ProcessingError::no_task(task_id))
    }

    async fn find_task(
        &self,
        project: &ProjectId,
        task_id: &str,
    ) -> Result<Option<ProcessorTask>, ProcessingError> {
        let (project, id) = (project.as_str().to_owned(), task_id.to_owned());
        let rows = read!(self.0.ctx.meta, |tx, project, id| rows_of(tx, &project, &id))?;
        rows.map(|rows| view::task(&self.0, &rows)).transpose()
    }

    /// Changes the description of a task.
    pub async fn describe_as(
        &self,
        project: &ProjectId,
        task_id: &str,
        description: &str,
    ) -> Result<(), ProcessingError> {
        super::request::check_description(Some(description))?;
        let (project, id) = (project.as_str().to_owned(), task_id.to_owned());
        let (text, now_ms) = (description.to_owned(), self.0.ctx.clock.now_ms());
        let changed = tx!(self.0.ctx.meta, |tx, project, id, text| processing::describe_task(
            tx, &project, &id, &text, now_ms
        ))?;
        if changed { Ok(()) } else { Err(ProcessingError::no_task(task_id)) }
    }

    /// One page of the versions of a task.
    pub async fn list_versions(
        &self,
        project: &ProjectId,
        task_id: &str,
        order: VersionOrder,
        ascending: bool,
        (offset, limit): (usize, usize),
    ) -> Result<ProcessorTaskVersions, ProcessingError> {
        let task = self.task(project, task_id).await?;
        let id = task.task_id.clone();
        if !super::Template::parse(&task.template_id).is_some_and(super::Template::has_versions) {
            return Ok(ProcessorTaskVersions { count: 0, versions: Vec::new() });
        }
        let (how, page) = ((order == VersionOrder::Name, ascending), (offset as u64, limit as u64));
        let (count, runs) = read!(self.0.ctx.meta, |tx, id| page_of(tx, &id, how, page))?;
        let versions = runs.iter().map(|run| view::version(&self.0, run)).collect::<Result<_, _>>()?;
        Ok(ProcessorTaskVersions { count: usize::try_from(count).unwrap_or(usize::MAX), versions })
    }

    /// How far a version is; for a feature analysis, its task's id stands for both.
    pub async fn progress(
        &self,
        project: &ProjectId,
        task_id: &str,
        run_id: &str,
    ) -> Result<ProcessorProgress, ProcessingError> {
        if run_id != task_id {
            return Ok(view::progress(&self.0, &self.run(project, task_id, run_id).await?));
        }
        let id = self.task(project, task_id).await?.task_id;
        let newest = read!(self.0.ctx.meta, |tx, id| processing::newest_run(tx, &id))?;
        Ok(newest.map(|run| view::progress(&self.0, &run)).unwrap_or_default())
    }

    /// One version.
    pub async fn describe_version(
        &self,
        project: &ProjectId,
        task_id: &str,
        run_id: &str,
    ) -> Result<ProcessorTaskVersion, ProcessingError> {
        view::version(&self.0, &self.run(project, task_id, run_id).await?)
    }
}

impl TaskFilter {
    /// Whether it asks for what only the request of a task says.
    fn looks_inside(&self) -> bool {
        self.workspace_id.is_some()
            || self.source.is_some()
            || self.source_type.is_some()
            || !self.versions.is_empty()
            || self.current_only
    }
}

async fn rows_of(tx: &mut dyn Tx, project: &str, task_id: &str) -> Result<Option<TaskRows>, MetaError> {
    let Some(task) = processing::find_task(tx, project, task_id).await? else { return Ok(None) };
    let newest = processing::newest_run(tx, task_id).await?;
    let runs = processing::count_runs(tx, task_id).await?;
    let is_current = match newest.as_ref().filter(|run| run.status == 2) {
        Some(RunRow { run_id, template_id, input_version: Some(version), .. }) => {
            let current = processing::current_run(tx, project, template_id, version).await?;
            current.as_ref() == Some(run_id)
        }
        _ => false,
    };
    Ok(Some(TaskRows { task, newest, runs, is_current }))
}

async fn page_of(
    tx: &mut dyn Tx,
    task_id: &str,
    how: (bool, bool),
    page: (u64, u64),
) -> Result<(u64, Vec<RunRow>), MetaError> {
    let count = processing::count_runs(tx, task_id).await?;
    Ok((count, processing::runs_page(tx, task_id, how, page).await?))
}

fn is_wanted(key: &TaskKey, filter: &TaskFilter) -> bool {
    let name = filter.name.as_ref().map(|name| name.to_lowercase());
    let status = key.newest.as_ref().map_or(0, |run| run.status);
    name.is_none_or(|name| key.name.to_lowercase().contains(&name))
        && filter.template_id.as_ref().is_none_or(|id| key.template_id == *id)
        && filter.status.is_none_or(|wanted| status == wanted)
}

fn matches(task: &ProcessorTask, filter: &TaskFilter) -> bool {
    let is_source = |wanted: &String| {
        task.inputs.iter().filter_map(|input| input.source.as_ref()).any(|source| is_same(source, wanted))
    };
    let is_type = |wanted: &String| task.inputs.iter().any(|input| input.kind.as_ref() == Some(wanted));
    let reads = |id: &String| {
        task.version_id.as_ref() == Some(id)
            || task.inputs.iter().any(|input| input.version_id.as_ref() == Some(id))
    };
    filter.workspace_id.as_ref().is_none_or(|id| &task.workspace_id == id)
        && filter.source.as_ref().is_none_or(is_source)
        && filter.source_type.as_ref().is_none_or(is_type)
        && (filter.versions.is_empty() || filter.versions.iter().any(reads))
        && (!filter.current_only || task.is_current)
}

/// Whether two sources are the same: paths in any spelling, or ids.
fn is_same(one: &str, other: &str) -> bool {
    let place = |text: &str| Location::parse(text).ok().map(Location::as_dir);
    one == other || place(one).is_some_and(|one| place(other) == Some(one))
}
