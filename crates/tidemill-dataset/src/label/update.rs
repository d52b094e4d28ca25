//! Changing and renaming labels.

use super::add::{all_labels, check_entities, check_shortcut};
use super::create::{LabelResults, apart};
use super::{Label, LabelError, check_label_name};
use crate::dataset::{Dataset, may_label};
use crate::error::DatasetError;
use crate::{Datasets, LabelType};
use serde_json::Value;
use std::sync::Arc;
use tidemill_meta::Tx;
use tidemill_meta::dataset as rows;

const RENAME: &str = "@modelarts:rename_to";
const SIDES: [&str; 2] = ["@modelarts:from_type", "@modelarts:to_type"];

impl Datasets {
    /// Changes labels: members of `property` that are given replace the old ones, attributes replace all old
    /// ones unless there are none, and `@modelarts:rename_to` renames the label wherever it is used.
    ///
    /// # Errors
    /// As for [`Datasets::create_labels`].
    pub async fn update_labels(
        &self,
        dataset: &Dataset,
        labels: Vec<Label>,
    ) -> Result<LabelResults, DatasetError> {
        let (dataset, labels, now_ms) = (dataset.clone(), Arc::new(labels), self.clock().now_ms());
        let done = self.meta().tx(move |tx| {
            let (dataset, labels) = (dataset.clone(), labels.clone());
            Box::pin(async move {
                may_label(tx, &dataset).await?;
                let mut results = LabelResults::new();
                for label in labels.iter() {
                    results.push(apart(update_label(tx, &dataset, label, now_ms).await)?);
                }
                Ok(results)
            })
        });
        done.await
    }
}

/// Changes one label.
pub(crate) async fn update_label(
    tx: &mut dyn Tx,
    dataset: &Dataset,
    change: &Label,
    now_ms: i64,
) -> Result<(), DatasetError> {
    let id = dataset.id.as_str();
    let found = rows::label(tx, id, &change.name, change.kind.code()).await?;
    let mut label = Label::of(found.ok_or_else(|| LabelError::Unknown(change.name.clone()))?)?;
    let mut property = change.property.clone();
    let new_name = property.remove(RENAME);
    label.property.extend(property);
    if !change.attributes.is_empty() {
        label.attributes.clone_from(&change.attributes);
    }
    label.check(dataset.kind)?;
    check_entities(tx, id, &label).await?;
    check_shortcut(tx, id, &label).await?;
    match new_name.as_ref().and_then(Value::as_str).filter(|name| !name.is_empty() && *name != label.name) {
        Some(name) => {
            check_free(tx, id, name, label.kind).await?;
            rows::update_label(tx, id, &label.row()).await?;
            rename(tx, id, &label, name, now_ms).await
        }
        None => rows::update_label(tx, id, &label.row()).await.map(drop).map_err(Into::into),
    }
}

async fn check_free(tx: &mut dyn Tx, dataset: &str, name: &str, kind: LabelType) -> Result<(), DatasetError> {
    check_label_name(name)?;
    match rows::label(tx, dataset, name, kind.code()).await? {
        Some(_) => Err(LabelError::Exists(name.to_owned()).into()),
        None => Ok(()),
    }
}

/// Renames a label in the dataset's list, in all annotations, and in relations between such entities.
async fn rename(
    tx: &mut dyn Tx,
    dataset: &str,
    label: &Label,
    to: &str,
    now_ms: i64,
) -> Result<(), DatasetError> {
    rows::rename_label(tx, dataset, &label.name, label.kind.code(), to).await?;
    rows::rename_sample_labels(tx, dataset, &label.name, label.kind.code(), to, now_ms).await?;
    if label.kind != LabelType::TripletEntity {
        return Ok(());
    }
    for mut relation in all_labels(tx, dataset).await? {
        let mut changed = false;
        for side in SIDES.iter().filter(|_| relation.kind == LabelType::TripletRelation) {
            if relation.text(side) == Some(&label.name) {
                relation.property.insert((*side).to_owned(), to.into());
                changed = true;
            }
        }
        if changed {
            rows::update_label(tx, dataset, &relation.row()).await?;
        }
    }
    Ok(())
}
