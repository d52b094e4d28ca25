//! The size of the images of samples, read from their headers where somebody says what is where in them.

use super::{Relabel, SampleLabel};
use crate::dataset::Dataset;
use crate::error::DatasetError;
use crate::import::Store;
use crate::{Datasets, voc};
use futures::StreamExt;
use serde_json::{Map, Value, json};
use std::collections::HashMap;
use std::sync::Arc;
use tidemill_bucket::Location;
use tidemill_meta::dataset::{self as rows, SampleRow};
use tidemill_meta::read;
use tidemill_vision::voc::ImageSize;

/// Images read at once.
const AT_ONCE: usize = 16;

impl Datasets {
    /// Columns and rows of an image; `None` if that cannot be read.
    pub(super) async fn image_size(&self, dataset: &Dataset, image: &Location) -> Option<ImageSize> {
        let store = Store::new(dataset.project.clone(), self.buckets().clone());
        let (width, height) = store.image_size(image).await.ok()?;
        Some(ImageSize { width, height })
    }

    /// Adds the size of its image to each change that says where something is in an image of unknown size.
    pub(super) async fn add_sizes(
        &self,
        dataset: &Dataset,
        changes: &mut [Relabel],
    ) -> Result<(), DatasetError> {
        let mut asking: Vec<&mut Relabel> = changes
            .iter_mut()
            .filter(|change| change.labels.iter().any(SampleLabel::is_placed))
            .filter(|change| !change.metadata.contains_key(voc::SIZE))
            .collect();
        if asking.is_empty() {
            return Ok(());
        }
        let id = dataset.id.to_string();
        let ids: Arc<Vec<String>> = Arc::new(asking.iter().map(|change| change.id.clone()).collect());
        let found: Vec<SampleRow> = read!(self.meta(), |tx, id, ids| rows::samples_by_ids(tx, &id, &ids))?;
        let unknown = found.into_iter().filter_map(|row| Some((image_of_unknown_size(&row)?, row.sample_id)));
        let size =
            |(image, id): (Location, String)| async move { (id, self.image_size(dataset, &image).await) };
        let sizes: Vec<_> = unknown.map(size).collect();
        let sizes: HashMap<String, Option<ImageSize>> =
            futures::stream::iter(sizes).buffer_unordered(AT_ONCE).collect().await;
        for change in &mut asking {
            if let Some(Some(size)) = sizes.get(&change.id) {
                change.metadata.insert(voc::SIZE.to_owned(), json!([size.width, size.height, 3]));
            }
        }
        Ok(())
    }
}

/// The image of a sample, if nobody told its size.
fn image_of_unknown_size(row: &SampleRow) -> Option<Location> {
    let metadata: Map<String, Value> = serde_json::from_str(&row.metadata).ok()?;
    let is_known = metadata.contains_key(voc::SIZE);
    Location::parse(&format!("/{}", row.location)).ok().filter(|_| !is_known)
}
