//! Creating labels, one by one: what is wrong with one does not keep the others.

use super::add::add_label;
use super::{Label, LabelError};
use crate::dataset::{Dataset, may_label};
use crate::error::DatasetError;
use crate::{Datasets, LabelType};
use std::sync::Arc;

/// What became of each of several labels, in their order.
pub type LabelResults = Vec<Result<(), LabelError>>;

/// Keeps a refusal of one label apart from what fails a whole request.
pub(super) fn apart(done: Result<(), DatasetError>) -> Result<Result<(), LabelError>, DatasetError> {
    match done {
        Ok(()) => Ok(Ok(())),
        Err(DatasetError::Label(refused)) => Ok(Err(refused)),
        Err(other) => Err(other),
    }
}

impl Datasets {
    /// Adds labels. Entities of triplets may stand behind the relations that name them.
    ///
    /// # Errors
    /// [`DatasetError::Full`], and while a version is made or switched to: [`DatasetError::Busy`],
    /// [`DatasetError::LabelingWhilePublishing`].
    pub async fn create_labels(
        &self,
        dataset: &Dataset,
        labels: Vec<Label>,
    ) -> Result<LabelResults, DatasetError> {
        let (dataset, labels) = (dataset.clone(), Arc::new(labels));
        let done = self.meta().tx(move |tx| {
            let (dataset, labels) = (dataset.clone(), labels.clone());
            Box::pin(async move {
                may_label(tx, &dataset).await?;
                let mut results: LabelResults = vec![Ok(()); labels.len()];
                let mut order: Vec<usize> = (0..labels.len()).collect();
                order.sort_by_key(|n| labels[*n].kind == LabelType::TripletRelation);
                for n in order {
                    results[n] = apart(add_label(tx, dataset.id.as_str(), dataset.kind, &labels[n]).await)?;
                }
                Ok(results)
            })
        });
        done.await
    }
}
