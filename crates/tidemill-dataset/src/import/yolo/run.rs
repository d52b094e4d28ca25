//! Reading a YOLO directory: the images that `train` and `valid` list.

use super::{DATA_FILE, DataFile, label_key, read_names};
use crate::import::context::Import;
use crate::import::item::{Item, Items, Labels, ObjectItem};
use crate::import::skip::Skip;
use crate::import::store::LABEL_BYTES_MAX;
use crate::import::text::LINE_BYTES_MAX;
use crate::manifest::{Lines, RawLine};
use crate::sample::Usage;
use crate::task::{FailureReason, TaskFailure};
use std::sync::Arc;
use tidemill_bucket::Location;

/// Leading directories of a written path that may be missing in the bucket.
const STRIPPED_MAX: usize = 4;

/// What a YOLO directory says of itself.
pub(crate) struct Yolo {
    data: DataFile,
    /// Classes by index.
    pub(crate) classes: Arc<Vec<String>>,
}

impl Import {
    /// What `obj.data` says; `None` if there is none.
    pub(crate) async fn yolo(&self) -> Result<Option<Yolo>, TaskFailure> {
        let file = self.path.join(DATA_FILE);
        let read = match self.store.read(&file, LABEL_BYTES_MAX).await {
            Err(Skip::Missing) => return Ok(None),
            read => read.map_err(|skip| unreadable(&file, skip))?,
        };
        let data = DataFile::read(&read.bytes).map_err(|skip| unreadable(&file, skip))?;
        drop(read);
        let written = data.names.clone().unwrap_or_else(|| "obj.names".to_owned());
        let (names, _) = self.resolve(&written).await.ok_or_else(|| missing(&written))?;
        let read = self.store.read(&names, LABEL_BYTES_MAX).await;
        let read = read.map_err(|skip| unreadable(&names, skip))?;
        let classes = read_names(&read.bytes).map_err(|skip| unreadable(&names, skip))?;
        Ok(Some(Yolo { data, classes: Arc::new(classes) }))
    }

    /// Hands on the images of `train` and `valid`.
    pub(crate) async fn read_yolo_directory(&self, yolo: &Yolo, items: &Items) -> Result<(), TaskFailure> {
        let subsets = [(&yolo.data.train, Usage::Train), (&yolo.data.valid, Usage::Eval)];
        for (written, usage) in subsets {
            let Some(written) = written else { continue };
            let (list, _) = self.resolve(written).await.ok_or_else(|| missing(written))?;
            self.read_subset(&list, usage, &yolo.classes, items).await?;
        }
        Ok(())
    }

    async fn read_subset(
        &self,
        list: &Location,
        usage: Usage,
        classes: &Arc<Vec<String>>,
        items: &Items,
    ) -> Result<(), TaskFailure> {
        let found = self.store.get(list).await.map_err(|skip| unreadable(list, skip))?;
        let mut lines = Lines::new(found.into_stream(), LINE_BYTES_MAX);
        // All images of a list are written alike.
        let mut stripped = None;
        while let Some(line) = lines.next().await.map_err(|e| TaskFailure::store(&list.bucket, &e))? {
            let written = match line {
                RawLine::TooLong => Err(Skip::LineLength),
                RawLine::Bytes(bytes) => String::from_utf8(bytes).map_err(|_| Skip::Encoding),
            };
            let written = match written.as_deref().map(str::trim) {
                Ok("") => continue,
                Ok(written) => written,
                Err(skip) => {
                    items.send(Item::LeftOut(*skip, list.to_string())).await?;
                    continue;
                }
            };
            if stripped.is_none() {
                stripped = self.resolve(written).await.map(|(_, count)| count);
            }
            items.send(self.yolo_item(written, stripped.unwrap_or_default(), usage, classes)).await?;
        }
        Ok(())
    }

    fn yolo_item(&self, written: &str, stripped: usize, usage: Usage, classes: &Arc<Vec<String>>) -> Item {
        let Some(place) = self.written(written, stripped) else {
            return Item::LeftOut(Skip::Missing, written.to_owned());
        };
        let labels = Location { bucket: place.bucket.clone(), key: label_key(&place.key) };
        let mut known = self.new_sample(&place);
        known.usage = Some(usage);
        ObjectItem::named(place, Labels::Yolo(labels, classes.clone()), known)
    }

    /// Where a written path is: as it stands, or without some of its leading directories, which often name
    /// where the files once lay. The number of those, too.
    async fn resolve(&self, written: &str) -> Option<(Location, usize)> {
        for stripped in 0..=STRIPPED_MAX {
            let place = self.written(written, stripped)?;
            if self.store.head(&place).await.is_ok() {
                return Some((place, stripped));
            }
        }
        None
    }

    /// A written path below the directory that is read, without its first `stripped` parts.
    fn written(&self, written: &str, stripped: usize) -> Option<Location> {
        let mut rest = written.trim_start_matches("./").trim_start_matches('/');
        for _ in 0..stripped {
            rest = rest.split_once('/')?.1;
        }
        Location::parse(&format!("/{}", self.path.join(rest).plain())).ok()
    }
}

fn missing(written: &str) -> TaskFailure {
    TaskFailure::new(FailureReason::PathMissing, format!("{DATA_FILE} names {written}, which is not there"))
}

fn unreadable(place: &Location, skip: Skip) -> TaskFailure {
    TaskFailure::new(FailureReason::Invalid, format!("{place}: {skip}"))
}
