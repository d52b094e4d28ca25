//! Changing datasets.

use crate::create::{check_description, check_name};
use crate::dataset::{Dataset, may_label};
use crate::error::DatasetError;
use crate::label::{self, DeletePolicy, Label, Then};
use crate::{Datasets, LabelType};
use std::sync::Arc;
use tidemill_meta::dataset as rows;
use tidemill_meta::{MetaError, Tx};

/// What of a dataset is to change.
#[derive(Clone, Debug, Default)]
pub struct DatasetChange {
    /// Its new name.
    pub name: Option<String>,
    /// Its new description.
    pub description: Option<String>,
    /// Labels it gets.
    pub add_labels: Vec<Label>,
    /// Labels that change; `@modelarts:rename_to` renames.
    pub update_labels: Vec<Label>,
    /// Labels it loses, by name and type.
    pub delete_labels: Vec<(String, LabelType)>,
}

impl DatasetChange {
    fn adds(&self, name: &str, kind: LabelType) -> bool {
        self.add_labels.iter().any(|label| label.name == name && label.kind == kind)
    }
}

/// How a change ends that is tried without being kept.
enum Tried {
    Fine,
    Refused(DatasetError),
}

impl From<MetaError> for Tried {
    fn from(error: MetaError) -> Self {
        Self::Refused(error.into())
    }
}

impl Datasets {
    /// Changes a dataset, all or nothing. Labels are deleted before others are added; one that is both
    /// deleted and added is replaced, and samples keep it. Labels leave the list after the samples, so that a
    /// call that was interrupted can be repeated.
    ///
    /// # Errors
    /// [`DatasetError::Invalid`], [`DatasetError::Exists`], [`DatasetError::Label`],
    /// [`DatasetError::Unknown`], [`DatasetError::Busy`].
    pub async fn update(&self, dataset: &Dataset, change: DatasetChange) -> Result<(), DatasetError> {
        change.name.as_deref().map_or(Ok(()), check_name)?;
        change.description.as_deref().map_or(Ok(()), check_description)?;
        let args = Arc::new((dataset.clone(), change));
        let now_ms = self.clock().now_ms();
        if !args.1.delete_labels.is_empty() {
            self.try_change(args.clone(), now_ms).await?;
        }
        for (name, kind) in &args.1.delete_labels {
            if !args.1.adds(name, *kind) {
                self.strip_label(dataset, name, *kind, DeletePolicy::LabelOnly, Then::Keep).await?;
            }
        }
        let written = self.meta().tx(move |tx| {
            let args = args.clone();
            Box::pin(async move { write(tx, &args.0, &args.1, now_ms).await })
        });
        written.await
    }

    /// Finds out whether a change would be refused, before samples lose labels for it.
    async fn try_change(&self, args: Arc<(Dataset, DatasetChange)>, now_ms: i64) -> Result<(), DatasetError> {
        let tried = self.meta().tx::<(), Tried, _>(move |tx| {
            let args = args.clone();
            Box::pin(async move {
                match write(tx, &args.0, &args.1, now_ms).await {
                    Ok(()) => Err(Tried::Fine),
                    Err(error) => Err(Tried::Refused(error)),
                }
            })
        });
        match tried.await {
            Err(Tried::Refused(error)) => Err(error),
            Ok(()) | Err(Tried::Fine) => Ok(()),
        }
    }
}

async fn write(
    tx: &mut dyn Tx,
    dataset: &Dataset,
    change: &DatasetChange,
    now_ms: i64,
) -> Result<(), DatasetError> {
    let (project, id) = (dataset.project.as_str(), dataset.id.as_str());
    let row = rows::dataset(tx, project, id).await?.ok_or_else(|| DatasetError::Unknown(id.to_owned()))?;
    let name = change.name.as_ref().unwrap_or(&row.name);
    let description = change.description.as_ref().unwrap_or(&row.description);
    if !rows::set_dataset_text(tx, &row, name, description, now_ms).await? {
        return Err(DatasetError::Exists(name.clone()));
    }
    if change.add_labels.is_empty() && change.update_labels.is_empty() && change.delete_labels.is_empty() {
        return Ok(());
    }
    may_label(tx, dataset).await?;
    delete_labels(tx, dataset, change, now_ms).await?;
    for update in &change.update_labels {
        label::update_label(tx, dataset, update, now_ms).await?;
    }
    label::add_labels(tx, id, dataset.kind, &change.add_labels).await
}

/// Relations go first, so that entities that only they name can go.
async fn delete_labels(
    tx: &mut dyn Tx,
    dataset: &Dataset,
    change: &DatasetChange,
    now_ms: i64,
) -> Result<(), DatasetError> {
    let mut deleted: Vec<&(String, LabelType)> = change.delete_labels.iter().collect();
    deleted.sort_by_key(|(_, kind)| *kind != LabelType::TripletRelation);
    for (name, kind) in deleted {
        label::delete_from_list(tx, dataset, name, *kind).await?;
        if !change.adds(name, *kind) {
            // Those that got it since the others lost it.
            label::strip_some(tx, dataset.id.as_str(), name, *kind, now_ms).await?;
        }
    }
    Ok(())
}
