//! Counting samples.

use crate::error::DatasetError;
use crate::{DatasetId, Datasets};
use tidemill_meta::dataset as rows;

pub use rows::StatusCounts;

impl Datasets {
    /// How many samples of a dataset are in each state.
    ///
    /// # Errors
    /// [`DatasetError::Meta`].
    pub async fn status_counts(&self, id: &DatasetId) -> Result<StatusCounts, DatasetError> {
        let id = id.to_string();
        let read = self.meta().read::<_, DatasetError, _>(move |tx| {
            let id = id.clone();
            Box::pin(async move { Ok(rows::status_counts(tx, &id).await?) })
        });
        read.await
    }
}
