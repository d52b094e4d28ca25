//! Reading versions.

use super::canonical::VersionEntries;
use super::error::VersionError;
use super::options::VersionOptions;
use super::read;
use super::summary::{LabelSummary, Summary};
use crate::dataset::Dataset;
use crate::{DatasetType, Datasets};
use tidemill_bucket::Location;
use tidemill_meta::dataset::{self as rows, VersionRow};
use tidemill_meta::{MetaError, Tx};
use tidemill_model::ProjectId;

/// A label of a version with its counts.
pub type VersionLabel = LabelSummary;

/// What a version is doing, with the codes of the API.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VersionStatus {
    /// It is being made.
    Creating,
    /// It can be used.
    Normal,
    /// It could not be made.
    Failed,
}

impl VersionStatus {
    /// Its code on the wire: 0, 1 or 4.
    pub const fn code(self) -> i64 {
        match self {
            Self::Creating => rows::VERSION_CREATING,
            Self::Normal => rows::VERSION_NORMAL,
            Self::Failed => rows::VERSION_FAILED,
        }
    }
}

/// A version of a dataset.
#[derive(Clone, Debug, PartialEq)]
pub struct Version {
    /// Its id.
    pub id: String,
    /// Its dataset.
    pub dataset_id: String,
    /// What the samples of the dataset are.
    pub kind: DatasetType,
    /// Its name.
    pub name: String,
    /// What it is doing.
    pub status: VersionStatus,
    /// Whether it is the dataset's current version.
    pub is_current: bool,
    /// Why it failed, or which objects had changed; else empty.
    pub message: String,
    /// Free text.
    pub description: String,
    /// How it was made.
    pub options: VersionOptions,
    /// When it was asked for, in ms since the epoch.
    pub created_ms: i64,
    /// When it last changed, in ms since the epoch.
    pub updated_ms: i64,
    /// SHA-256 of its canonical manifest: equal content has an equal identity. Empty until it is normal.
    pub identity: String,
    /// Its public manifest.
    pub manifest: Location,
    /// The version that was current before it.
    pub previous: Option<String>,
    /// What is in it; known when it is normal.
    pub summary: Summary,
    /// The labels of the dataset with their counts in it; known when it is normal.
    pub labels: Vec<VersionLabel>,
}

impl Version {
    /// `annotation/<V>/`, where its files are.
    pub fn directory(&self) -> Location {
        let key = self.manifest.key.rsplit_once('/').map_or("", |(directory, _)| directory);
        Location { bucket: self.manifest.bucket.clone(), key: format!("{key}/") }
    }

    fn of(row: VersionRow, dataset: &Dataset) -> Result<Self, MetaError> {
        let broken = |what: &str| MetaError::Unexpected(format!("{what} of version {}", row.version_id));
        let status = match row.status {
            rows::VERSION_CREATING => VersionStatus::Creating,
            rows::VERSION_NORMAL => VersionStatus::Normal,
            _ => VersionStatus::Failed,
        };
        let options = serde_json::from_str(&row.options).map_err(|_| broken("the options"))?;
        let manifest = Location::parse(&format!("/{}", row.manifest)).map_err(|_| broken("the manifest"))?;
        let (mut summary, mut labels, mut identity) = (Summary::default(), Vec::new(), String::new());
        if status == VersionStatus::Normal {
            summary = serde_json::from_str(&row.summary).map_err(|_| broken("the counts"))?;
            labels = serde_json::from_str(&row.labels).map_err(|_| broken("the labels"))?;
            identity = row.identity;
        }
        Ok(Self {
            is_current: dataset.current_version.as_deref() == Some(&row.version_id),
            kind: dataset.kind,
            id: row.version_id,
            dataset_id: row.dataset_id,
            name: row.name,
            status,
            message: row.message,
            description: row.description,
            options,
            created_ms: row.created_ms,
            updated_ms: row.updated_ms,
            identity,
            manifest,
            previous: row.previous,
            summary,
            labels,
        })
    }
}

impl Datasets {
    /// The versions of a dataset, newest first.
    ///
    /// # Errors
    /// [`VersionError::Dataset`].
    pub async fn versions(&self, project: &ProjectId, dataset: &str) -> Result<Vec<Version>, VersionError> {
        let dataset = self.get(project, dataset).await?;
        let id = dataset.id.to_string();
        let found: Vec<VersionRow> = read!(self.meta(), |tx, id| rows::versions_of(tx, &id))
            .map_err(|e: MetaError| VersionError::from(e))?;
        Ok(found.into_iter().map(|row| Version::of(row, &dataset)).collect::<Result<_, _>>()?)
    }

    /// How many versions a dataset has, and the name of its current one.
    ///
    /// # Errors
    /// [`VersionError::Dataset`].
    pub async fn version_brief(&self, dataset: &Dataset) -> Result<(u64, Option<String>), VersionError> {
        let (id, current) = (dataset.id.to_string(), dataset.current_version.clone());
        read!(self.meta(), |tx, id, current| brief(tx, &id, current.as_deref()))
            .map_err(|error: MetaError| error.into())
    }

    /// One version of a dataset.
    ///
    /// # Errors
    /// [`VersionError::Dataset`], [`VersionError::Unknown`].
    pub async fn version(
        &self,
        project: &ProjectId,
        dataset: &str,
        version: &str,
    ) -> Result<Version, VersionError> {
        let dataset = self.get(project, dataset).await?;
        let (id, version) = (dataset.id.to_string(), version.to_owned());
        let row = read!(self.meta(), |tx, id, version| row_of(tx, &id, &version))?;
        Ok(Version::of(row, &dataset)?)
    }

    pub(super) async fn version_of(
        &self,
        project: &ProjectId,
        row: VersionRow,
    ) -> Result<Version, VersionError> {
        let dataset = self.get(project, &row.dataset_id).await?;
        Ok(Version::of(row, &dataset)?)
    }

    /// The samples of a version, in the order of their places.
    ///
    /// # Errors
    /// [`VersionError::Unknown`], [`VersionError::NotNormal`], [`VersionError::Failed`].
    pub async fn version_entries(
        &self,
        project: &ProjectId,
        dataset: &str,
        version: &str,
    ) -> Result<VersionEntries, VersionError> {
        let dataset = self.get(project, dataset).await?;
        let (id, version) = (dataset.id.to_string(), version.to_owned());
        let row = read!(self.meta(), |tx, id, version| row_of(tx, &id, &version))?;
        if row.status != rows::VERSION_NORMAL {
            return Err(VersionError::NotNormal(row.version_id));
        }
        self.open_entries(&row).await
    }

    pub(super) async fn open_entries(&self, row: &VersionRow) -> Result<VersionEntries, VersionError> {
        let opened = VersionEntries::open(self.artefacts(), &row.identity).await;
        opened.map_err(|error| VersionError::Failed(error.to_string()))
    }
}

async fn brief(
    tx: &mut dyn Tx,
    dataset: &str,
    current: Option<&str>,
) -> Result<(u64, Option<String>), MetaError> {
    let (count, _) = rows::version_count(tx, dataset).await?;
    let current = match current {
        Some(id) => rows::version(tx, id).await?,
        None => None,
    };
    Ok((count, current.map(|row| row.name)))
}

/// The row of a version of this dataset.
pub(super) async fn row_of(
    tx: &mut dyn Tx,
    dataset: &str,
    version: &str,
) -> Result<VersionRow, VersionError> {
    let row = rows::version(tx, version).await?.filter(|row| row.dataset_id == dataset);
    row.ok_or_else(|| VersionError::Unknown(version.chars().take(80).collect()))
}
