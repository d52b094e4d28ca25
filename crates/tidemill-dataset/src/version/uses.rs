//! Who uses versions, and what processing says of them.

use super::error::VersionError;
use super::{read, tx};
use crate::Datasets;
use serde_json::Value;
use tidemill_meta::MetaError;
use tidemill_meta::dataset::{self as rows, VersionTasksRow};

/// A feature analysis of a version.
#[derive(Clone, Debug, PartialEq)]
pub struct Analysis {
    /// The task.
    pub task_id: String,
    /// Its state, as a code of the API.
    pub status: i64,
    /// Where its result is kept, as the API shows it.
    pub path: Option<String>,
    /// Its result.
    pub result: Option<Value>,
}

/// What processing says of a version.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct VersionTasks {
    /// The feature analysis that ran last.
    pub analysis: Option<Analysis>,
    /// The processing task that made it, and its state as a code of the API.
    pub processor: Option<(String, i64)>,
}

impl Datasets {
    /// Keeps a version from being deleted until `holder` releases it. Durable when this returns.
    ///
    /// # Errors
    /// [`VersionError::Dataset`].
    pub async fn hold_version(&self, version: &str, holder: &str) -> Result<(), VersionError> {
        let (version, holder) = (version.to_owned(), holder.to_owned());
        let held = tx!(self.meta(), |tx, version, holder| rows::hold_version(tx, &version, &holder));
        held.map_err(|error: MetaError| error.into())
    }

    /// The holder does not need the version any more.
    ///
    /// # Errors
    /// [`VersionError::Dataset`].
    pub async fn release_version(&self, version: &str, holder: &str) -> Result<(), VersionError> {
        let (version, holder) = (version.to_owned(), holder.to_owned());
        let released = tx!(self.meta(), |tx, version, holder| rows::release_version(tx, &version, &holder));
        released.map_err(|error: MetaError| error.into())
    }

    /// Notes what a feature analysis of a version does.
    ///
    /// # Errors
    /// [`VersionError::Dataset`].
    pub async fn set_analysis(&self, version: &str, analysis: Analysis) -> Result<(), VersionError> {
        let row = VersionTasksRow {
            analysis_task_id: Some(analysis.task_id),
            analysis_status: Some(analysis.status),
            analysis_path: analysis.path,
            analysis: analysis.result.map(|result| result.to_string()),
            ..VersionTasksRow::default()
        };
        let version = version.to_owned();
        let set = tx!(self.meta(), |tx, version, row| rows::set_version_analysis(tx, &version, &row));
        set.map_err(|error: MetaError| error.into())
    }

    /// Notes which processing task made a version, and its state as a code of the API.
    ///
    /// # Errors
    /// [`VersionError::Dataset`].
    pub async fn set_processor(&self, version: &str, task: &str, status: i64) -> Result<(), VersionError> {
        let (version, task) = (version.to_owned(), task.to_owned());
        let set =
            tx!(self.meta(), |tx, version, task| rows::set_version_processor(tx, &version, &task, status));
        set.map_err(|error: MetaError| error.into())
    }

    /// What processing says of a version.
    ///
    /// # Errors
    /// [`VersionError::Dataset`].
    pub async fn version_tasks(&self, version: &str) -> Result<VersionTasks, VersionError> {
        let version = version.to_owned();
        let row: VersionTasksRow = read!(self.meta(), |tx, version| rows::version_tasks(tx, &version))
            .map_err(|error: MetaError| VersionError::from(error))?;
        let analysis = row.analysis_task_id.map(|task_id| Analysis {
            task_id,
            status: row.analysis_status.unwrap_or_default(),
            path: row.analysis_path,
            result: row.analysis.and_then(|text| serde_json::from_str(&text).ok()),
        });
        let status = row.processor_task_status.unwrap_or_default();
        Ok(VersionTasks { analysis, processor: row.processor_task_id.map(|id| (id, status)) })
    }
}
