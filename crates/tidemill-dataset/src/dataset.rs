//! What a dataset is.

use crate::error::{Activity, DatasetError};
use crate::label::Label;
use crate::{DatasetId, DatasetType};
use serde_json::{Map, Value};
use tidemill_bucket::Location;
use tidemill_meta::dataset::{self as rows, DatasetRow};
use tidemill_meta::{MetaError, Tx};
use tidemill_model::ProjectId;

/// What a dataset is doing, with the codes of the API.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DatasetStatus {
    /// It is being created.
    Creating,
    /// Nothing.
    Normal,
    /// It is being deleted.
    Deleting,
    /// It is deleted.
    Deleted,
    /// Something failed that leaves it unusable.
    Abnormal,
    /// Its input is read again.
    Synchronizing,
    /// A version is being made.
    Publishing,
    /// Its samples are being replaced by a version's.
    Switching,
    /// Samples are being imported.
    Importing,
}

impl DatasetStatus {
    const ALL: [Self; 9] = [
        Self::Creating,
        Self::Normal,
        Self::Deleting,
        Self::Deleted,
        Self::Abnormal,
        Self::Synchronizing,
        Self::Publishing,
        Self::Switching,
        Self::Importing,
    ];

    /// Its code on the wire, 0 to 8.
    pub fn code(self) -> i64 {
        self as i64
    }

    pub(crate) fn from_code(code: i64) -> Result<Self, MetaError> {
        let found = Self::ALL.into_iter().find(|status| status.code() == code);
        found.ok_or_else(|| MetaError::Unexpected(format!("dataset status {code}")))
    }

    /// What keeps others waiting in this state.
    pub fn activity(self) -> Option<Activity> {
        match self {
            Self::Normal | Self::Abnormal => None,
            Self::Creating => Some(Activity::Creating),
            Self::Deleting | Self::Deleted => Some(Activity::Deleting),
            Self::Synchronizing => Some(Activity::Synchronizing),
            Self::Publishing => Some(Activity::Publishing),
            Self::Switching => Some(Activity::Switching),
            Self::Importing => Some(Activity::Importing),
        }
    }
}

/// A directory of the layout every dataset has below its work path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Directory {
    /// Versions: manifests and label files.
    Annotation,
    /// Samples the server wrote.
    Data,
    /// Logs.
    Logs,
    /// What is needed for a while.
    Temp,
    /// What tasks write.
    Task,
}

impl Directory {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Annotation, Self::Data, Self::Logs, Self::Temp, Self::Task];

    /// Its name below the dataset's own directory.
    pub fn name(self) -> &'static str {
        match self {
            Self::Annotation => "annotation",
            Self::Data => "data",
            Self::Logs => "logs",
            Self::Temp => "temp",
            Self::Task => "task",
        }
    }
}

/// What the creator of a dataset asked for, kept and echoed as it was sent.
pub type Definition = Map<String, Value>;

/// What is needed to make a dataset. The paths are as they were sent.
#[derive(Clone, Debug)]
pub struct NewDataset {
    /// 1 to 100 letters, digits, `_`, `-`; unique in the project.
    pub name: String,
    /// What its samples are.
    pub kind: DatasetType,
    /// Free text, at most 256 characters.
    pub description: String,
    /// Id of the workspace, `0` for the default one.
    pub workspace: String,
    /// Where samples come from: `data_sources[0].data_path`.
    pub input_path: String,
    /// Below which the dataset gets its directory.
    pub work_path: String,
    /// Labels to begin with.
    pub labels: Vec<Label>,
    /// The members of the request that answers echo.
    pub definition: Definition,
}

