//! [`Bucket`]: the uploads to a key that are still under way, and directories.

use super::BucketStore;
use super::convert::{headers_of, store_error};
use super::store::put_error;
use crate::{PutWhen, UploadsQuery};
use async_trait::async_trait;
use object_store::path::Path;
use object_store::{Attributes, MultipartId, PutPayload, Result};
use tidemill_bucket::Bucket;

/// Uploads looked at in one step.
const PAGE: usize = 1000;

#[async_trait]
impl Bucket for BucketStore {
    async fn make_directory(&self, key: &str) -> Result<()> {
        let blob = self.blob(PutPayload::default()).await.map_err(|error| store_error(key, error))?;
        let headers = headers_of(&Attributes::default());
        let put = self.objects.put(&self.bucket, key, blob, &headers, PutWhen::Absent).await;
        put.map(drop).map_err(|error| put_error(key, &PutWhen::Absent, error))
    }

    async fn remove_directory(&self, key: &str) -> Result<()> {
        self.objects.delete(&self.bucket, key).await.map(drop).map_err(|error| store_error(key, error))
    }

    async fn unfinished(&self, key: &Path) -> Result<Vec<MultipartId>> {
        let key = key.as_ref();
        let mut query = UploadsQuery { prefix: key.to_owned(), max: PAGE, ..UploadsQuery::default() };
        let mut ids = Vec::new();
        loop {
            let page = self.objects.uploads(&self.bucket, query.clone()).await;
            let page = page.map_err(|error| store_error(key, error))?;
            ids.extend(page.uploads.into_iter().filter(|upload| upload.key == key).map(|upload| upload.id));
            // Keys ascend, so that uploads to exactly this key come before those to longer ones.
            match page.next {
                Some((marker, id)) if marker == key => {
                    (query.key_marker, query.id_marker) = (marker, Some(id))
                }
                _ => return Ok(ids),
            }
        }
    }
}
