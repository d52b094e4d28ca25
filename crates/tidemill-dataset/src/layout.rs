//! The directories that every dataset has below its work path, as objects that clients see.

use crate::Datasets;
use crate::dataset::Directory;
use crate::error::{DatasetError, PathError};
use object_store::Error;
use std::sync::Arc;
use tidemill_bucket::{Bucket, BucketError, Location, Scheme};
use tidemill_model::ProjectId;

/// Where the masks of segmentations lie in the directory of a published version.
pub(crate) const MASKS: &str = "segmentationClassRaw/";

impl Datasets {
    /// Makes the directories of a dataset, whose own is `work`.
    ///
    /// # Errors
    /// [`PathError::DirectoryExists`], [`DatasetError::Object`].
    pub(crate) async fn make_directories(
        &self,
        project: &ProjectId,
        work: &Location,
    ) -> Result<(), DatasetError> {
        let bucket = self.work_bucket(project, work).await?;
        // Its own comes last: where that is, all are.
        for directory in inner(work) {
            match bucket.make_directory(&directory).await {
                Ok(()) | Err(Error::AlreadyExists { .. }) => {}
                Err(error) => return Err(DatasetError::Object(error.to_string())),
            }
        }
        bucket.make_directory(&work.key).await.map_err(|error| match error {
            Error::AlreadyExists { .. } => PathError::DirectoryExists(work.written(Scheme::Slash)).into(),
            error => DatasetError::Object(error.to_string()),
        })
    }

    /// Removes the directories of a dataset; what versions and tasks wrote into them stays.
    ///
    /// # Errors
    /// [`DatasetError::Object`]; none if the bucket is gone.
    pub(crate) async fn remove_directories(
        &self,
        project: &ProjectId,
        work: &Location,
    ) -> Result<(), DatasetError> {
        let bucket = match self.work_bucket(project, work).await {
            Err(DatasetError::Path(PathError::NoBucket(_))) => return Ok(()),
            opened => opened?,
        };
        for directory in inner(work).chain([work.key.clone()]) {
            match bucket.remove_directory(&directory).await {
                Ok(()) | Err(Error::NotFound { .. }) => {}
                Err(error) => return Err(DatasetError::Object(error.to_string())),
            }
        }
        Ok(())
    }

    async fn work_bucket(
        &self,
        project: &ProjectId,
        work: &Location,
    ) -> Result<Arc<dyn Bucket>, DatasetError> {
        let opened = self.bucket_of(project, work).await;
        opened.map_err(|error| match error {
            BucketError::Missing => PathError::NoBucket(work.bucket.clone()).into(),
            error => PathError::Bucket(work.bucket.clone(), error).into(),
        })
    }
}

/// The keys of the directories below a dataset's own.
fn inner(work: &Location) -> impl Iterator<Item = String> {
    let within = |which: Directory| work.join(&format!("{}/", which.name())).key;
    Directory::ALL.map(within).into_iter()
}
