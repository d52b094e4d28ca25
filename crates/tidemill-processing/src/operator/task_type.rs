//! What samples are labeled with.

use tidemill_dataset::DatasetType;

/// What the samples are labeled with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TaskType {
    /// Names.
    Classification,
    /// Boxes.
    Detection,
    /// Whatever is found beside each picture.
    Either,
}

impl TaskType {
    /// The type of datasets that such samples belong to; `None` if that is not told.
    pub(crate) fn kind(self) -> Option<DatasetType> {
        match self {
            Self::Classification => Some(DatasetType::ImageClassification),
            Self::Detection => Some(DatasetType::ObjectDetection),
            Self::Either => None,
        }
    }

    /// What the samples of such a dataset are labeled with.
    pub(crate) fn of_kind(kind: DatasetType) -> Self {
        match kind {
            DatasetType::ImageClassification => Self::Classification,
            DatasetType::ObjectDetection => Self::Detection,
            _ => Self::Either,
        }
    }
}
