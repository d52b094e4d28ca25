//! Label files of images with shapes.

use super::entry::VersionEntry;
use super::mask::mask_of;
use crate::LabelType;
use crate::voc::document_of;
use tidemill_bucket::{Location, Scheme};
use tidemill_vision::mask::Mask;
use tidemill_vision::voc::Document;

/// Whether labels of a sample stand in a label file.
pub(super) fn has_file(entry: &VersionEntry) -> bool {
    entry.sample.labels.iter().any(|label| is_shape(label.kind))
}

fn is_shape(kind: LabelType) -> bool {
    matches!(kind, LabelType::ObjectDetection | LabelType::ImageSegmentation | LabelType::Video)
}

/// The PASCAL VOC file of a sample.
pub(super) struct LabelFile {
    document: Document,
    is_segmentation: bool,
}

impl LabelFile {
    /// `hard`: with the marks of hard examples.
    pub(super) fn of(entry: &VersionEntry, hard: bool) -> Self {
        let labels = &entry.sample.labels;
        let shapes = labels.iter().filter(|label| is_shape(label.kind));
        let name = entry.sample.place.location().map_or("", |location| location.name());
        let document = document_of(name, &entry.sample.metadata, shapes, hard);
        let is_segmentation = labels.iter().any(|label| label.kind == LabelType::ImageSegmentation);
        Self { document, is_segmentation }
    }

    /// The mask of a segmentation, which will lie at `place`; the file names it and its colours. `None` for what is no
    /// segmentation, and where it cannot be drawn.
    pub(super) fn masked(&mut self, place: &Location) -> Option<Mask> {
        if !self.is_segmentation {
            return None;
        }
        let mask = mask_of(&mut self.document)?;
        self.document.set_text("segmented", "1");
        self.document.set_text("mask_source", &place.written(Scheme::Obs));
        Some(mask)
    }

    /// Its bytes.
    pub(super) fn write(&self) -> Vec<u8> {
        self.document.write()
    }
}
