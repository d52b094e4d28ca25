//! Directories in which each file is a sample: images, sounds, videos, anything.

use super::context::Import;
use super::extension::ends_in;
use super::item::{Author, Item, Items, Labels, ObjectItem};
use super::skip::Skip;
use super::store::{listed, path_of};
use super::twin::{Found, Listed, Twins};
use crate::layout::MASKS;
use crate::sample::NewSample;
use crate::task::TaskFailure;
use crate::{DatasetType, LabelType};
use futures::TryStreamExt;
use futures::stream::BoxStream;
use tidemill_bucket::Location;

/// Objects, keys ascending.
pub(crate) type Listing = BoxStream<'static, object_store::Result<Listed>>;

impl Import {
    /// Everything below the path, keys ascending.
    pub(crate) async fn listing(&self) -> Result<Listing, TaskFailure> {
        let bucket = self.store.needed_bucket(&self.path.bucket).await?;
        let prefix = path_of(self.path.key.trim_end_matches('/'));
        let listing = bucket.list(prefix.as_ref());
        Ok(Box::pin(listing.map_ok(listed)))
    }

    /// Hands on every file of the dataset's kind.
    pub(super) async fn read_files(&self, items: &Items) -> Result<(), TaskFailure> {
        let mut listing = self.listing().await?;
        let mut twins = Twins::new(self.file_kind);
        while let Some(object) = self.next(&mut listing).await? {
            for found in twins.push(object) {
                self.hand_on(found, items).await?;
            }
        }
        for found in twins.finish() {
            self.hand_on(found, items).await?;
        }
        Ok(())
    }

    /// The next object of a listing.
    pub(crate) async fn next(&self, listing: &mut Listing) -> Result<Option<Listed>, TaskFailure> {
        listing.try_next().await.map_err(|error| TaskFailure::store(&self.path.bucket, &error))
    }

    /// A location in the bucket that is read.
    pub(crate) fn at(&self, key: &str) -> Location {
        Location { bucket: self.path.bucket.clone(), key: key.to_owned() }
    }

    /// Hands on a file that is not known yet, with the place of its labels.
    pub(crate) async fn hand_on(&self, found: Found, items: &Items) -> Result<(), TaskFailure> {
        let place = self.at(&found.object.key);
        if found.orphan {
            return self.leave_orphan(place, items).await;
        }
        if found.object.known || self.is_mask(&found) || self.is_own_copy(&place) {
            return Ok(());
        }
        let labels = self.labels_of(&found);
        items.send(ObjectItem::listed(place.clone(), found.object, labels, self.new_sample(&place))).await
    }

    /// Tells of a label file without a sample, where samples have such files.
    async fn leave_orphan(&self, place: Location, items: &Items) -> Result<(), TaskFailure> {
        let has_files =
            matches!(self.label_type, Some(LabelType::ObjectDetection | LabelType::ImageSegmentation));
        if has_files && self.options.annotations && !self.is_own_copy(&place) {
            items.send(Item::LeftOut(Skip::Orphan, place.to_string())).await?;
        }
        Ok(())
    }

    /// An unlabeled sample of the dataset's kind.
    pub(super) fn new_sample(&self, place: &Location) -> NewSample {
        NewSample::object(place.clone(), self.dataset.kind.sample_type(), 0, "", 0)
    }

    fn is_mask(&self, found: &Found) -> bool {
        let key = &found.object.key;
        let beside = found.shared && found.xml.is_some() && ends_in(key, "png");
        self.dataset.kind == DatasetType::ImageSegmentation && (beside || key.contains(&format!("/{MASKS}")))
    }

    fn labels_of(&self, found: &Found) -> Labels {
        let file = |listed: &Listed| self.at(&listed.key);
        match (self.label_type, &found.xml, &found.txt) {
            (Some(LabelType::ImageClassification), _, Some(txt)) => Labels::List(file(txt)),
            (Some(LabelType::ImageClassification | LabelType::SoundClassification), _, _) => {
                self.directory_label(&found.object.key).map_or(Labels::Given, Labels::Name)
            }
            (Some(LabelType::ObjectDetection | LabelType::ImageSegmentation), Some(xml), _) => {
                Labels::Voc(file(xml), Author::unnamed())
            }
            (Some(LabelType::ObjectDetection), None, Some(txt)) => match &self.classes {
                Some(classes) => Labels::Yolo(file(txt), classes.clone()),
                None => Labels::Given,
            },
            _ => Labels::Given,
        }
    }

    /// The name of the directory that a file lies in, unless that is the path itself.
    fn directory_label(&self, key: &str) -> Option<String> {
        let below = key.strip_prefix(&self.path.key)?;
        let (directories, _) = below.rsplit_once('/')?;
        directories.rsplit('/').next().filter(|name| !name.is_empty()).map(str::to_owned)
    }
}

/// Whether a dataset reads each file as one sample.
pub(super) fn is_whole_file(kind: DatasetType) -> bool {
    use crate::SampleType::{Table, Text};
    !matches!(kind.sample_type(), Text | Table)
}