/// A dataset.
#[derive(Clone, Debug, PartialEq)]
pub struct Dataset {
    /// Its id.
    pub id: DatasetId,
    /// The project it belongs to.
    pub project: ProjectId,
    /// Its name.
    pub name: String,
    /// What its samples are.
    pub kind: DatasetType,
    /// What it is doing.
    pub status: DatasetStatus,
    /// Free text.
    pub description: String,
    /// Id of its workspace.
    pub workspace: String,
    /// The directory samples come from.
    pub input: Location,
    /// Its own directory, `<work_path><name>-<id>/`.
    pub work: Location,
    /// What its creator asked for.
    pub definition: Definition,
    /// When it was created, in ms since the epoch.
    pub created_ms: i64,
    /// When it was last changed, in ms since the epoch.
    pub updated_ms: i64,
    /// When its samples were last changed, in ms since the epoch.
    pub data_updated_ms: i64,
    /// Id of its current version.
    pub current_version: Option<String>,
    /// Number the next version without a name gets.
    pub next_version_num: i64,
    /// Id of the import its creation started.
    pub import_task_id: Option<String>,
    /// Samples deleted since it was created.
    pub deleted_samples: u64,
    /// Samples it has.
    pub sample_count: u64,
}

impl Dataset {
    pub(crate) fn of(row: DatasetRow) -> Result<Self, MetaError> {
        let broken = |what: &str| MetaError::Unexpected(format!("{what} of dataset {}", row.dataset_id));
        let place = |text: &str| Location::parse(&format!("/{text}")).map_err(|_| broken("a path"));
        let definition = serde_json::from_str(&row.definition).map_err(|_| broken("the definition"))?;
        Ok(Self {
            id: DatasetId::parse(&row.dataset_id).ok_or_else(|| broken("the id"))?,
            project: ProjectId::parse(&row.project).ok_or_else(|| broken("the project"))?,
            kind: DatasetType::from_code(row.dataset_type).ok_or_else(|| broken("the type"))?,
            status: DatasetStatus::from_code(row.status)?,
            input: place(&row.input)?,
            work: place(&row.work)?,
            definition,
            name: row.name,
            description: row.description,
            workspace: row.workspace,
            created_ms: row.created_ms,
            updated_ms: row.updated_ms,
            data_updated_ms: row.data_updated_ms,
            current_version: row.current_version,
            next_version_num: row.next_version_num,
            import_task_id: row.import_task_id,
            deleted_samples: u64::try_from(row.deleted_samples).unwrap_or_default(),
            sample_count: u64::try_from(row.sample_count).unwrap_or_default(),
        })
    }

    /// One of the directories below its own, with a slash at the end.
    pub fn directory(&self, which: Directory) -> Location {
        self.work.join(&format!("{}/", which.name()))
    }

    /// Refuses while its samples are being replaced, frozen or deleted.
    pub(crate) fn may_grow(&self) -> Result<(), DatasetError> {
        match self.status.activity() {
            Some(Activity::Publishing) => Err(DatasetError::LabelingWhilePublishing),
            Some(activity @ (Activity::Switching | Activity::Creating | Activity::Deleting)) => {
                Err(DatasetError::Busy(activity))
            }
            Some(Activity::Importing | Activity::Synchronizing) | None => Ok(()),
        }
    }

    /// Refuses unless nothing else is going on with it.
    pub fn idle(&self) -> Result<(), DatasetError> {
        self.status.activity().map_or(Ok(()), |activity| Err(DatasetError::Busy(activity)))
    }
}

/// Refuses to add samples to a dataset that is gone, or whose samples a version is being made of or is replacing.
pub(crate) async fn may_add(tx: &mut dyn Tx, id: &str) -> Result<(), DatasetError> {
    let row = rows::dataset_by_id(tx, id).await?;
    Dataset::of(row.ok_or_else(|| DatasetError::Unknown(id.to_owned()))?)?.may_grow()
}

/// Refuses to change labels or samples of a dataset that is gone, or whose samples a version is being made of
/// or is replacing.
pub(crate) async fn may_label(tx: &mut dyn Tx, dataset: &Dataset) -> Result<(), DatasetError> {
    let id = dataset.id.as_str();
    let row = rows::dataset(tx, dataset.project.as_str(), id).await?;
    Dataset::of(row.ok_or_else(|| DatasetError::Unknown(id.to_owned()))?)?.may_grow()
}
