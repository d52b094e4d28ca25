//! Label files of images with shapes.

use super::entry::VersionEntry;
use crate::LabelType;
use crate::voc::document_of;

/// Whether labels of a sample stand in a label file.
pub(super) fn has_file(entry: &VersionEntry) -> bool {
    entry.sample.labels.iter().any(|label| is_shape(label.kind))
}

fn is_shape(kind: LabelType) -> bool {
    matches!(kind, LabelType::ObjectDetection | LabelType::ImageSegmentation | LabelType::Video)
}

/// The PASCAL VOC file of a sample. `hard`: with the marks of hard examples.
pub(super) fn label_file(entry: &VersionEntry, hard: bool) -> Vec<u8> {
    let shapes = entry.sample.labels.iter().filter(|label| is_shape(label.kind));
    let name = entry.sample.place.location().map_or("", |location| location.name());
    document_of(name, &entry.sample.metadata, shapes, hard).write()
}
