//! Deleting a version. Its public files stay.

use super::describe::row_of;
use super::error::VersionError;
use super::tx;
use crate::Datasets;
use tidemill_meta::Tx;
use tidemill_meta::dataset as rows;
use tidemill_model::ProjectId;

impl Datasets {
    /// Deletes a version: nothing lists it any more when this returns. Deleting the current one makes the newest
    /// normal one of those before it current. The files it wrote stay; its canonical manifest is removed unless
    /// another version is equal.
    ///
    /// # Errors
    /// [`VersionError::Unknown`], [`VersionError::InUse`] while something reads it, [`VersionError::Dataset`] while
    /// the dataset is busy.
    pub async fn delete_version(
        &self,
        project: &ProjectId,
        dataset: &str,
        version: &str,
    ) -> Result<(), VersionError> {
        let dataset = self.get(project, dataset).await?;
        dataset.idle()?;
        let (id, version, now_ms) = (dataset.id.to_string(), version.to_owned(), self.clock().now_ms());
        let project = project.clone();
        tx!(self.meta(), |tx, project, id, version| delete(tx, &project, &id, &version, now_ms))?;
        self.sweep_versions();
        Ok(())
    }
}

async fn delete(
    tx: &mut dyn Tx,
    project: &ProjectId,
    dataset: &str,
    version: &str,
    now_ms: i64,
) -> Result<(), VersionError> {
    let row = row_of(tx, dataset, version).await?;
    if row.status == rows::VERSION_CREATING || !rows::version_holders(tx, version).await?.is_empty() {
        return Err(VersionError::InUse(row.version_id));
    }
    if rows::switches(tx).await?.iter().any(|switch| switch.version_id == version) {
        return Err(VersionError::InUse(row.version_id));
    }
    rows::delete_version(tx, &row).await?;
    let current = rows::dataset(tx, project.as_str(), dataset).await?.and_then(|row| row.current_version);
    if current.as_deref() == Some(version) {
        let others = rows::versions_of(tx, dataset).await?;
        let normal = || others.iter().filter(|other| other.status == rows::VERSION_NORMAL);
        let named = normal().find(|other| Some(&other.version_id) == row.previous.as_ref());
        let before = named.or_else(|| normal().find(|other| other.n < row.n)).or_else(|| normal().next());
        let before = before.map(|other| other.version_id.as_str());
        rows::set_current_version(tx, dataset, before, now_ms).await?;
    }
    Ok(())
}
