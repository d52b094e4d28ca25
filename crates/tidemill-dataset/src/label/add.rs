//! Adding labels to a dataset.

use super::{Label, LabelError};
use crate::error::DatasetError;
use crate::{DatasetType, LabelType};
use tidemill_meta::dataset as rows;
use tidemill_meta::{MetaError, Tx};
use tidemill_model::limits::LABELS_PER_DATASET_MAX;

/// Adds labels in their order; entities of triplets may stand behind the relations that name them.
pub(crate) async fn add_labels(
    tx: &mut dyn Tx,
    dataset: &str,
    kind: DatasetType,
    labels: &[Label],
) -> Result<(), DatasetError> {
    let is_relation = |label: &&Label| label.kind == LabelType::TripletRelation;
    let others = labels.iter().filter(|label| !is_relation(label));
    for label in others.chain(labels.iter().filter(is_relation)) {
        add_label(tx, dataset, kind, label).await?;
    }
    Ok(())
}

/// Adds one label.
pub(crate) async fn add_label(
    tx: &mut dyn Tx,
    dataset: &str,
    kind: DatasetType,
    label: &Label,
) -> Result<(), DatasetError> {
    label.check(kind)?;
    check_entities(tx, dataset, label).await?;
    check_shortcut(tx, dataset, label).await?;
    if rows::count_labels(tx, dataset).await? >= LABELS_PER_DATASET_MAX {
        return Err(DatasetError::Full("labels", LABELS_PER_DATASET_MAX));
    }
    if !rows::insert_label(tx, dataset, &label.row()).await? {
        return Err(LabelError::Exists(label.name.clone()).into());
    }
    Ok(())
}

/// Refuses a relation between entities that the dataset has no labels for.
pub(super) async fn check_entities(
    tx: &mut dyn Tx,
    dataset: &str,
    label: &Label,
) -> Result<(), DatasetError> {
    if label.kind != LabelType::TripletRelation {
        return Ok(());
    }
    for side in ["@modelarts:from_type", "@modelarts:to_type"] {
        let entity = label.text(side).unwrap_or_default();
        if rows::label(tx, dataset, entity, LabelType::TripletEntity.code()).await?.is_none() {
            return Err(LabelError::EntityMissing(entity.to_owned()).into());
        }
    }
    Ok(())
}

/// Refuses a shortcut that another label of the dataset has.
pub(super) async fn check_shortcut(
    tx: &mut dyn Tx,
    dataset: &str,
    label: &Label,
) -> Result<(), DatasetError> {
    let Some(shortcut) = label.text("@modelarts:shortcut") else { return Ok(()) };
    for other in all_labels(tx, dataset).await? {
        let same = (other.kind, &other.name) == (label.kind, &label.name);
        if !same && other.text("@modelarts:shortcut") == Some(shortcut) {
            return Err(LabelError::ShortcutTaken(shortcut.to_owned()).into());
        }
    }
    Ok(())
}

/// All labels of a dataset in the order they were added.
pub(crate) async fn all_labels(tx: &mut dyn Tx, dataset: &str) -> Result<Vec<Label>, MetaError> {
    let found = rows::labels_of(tx, dataset, 0, LABELS_PER_DATASET_MAX).await?;
    found.into_iter().map(Label::of).collect()
}
