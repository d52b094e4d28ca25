//! Deleting labels, and what becomes of the samples that carry them.

use super::LabelError;
use super::add::all_labels;
use super::create::{LabelResults, apart};
use crate::dataset::{Dataset, may_label};
use crate::error::DatasetError;
use crate::{Datasets, LabelType};
use std::sync::Arc;
use tidemill_meta::Tx;
use tidemill_meta::dataset as rows;

/// Samples that a label is taken off in one transaction.
const BATCH: u32 = 500;

/// What becomes of samples that carry a deleted label.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DeletePolicy {
    /// The label is taken off them.
    #[default]
    LabelOnly,
    /// Those without any other label are removed from the dataset as well.
    Samples,
    /// And so are their files.
    Files,
}

impl DeletePolicy {
    /// Reads the code on the wire: 0, 1, 2.
    pub fn from_code(code: i64) -> Option<Self> {
        [Self::LabelOnly, Self::Samples, Self::Files].into_iter().find(|policy| *policy as i64 == code)
    }
}

impl Datasets {
    /// Deletes labels, each given by name and type, and takes them off all samples.
    ///
    /// # Errors
    /// As for [`Datasets::create_labels`]; [`DatasetError::Object`] if a file cannot be deleted.
    pub async fn delete_labels(
        &self,
        dataset: &Dataset,
        labels: &[(String, LabelType)],
        policy: DeletePolicy,
    ) -> Result<LabelResults, DatasetError> {
        let mut results: LabelResults = vec![Ok(()); labels.len()];
        let mut order: Vec<usize> = (0..labels.len()).collect();
        // Relations first: entities that only they name can go then.
        order.sort_by_key(|n| labels[*n].1 != LabelType::TripletRelation);
        for n in order {
            let (name, kind) = &labels[n];
            results[n] = apart(self.delete_label(dataset, name, *kind, policy).await)?;
        }
        Ok(results)
    }

    /// Deletes one label.
    ///
    /// # Errors
    /// [`DatasetError::Label`], and as for [`Datasets::delete_labels`].
    pub async fn delete_label(
        &self,
        dataset: &Dataset,
        name: &str,
        kind: LabelType,
        policy: DeletePolicy,
    ) -> Result<(), DatasetError> {
        self.forget_label(dataset, name, kind).await?;
        self.strip_label(dataset, name, kind, policy).await
    }

    /// Takes a label off all samples.
    pub(crate) async fn strip_label(
        &self,
        dataset: &Dataset,
        name: &str,
        kind: LabelType,
        policy: DeletePolicy,
    ) -> Result<(), DatasetError> {
        loop {
            let left = self.strip_some(dataset, name, kind).await?;
            if left.done {
                return Ok(());
            }
            if policy != DeletePolicy::LabelOnly {
                self.remove_samples(dataset, left.bare, policy == DeletePolicy::Files).await?;
            }
        }
    }

    /// Takes the label out of the dataset's list, so that nobody uses it any more.
    async fn forget_label(&self, dataset: &Dataset, name: &str, kind: LabelType) -> Result<(), DatasetError> {
        let (dataset, name) = (dataset.clone(), name.to_owned());
        let done = self.meta().tx(move |tx| {
            let (dataset, name) = (dataset.clone(), name.clone());
            Box::pin(async move {
                may_label(tx, &dataset).await?;
                delete_from_list(tx, &dataset, &name, kind).await
            })
        });
        done.await
    }

    async fn strip_some(
        &self,
        dataset: &Dataset,
        name: &str,
        kind: LabelType,
    ) -> Result<Stripped, DatasetError> {
        let args = Arc::new((dataset.id.to_string(), name.to_owned(), self.clock().now_ms()));
        let done = self.meta().tx(move |tx| {
            let args = args.clone();
            Box::pin(async move {
                let (id, name, now_ms) = &*args;
                let samples = rows::samples_with_label(tx, id, name, kind.code(), BATCH).await?;
                let mut stripped = Stripped { done: samples.is_empty(), bare: Vec::new() };
                for sample in samples {
                    let others = rows::strip_label(tx, id, &sample, name, kind.code()).await?;
                    rows::refresh_sample_status(tx, id, &sample).await?;
                    if others == 0 {
                        stripped.bare.push(sample);
                    }
                }
                rows::touch_dataset_data(tx, id, 0, 0, *now_ms).await?;
                Ok(stripped)
            })
        });
        done.await
    }
}

/// What a step of taking a label off samples left.
struct Stripped {
    /// No sample carried it any more.
    done: bool,
    /// Samples that carry no label now.
    bare: Vec<String>,
}

/// Takes a label out of a dataset's list.
pub(crate) async fn delete_from_list(
    tx: &mut dyn Tx,
    dataset: &Dataset,
    name: &str,
    kind: LabelType,
) -> Result<(), DatasetError> {
    check_unused(tx, dataset, name, kind).await?;
    match rows::delete_label(tx, dataset.id.as_str(), name, kind.code()).await? {
        true => Ok(()),
        false => Err(LabelError::Unknown(name.to_owned()).into()),
    }
}

/// Refuses to delete an entity that a relation still names.
async fn check_unused(
    tx: &mut dyn Tx,
    dataset: &Dataset,
    name: &str,
    kind: LabelType,
) -> Result<(), DatasetError> {
    if kind != LabelType::TripletEntity {
        return Ok(());
    }
    let labels = all_labels(tx, dataset.id.as_str()).await?;
    let mut relations = labels.iter().filter(|label| label.kind == LabelType::TripletRelation);
    let sides = ["@modelarts:from_type", "@modelarts:to_type"];
    if relations.any(|relation| sides.iter().any(|side| relation.text(side) == Some(name))) {
        return Err(LabelError::EntityInUse(name.to_owned()).into());
    }
    Ok(())
}
