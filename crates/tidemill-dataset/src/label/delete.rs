//! Deleting labels, and what becomes of the samples that carry them.

use super::LabelError;
use super::add::all_labels;
use super::create::{LabelResults, apart};
use crate::dataset::{Dataset, may_label};
use crate::error::DatasetError;
use crate::sample::{Place, remove_rows};
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

    /// Deletes one label: it leaves the list when no sample carries it any more, so that a call that was
    /// interrupted can be repeated.
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
        self.strip_label(dataset, name, kind, policy, Then::Forget).await
    }

    /// Takes a label off all samples, a batch in a transaction. Whether the label may go is checked only if it
    /// is to be forgotten.
    pub(crate) async fn strip_label(
        &self,
        dataset: &Dataset,
        name: &str,
        kind: LabelType,
        policy: DeletePolicy,
        then: Then,
    ) -> Result<(), DatasetError> {
        let now_ms = self.clock().now_ms();
        let step = Arc::new(Step { dataset: dataset.clone(), name: name.to_owned(), kind, policy, now_ms });
        loop {
            let next = step.clone();
            let stripped = self.meta().tx(move |tx| {
                let step = next.clone();
                Box::pin(async move { step.run(tx, then).await })
            });
            let stripped = stripped.await?;
            if policy == DeletePolicy::Files {
                self.delete_sources(dataset, &stripped.removed).await?;
            }
            if stripped.is_last {
                return Ok(());
            }
        }
    }
}

/// What becomes of a label that no sample carries any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Then {
    /// It leaves the dataset's list.
    Forget,
    /// It stays there.
    Keep,
}

/// A label on its way off the samples.
struct Step {
    dataset: Dataset,
    name: String,
    kind: LabelType,
    policy: DeletePolicy,
    now_ms: i64,
}

/// What a step left.
struct Stripped {
    /// No sample carries the label any more.
    is_last: bool,
    /// Samples that were removed with it.
    removed: Vec<(String, Place)>,
}

impl Step {
    /// Takes the label off some samples, and removes those that are bare then, if they are to go.
    async fn run(&self, tx: &mut dyn Tx, then: Then) -> Result<Stripped, DatasetError> {
        may_label(tx, &self.dataset).await?;
        if then == Then::Forget {
            check_deletable(tx, &self.dataset, &self.name, self.kind).await?;
        }
        let id = self.dataset.id.as_str();
        let (bare, is_last) = strip_some(tx, id, &self.name, self.kind, self.now_ms).await?;
        let removed = match self.policy {
            DeletePolicy::LabelOnly => Vec::new(),
            DeletePolicy::Samples | DeletePolicy::Files => remove_rows(tx, id, &bare, self.now_ms).await?,
        };
        if is_last && then == Then::Forget {
            rows::delete_label(tx, id, &self.name, self.kind.code()).await?;
        }
        Ok(Stripped { is_last, removed })
    }
}

/// Takes a label off up to [`BATCH`] samples: those without any other label now, and whether these were all.
pub(crate) async fn strip_some(
    tx: &mut dyn Tx,
    dataset: &str,
    name: &str,
    kind: LabelType,
    now_ms: i64,
) -> Result<(Vec<String>, bool), DatasetError> {
    let samples = rows::samples_with_label(tx, dataset, name, kind.code(), BATCH).await?;
    let is_last = samples.len() < BATCH as usize;
    let mut bare = Vec::new();
    for sample in samples {
        let others = rows::strip_label(tx, dataset, &sample, name, kind.code()).await?;
        rows::refresh_sample_status(tx, dataset, &sample).await?;
        rows::mark_relabeled(tx, dataset, &sample, now_ms).await?;
        if others == 0 {
            bare.push(sample);
        }
    }
    rows::touch_dataset_data(tx, dataset, 0, 0, now_ms).await?;
    Ok((bare, is_last))
}

/// Takes a label out of a dataset's list.
pub(crate) async fn delete_from_list(
    tx: &mut dyn Tx,
    dataset: &Dataset,
    name: &str,
    kind: LabelType,
) -> Result<(), DatasetError> {
    check_deletable(tx, dataset, name, kind).await?;
    rows::delete_label(tx, dataset.id.as_str(), name, kind.code()).await?;
    Ok(())
}

/// Refuses to delete a label that is not there or that another needs.
async fn check_deletable(
    tx: &mut dyn Tx,
    dataset: &Dataset,
    name: &str,
    kind: LabelType,
) -> Result<(), DatasetError> {
    match rows::label(tx, dataset.id.as_str(), name, kind.code()).await? {
        Some(_) => check_unused(tx, dataset, name, kind).await,
        None => Err(LabelError::Unknown(name.to_owned()).into()),
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
