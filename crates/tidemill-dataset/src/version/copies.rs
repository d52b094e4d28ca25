//! Removing what a composed version brought with it below the input path, when it does not become visible.

use super::{read, tx};
use crate::Datasets;
use futures::{StreamExt, TryStreamExt};
use object_store::path::Path;
use object_store::{ObjectMeta, ObjectStore};
use std::sync::Arc;
use std::time::Duration;
use tidemill_bucket::{Bucket, BucketError, Location};
use tidemill_meta::MetaError;
use tidemill_meta::dataset::{self as rows, CopiesRow};
use tidemill_model::ProjectId;

/// Objects removed in one step.
const PAGE: usize = 1000;

/// How long to wait before what could not be removed is tried again: at first, and after many tries.
const AGAIN: Duration = Duration::from_secs(1);
const AGAIN_MAX: Duration = Duration::from_secs(120);

impl Datasets {
    /// Removes in the background what versions that were given up left below input paths.
    pub(super) async fn sweep_all_copies(&self) -> Result<(), MetaError> {
        for row in read!(self.meta(), |tx| rows::abandoned_copies(tx))? {
            self.sweep_copies(row.version_id);
        }
        Ok(())
    }

    /// Removes in the background what a version that was given up left, however long it takes; what is left when
    /// the server stops goes at the next start.
    pub(super) fn sweep_copies(&self, version: String) {
        let datasets = self.clone();
        self.spawn(async move {
            let removed = datasets.remove_copies_until_gone(&version);
            datasets.stopping().run_until_cancelled(removed).await;
        });
    }

    async fn remove_copies_until_gone(&self, version: &str) {
        let mut wait = AGAIN;
        loop {
            match self.remove_copies(version).await {
                Ok(true) => return,
                Ok(false) => {}
                Err(why) => tracing::warn!(version, why, "what a version left is not removed yet"),
            }
            self.clock().sleep(wait).await;
            wait = (wait * 2).min(AGAIN_MAX);
        }
    }

    /// Removes what a version left; false if something is there still.
    async fn remove_copies(&self, version: &str) -> Result<bool, String> {
        let Some(row) = self.abandoned(version).await? else { return Ok(true) };
        let Some((bucket, directory)) = self.opened(&row).await? else {
            return self.settle(&row.version_id).await.map(|()| true);
        };
        let mut listed = bucket.list(Some(&directory)).try_chunks(PAGE);
        while let Some(page) = listed.try_next().await.map_err(|error| error.to_string())? {
            if !self.remove_page(version, &bucket, page).await? {
                return Ok(true);
            }
        }
        let _kept = self.copies_gate().lock().await;
        if self.abandoned(version).await?.is_none() {
            return Ok(true);
        }
        if bucket.list(Some(&directory)).try_next().await.map_err(|error| error.to_string())?.is_some() {
            return Ok(false);
        }
        self.settle(version).await.map(|()| true)
    }

    /// Removes some objects; false if the version is being made again, with the same copies.
    async fn remove_page(
        &self,
        version: &str,
        bucket: &Arc<dyn Bucket>,
        page: Vec<ObjectMeta>,
    ) -> Result<bool, String> {
        let _kept = self.copies_gate().lock().await;
        if self.abandoned(version).await?.is_none() {
            return Ok(false);
        }
        let gone = futures::stream::iter(page.into_iter().map(|meta| Ok(meta.location))).boxed();
        let mut deleted = bucket.delete_stream(gone);
        while let Some(deleted) = deleted.next().await {
            match deleted {
                Ok(_) | Err(object_store::Error::NotFound { .. }) => {}
                Err(error) => return Err(error.to_string()),
            }
        }
        Ok(true)
    }

    /// The bucket and the directory in it; `None` if the bucket is gone, and all with it.
    async fn opened(&self, row: &CopiesRow) -> Result<Option<(Arc<dyn Bucket>, Path)>, String> {
        let broken = || format!("the directory {} cannot be read", row.directory);
        let place = Location::parse(&format!("/{}", row.directory)).map_err(|_| broken())?;
        let project = ProjectId::parse(&row.project).ok_or_else(broken)?;
        let directory = Path::parse(place.key.trim_end_matches('/')).map_err(|_| broken())?;
        match self.bucket_of(&project, &place).await {
            Ok(bucket) => Ok(Some((bucket, directory))),
            Err(BucketError::Missing) => Ok(None),
            Err(error) => Err(error.to_string()),
        }
    }

    async fn abandoned(&self, version: &str) -> Result<Option<CopiesRow>, String> {
        let version = version.to_owned();
        read!(self.meta(), |tx, version| rows::abandoned_copies_of(tx, &version))
            .map_err(|error: MetaError| error.to_string())
    }

    async fn settle(&self, version: &str) -> Result<(), String> {
        let version = version.to_owned();
        tx!(self.meta(), |tx, version| rows::settle_copies(tx, &version))
            .map_err(|error: MetaError| error.to_string())
    }

    /// The directories of a project, `bucket/key/`, in which nothing is a sample yet, or will be.
    pub(crate) async fn unsettled_copies(&self, project: &ProjectId) -> Result<Vec<String>, MetaError> {
        let project = project.to_string();
        read!(self.meta(), |tx, project| rows::unsettled_copies(tx, &project))
    }
}
