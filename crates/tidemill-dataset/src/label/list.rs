//! Listing labels.

use super::Label;
use crate::error::DatasetError;
use crate::{DatasetId, Datasets};
use tidemill_meta::dataset as rows;

impl Datasets {
    /// A page of a dataset's labels in the order they were added, and how many it has.
    ///
    /// # Errors
    /// [`DatasetError::Meta`].
    pub async fn labels(
        &self,
        id: &DatasetId,
        offset: u64,
        limit: u64,
    ) -> Result<(Vec<Label>, u64), DatasetError> {
        let id = id.to_string();
        let read = self.meta().read::<_, DatasetError, _>(move |tx| {
            let id = id.clone();
            Box::pin(async move {
                Ok((rows::labels_of(tx, &id, offset, limit).await?, rows::count_labels(tx, &id).await?))
            })
        });
        let (found, total) = read.await?;
        Ok((found.into_iter().map(Label::of).collect::<Result<_, _>>()?, total))
    }
}
