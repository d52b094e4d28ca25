//! What the readers of an import hand on: things that become samples.

use super::prepare::ANNOTATED_BY;
use super::skip::Skip;
use super::twin::Listed;
use crate::manifest::{Annotation, read_time};
use crate::sample::NewSample;
use crate::task::TaskFailure;
use std::sync::Arc;
use tidemill_bucket::Location;
use tokio::sync::mpsc;

/// Items read ahead of the samples that are being made of them.
const AHEAD: usize = 256;

/// Something that may become a sample.
#[derive(Debug)]
pub(crate) enum Item {
    /// An object and where its labels are.
    Object(Box<ObjectItem>),
    /// A sample that is complete.
    Sample(Box<NewSample>),
    /// Something left out, and where.
    LeftOut(Skip, String),
    /// An object was copied whose samples follow.
    Copied(Copied),
}

/// What was copied for samples.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Copied {
    pub(crate) files: u64,
    pub(crate) bytes: u64,
}

/// An object that becomes a sample.
#[derive(Debug)]
pub(crate) struct ObjectItem {
    /// Where it is.
    pub(crate) place: Location,
    /// What a listing told of it; `None`: still to be asked for.
    pub(crate) facts: Option<Listed>,
    /// Its labels.
    pub(crate) labels: Labels,
    /// What is known beside: usage, hardness, metadata, labels in the manifest itself.
    pub(crate) known: NewSample,
}

/// Where the labels of an object are.
#[derive(Clone, Debug)]
pub(crate) enum Labels {
    /// In the item, if it has any.
    Given,
    /// The directory's name is the label.
    Name(String),
    /// In a file, one a line.
    List(Location),
    /// In a PASCAL VOC file, made by somebody.
    Voc(Location, Author),
    /// In a YOLO file, if it is there; classes by index.
    Yolo(Location, Arc<Vec<String>>),
}

/// Who made annotations, and when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Author {
    /// Who.
    pub(crate) by: String,
    /// When, in ms since the epoch, if somebody said so.
    pub(crate) created_ms: Option<i64>,
}

impl Author {
    /// Whoever stands for imported labels that name nobody.
    pub(crate) fn unnamed() -> Self {
        Self { by: ANNOTATED_BY.to_owned(), created_ms: None }
    }

    /// What a manifest says. A time that cannot be read is none: the annotation is of use all the same.
    pub(crate) fn of(annotation: &Annotation) -> Self {
        Self {
            by: annotation.annotated_by.clone().unwrap_or_else(|| ANNOTATED_BY.to_owned()),
            created_ms: annotation.creation_time.as_deref().and_then(read_time),
        }
    }
}

impl ObjectItem {
    /// An object from a listing.
    pub(crate) fn listed(place: Location, facts: Listed, labels: Labels, known: NewSample) -> Item {
        Item::Object(Box::new(Self { place, facts: Some(facts), labels, known }))
    }

    /// An object that is only named.
    pub(crate) fn named(place: Location, labels: Labels, known: NewSample) -> Item {
        Item::Object(Box::new(Self { place, facts: None, labels, known }))
    }
}

/// The reader's end: waits while enough is read ahead.
#[derive(Clone, Debug)]
pub(crate) struct Items(mpsc::Sender<Item>);

impl Items {
    /// Both ends.
    pub(crate) fn new() -> (Self, mpsc::Receiver<Item>) {
        let (sender, receiver) = mpsc::channel(AHEAD);
        (Self(sender), receiver)
    }

    /// Hands an item on.
    pub(crate) async fn send(&self, item: Item) -> Result<(), TaskFailure> {
        use crate::task::FailureReason::Internal;
        self.0.send(item).await.map_err(|_| TaskFailure::new(Internal, "the import has ended"))
    }
}
