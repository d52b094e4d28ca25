//! Listing and showing tasks and versions.

use super::view::{self, Current};
use crate::context::{read, tx};
use crate::error::ProcessingError;
use crate::processing::Processing;
use std::collections::HashMap;
use tidemill_api::modelarts::processing::{
    ProcessorDataSource, ProcessorProgress, ProcessorTask, ProcessorTaskVersion, ProcessorTaskVersions,
    ProcessorTasks,
};
use tidemill_meta::processing::{self, RunRow};
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
        let mut found = self.views(project).await?;
        found.retain(|task| matches(task, filter));
        match filter.order {
            TaskOrder::CreateTime => found.sort_by_key(|task| task.create_time),
            TaskOrder::Name => found.sort_by(|a, b| a.name.cmp(&b.name)),
            TaskOrder::Duration => found.sort_by_key(|task| task.duration_seconds),
        }
        if !filter.ascending {
            found.reverse();
        }
        let count = found.len();
        let mut tasks: Vec<_> = found.into_iter().skip(filter.offset).take(filter.limit).collect();
        if !filter.with_result {
            tasks.iter_mut().for_each(|task| task.result = None);
        }
        Ok(ProcessorTasks { count, tasks })
    }

    /// One task.
    pub async fn describe_task(
        &self,
        project: &ProjectId,
        task_id: &str,
    ) -> Result<ProcessorTask, ProcessingError> {
        let found = self.views(project).await?.into_iter().find(|task| task.task_id == task_id);
        found.ok_or(ProcessingError::NoTask)
    }

    /// All tasks of the project, newest last.
    async fn views(&self, project: &ProjectId) -> Result<Vec<ProcessorTask>, ProcessingError> {
        let id = project.as_str().to_owned();
        let (mut tasks, runs) = read!(self.0.ctx.meta, |tx, id| async {
            let tasks = processing::tasks_of(tx, &id).await?;
            Ok::<_, tidemill_meta::MetaError>((tasks, processing::runs_of_project(tx, &id).await?))
        })?;
        let current = Current::of(&runs);
        let mut by_task: HashMap<&str, Vec<&RunRow>> = HashMap::new();
        for run in &runs {
            by_task.entry(&run.task_id).or_default().push(run);
        }
        // Ties are listed in the same order at every call.
        tasks.reverse();
        let view = |task| {
            let runs = by_task.get(view::id(task)).map(Vec::as_slice).unwrap_or_default();
            view::task(&self.0, task, runs, &current)
        };
        tasks.iter().map(view).collect()
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
        if changed { Ok(()) } else { Err(ProcessingError::NoTask) }
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
        let mut runs = read!(self.0.ctx.meta, |tx, id| processing::runs_of_task(tx, &id))?;
        if !super::Template::parse(&task.template_id).is_some_and(super::Template::has_versions) {
            runs.clear();
        }
        match order {
            VersionOrder::CreateTime => runs.sort_by_key(|run| run.n),
            VersionOrder::Name => runs.sort_by(|a, b| a.version_name.cmp(&b.version_name)),
        }
        if !ascending {
            runs.reverse();
        }
        let page = runs.iter().skip(offset).take(limit);
        let versions = page.map(|run| view::version(&self.0, run)).collect::<Result<_, _>>()?;
        Ok(ProcessorTaskVersions { count: runs.len(), versions })
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
        let runs = read!(self.0.ctx.meta, |tx, id| processing::runs_of_task(tx, &id))?;
        Ok(runs.first().map(|run| view::progress(&self.0, run)).unwrap_or_default())
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

fn matches(task: &ProcessorTask, filter: &TaskFilter) -> bool {
    let name = filter.name.as_ref().map(|name| name.to_lowercase());
    let input = |of: fn(&ProcessorDataSource) -> &Option<String>, wanted: &Option<String>| {
        wanted.is_none() || task.inputs.iter().any(|input| of(input) == wanted)
    };
    let reads = |id: &String| {
        task.version_id.as_ref() == Some(id)
            || task.inputs.iter().any(|input| input.version_id.as_ref() == Some(id))
    };
    name.is_none_or(|name| task.name.to_lowercase().contains(&name))
        && filter.template_id.as_ref().is_none_or(|id| task.template.id.as_ref() == Some(id))
        && filter.status.is_none_or(|status| task.status == status)
        && filter.workspace_id.as_ref().is_none_or(|id| &task.workspace_id == id)
        && input(|input| &input.source, &filter.source)
        && input(|input| &input.kind, &filter.source_type)
        && (filter.versions.is_empty() || filter.versions.iter().any(reads))
        && (!filter.current_only || task.is_current)
}
