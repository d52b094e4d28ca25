//! What every part of an import works with.

use super::extension::FileKind;
use super::options::ImportOptions;
use super::store::Store;
use crate::task::TaskFailure;
use crate::{Dataset, DatasetType, Datasets, LabelType};
use std::sync::Arc;
use tidemill_bucket::Location;

/// An import, or a synchronisation, at work.
pub(crate) struct Import {
    pub(crate) datasets: Datasets,
    pub(crate) dataset: Dataset,
    pub(super) options: ImportOptions,
    pub(crate) store: Store,
    pub(crate) file_kind: FileKind,
    /// The type of a label that names none.
    pub(super) label_type: Option<LabelType>,
    /// Whether labels of such a dataset can wait for confirmation.
    pub(super) can_wait: bool,
    /// Where it reads.
    pub(super) path: Location,
    /// The directory below the input path that objects from elsewhere are copied to, with a slash at its end.
    folder: String,
    /// Whether samples that were deleted stay away.
    pub(super) spares_deleted: bool,
    /// Classes of a YOLO directory whose label files are read by name.
    pub(super) classes: Option<Arc<Vec<String>>>,
}

impl Import {
    /// An import that was asked for at `created_ms`.
    pub(crate) fn new(
        datasets: &Datasets,
        dataset: Dataset,
        options: ImportOptions,
        created_ms: i64,
    ) -> Result<Self, TaskFailure> {
        use DatasetType::{ImageClassification, ObjectDetection};
        Ok(Self {
            datasets: datasets.clone(),
            store: Store::new(dataset.project.clone(), datasets.buckets().clone()),
            file_kind: FileKind::of(dataset.kind),
            label_type: dataset.kind.label_type(),
            can_wait: matches!(dataset.kind, ImageClassification | ObjectDetection),
            path: options.location()?,
            folder: options.folder.clone().unwrap_or_else(|| format!("import_{created_ms}/")),
            dataset,
            options,
            spares_deleted: false,
            classes: None,
        })
    }

    /// For a synchronisation: samples that were deleted stay away, and the classes of a YOLO directory are read.
    pub(crate) async fn following(mut self) -> Result<Self, TaskFailure> {
        self.spares_deleted = true;
        if self.dataset.kind == DatasetType::ObjectDetection {
            self.classes = self.yolo().await?.map(|yolo| yolo.classes);
        }
        Ok(self)
    }

    /// Where a sample's object is after the import: as it is below the input path, a copy otherwise.
    pub(super) fn target(&self, place: &Location) -> Location {
        if self.dataset.input.holds(place) {
            return place.clone();
        }
        self.dataset.input.join(&format!("{}{}", self.folder, place.plain()))
    }

    /// Whether a key is a copy that this import makes: it may lie below the directory it reads.
    pub(super) fn is_own_copy(&self, place: &Location) -> bool {
        self.options.folder.is_none() && self.dataset.input.join(&self.folder).holds(place)
    }
}
