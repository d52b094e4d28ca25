//! [`Bucket`]: the uploads to a key that are still under way.

use super::BucketStore;
use super::convert::store_error;
use crate::UploadsQuery;
use async_trait::async_trait;
use object_store::path::Path;
use object_store::{MultipartId, Result};
use tidemill_bucket::Bucket;

/// Uploads looked at in one step.
const PAGE: usize = 1000;

#[async_trait]
impl Bucket for BucketStore {
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
