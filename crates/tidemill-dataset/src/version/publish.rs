//! Publishing the working samples: the request. What follows is in [`super::make`].

use super::error::VersionError;
use super::options::NewVersion;
use super::split::SplitError;
use super::tx;
use crate::dataset::{Dataset, DatasetStatus, Directory};
use crate::{DatasetError, Datasets};
use tidemill_meta::dataset::{self as rows, VersionRow};
use tidemill_meta::{MetaError, Tx};
use tidemill_model::limits::VERSIONS_PER_DATASET_MAX;
use tidemill_model::{ProjectId, random_id};

/// When versions may be published.
#[derive(Clone, Copy)]
struct Pace {
    now_ms: i64,
    interval_ms: i64,
}

impl Datasets {
    /// Begins to publish the working samples as a new version; its id. Durable when this returns: the version
    /// is being made (status 0), the dataset is publishing (status 6), and both stay so until it is made or has
    /// failed, over restarts as well.
    ///
    /// # Errors
    /// [`VersionError`]: unknown or busy dataset, name taken, too frequent, too many, impossible split.
    pub async fn publish(
        &self,
        project: &ProjectId,
        dataset: &str,
        new: NewVersion,
    ) -> Result<String, VersionError> {
        let dataset = self.get(project, dataset).await?;
        new.check(&dataset)?;
        let interval_ms = i64::try_from(self.publish_interval().as_millis()).unwrap_or(i64::MAX);
        let pace = Pace { now_ms: self.clock().now_ms(), interval_ms };
        let (project, id, version_id) = (project.clone(), dataset.id.to_string(), random_id());
        let (dataset, version) = tx!(self.meta(), |tx, project, id, version_id, new| begin(
            tx, &project, &id, version_id, &new, pace
        ))?;
        let id = version.version_id.clone();
        self.make_in_background(dataset, version);
        Ok(id)
    }
}

async fn begin(
    tx: &mut dyn Tx,
    project: &ProjectId,
    id: &str,
    version_id: String,
    new: &NewVersion,
    pace: Pace,
) -> Result<(Dataset, VersionRow), VersionError> {
    let row = rows::dataset(tx, project.as_str(), id).await?;
    let dataset = Dataset::of(row.ok_or_else(|| DatasetError::Unknown(id.to_owned()))?)?;
    dataset.idle()?;
    check_pace(tx, id, pace).await?;
    check_split(tx, &dataset, new).await?;
    let version = insert(tx, &dataset, version_id, new, String::new(), pace.now_ms).await?;
    Ok((dataset, version))
}

async fn check_pace(tx: &mut dyn Tx, id: &str, pace: Pace) -> Result<(), VersionError> {
    let (_, last_ms) = rows::version_count(tx, id).await?;
    match last_ms {
        Some(last_ms) if pace.now_ms < last_ms.saturating_add(pace.interval_ms) => {
            Err(VersionError::TooFrequent(pace.interval_ms.unsigned_abs() / 1000))
        }
        _ => Ok(()),
    }
}

/// Refuses early what can be seen to be impossible without walking over the samples.
async fn check_split(tx: &mut dyn Tx, dataset: &Dataset, new: &NewVersion) -> Result<(), VersionError> {
    let is_split = new.options.share().is_some_and(|share| share > 0.0 && share < 1.0);
    if !is_split || !dataset.kind.can_be_split() {
        return Ok(());
    }
    let counts = rows::label_counts(tx, dataset.id.as_str(), true).await?;
    match counts.into_iter().find(|label| label.samples < 2) {
        Some(label) => Err(SplitError::TooFew(label.name).into()),
        None => Ok(()),
    }
}

/// Adds the row of a version that is going to be made, and makes the dataset publish.
pub(super) async fn insert(
    tx: &mut dyn Tx,
    dataset: &Dataset,
    version_id: String,
    new: &NewVersion,
    stage: String,
    now_ms: i64,
) -> Result<VersionRow, VersionError> {
    let id = dataset.id.as_str();
    let unknown = || DatasetError::Unknown(id.to_owned());
    if rows::version_count(tx, id).await?.0 >= VERSIONS_PER_DATASET_MAX {
        return Err(VersionError::TooMany(VERSIONS_PER_DATASET_MAX));
    }
    let number = rows::take_version_number(tx, id).await?.ok_or_else(unknown)?;
    let name = match &new.name {
        Some(name) => name.clone(),
        None => free_name(tx, id, number).await?,
    };
    let manifest = dataset.directory(Directory::Annotation).join(&format!("{name}/{name}.manifest"));
    let options = serde_json::to_string(&new.options).map_err(|e| MetaError::Unexpected(e.to_string()))?;
    let version = VersionRow {
        version_id,
        dataset_id: id.to_owned(),
        n: number,
        name,
        status: rows::VERSION_CREATING,
        description: new.description.clone(),
        options,
        created_ms: now_ms,
        updated_ms: now_ms,
        manifest: manifest.plain(),
        previous: dataset.current_version.clone(),
        stage,
        ..VersionRow::default()
    };
    if !rows::insert_version(tx, &version).await? {
        return Err(VersionError::Exists(version.name));
    }
    let (from, to) = (dataset.status.code(), DatasetStatus::Publishing.code());
    rows::change_dataset_status(tx, id, from, to, now_ms).await?;
    Ok(version)
}

/// `V001` and so on, from the dataset's next number, past names that were given by hand.
async fn free_name(tx: &mut dyn Tx, dataset: &str, number: i64) -> Result<String, VersionError> {
    let mut number = number;
    loop {
        let name = format!("V{number:03}");
        if rows::version_named(tx, dataset, &name).await?.is_none() {
            return Ok(name);
        }
        number = rows::take_version_number(tx, dataset).await?.unwrap_or(number.saturating_add(1));
    }
}
