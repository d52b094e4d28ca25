//! What runs read: directories, versions of datasets, outputs of other tasks.

use super::listing::{Known, Listing, is_picture};
use super::objects::{UserObjects, path_of};
use super::record::LabelFile;
use super::said::Said;
use super::shard::unless_stopped;
use crate::engine::Listed;
use crate::error::Trouble;
use futures::{StreamExt, TryFutureExt, TryStreamExt};
use object_store::ObjectStoreExt;
use tidemill_bucket::Location;
use tidemill_dataset::manifest::{Entry, Reader, Source};
use tidemill_dataset::sample::{SampleLabel, Usage};
use tidemill_dataset::version::{VersionEntries, VersionEntry};
use tidemill_dataset::{LabelType, voc};

/// Lines of a manifest that are read before their objects are looked at.
const LINES_AT_ONCE: usize = 256;

/// Objects of a manifest that are looked at at once.
const HEADS_AT_ONCE: usize = 16;

impl Listing<'_> {
    /// Adds the pictures of a dataset version; `input` is the directory of the dataset.
    pub(crate) async fn add_version(
        &mut self,
        mut entries: VersionEntries,
        input: &Location,
    ) -> Result<(), Trouble> {
        loop {
            let next = entries.next().map_err(|e| Trouble::Failed(e.to_string()));
            let Some(entry) = unless_stopped(self.cancel, next).await? else { return Ok(()) };
            if let Some(listed) = of_version(&entry, input)? {
                self.add(listed).await?;
            }
        }
    }

    /// Adds the pictures of the output of a task: what its manifest lists.
    pub(crate) async fn add_manifest(&mut self, manifest: &Location) -> Result<(), Trouble> {
        let bucket = self.objects.bucket(&manifest.bucket).await?;
        let failed = |e: object_store::Error| Trouble::Failed(format!("cannot read {manifest}: {e}"));
        let found = bucket.get(&path_of(manifest)?).await.map_err(failed)?;
        let directory = manifest.key.rsplit_once('/').map_or("", |(directory, _)| directory);
        let base = Location { bucket: manifest.bucket.clone(), key: directory.to_owned() }.as_dir();
        let (objects, base) = (self.objects, &base);
        let mut lines = Reader::new(found.into_stream().boxed(), base.clone());
        let mut entries = Vec::with_capacity(LINES_AT_ONCE);
        loop {
            let line = unless_stopped(self.cancel, lines.next().map_err(failed)).await?;
            let is_last = line.is_none();
            if let Some(line) = line {
                let bad = |e| Trouble::Failed(format!("{manifest}, line {}: {e}", line.number));
                entries.push(line.entry.map_err(bad)?);
            }
            if is_last || entries.len() == LINES_AT_ONCE {
                let found = entries.drain(..).map(|entry| of_manifest(objects, entry, base));
                let mut found = futures::stream::iter(found).buffered(HEADS_AT_ONCE);
                while let Some(listed) = unless_stopped(self.cancel, found.try_next()).await? {
                    if let Some(listed) = listed {
                        self.add(listed).await?;
                    }
                }
            }
            if is_last {
                return Ok(());
            }
        }
    }
}

/// The path below a directory, or the whole one.
fn relative(place: &Location, base: &Location) -> String {
    place.plain().strip_prefix(&base.plain()).map_or_else(|| place.plain(), str::to_owned)
}

fn listed(
    place: &Location,
    (size, etag): (u64, Option<String>),
    known: &Known,
) -> Result<Option<Listed>, Trouble> {
    if !is_picture(&place.key) {
        return Ok(None);
    }
    Ok(Some(Listed {
        path: place.plain(),
        // No label file is looked for: the source says what the labels are.
        stem: String::new(),
        is_label: false,
        size: i64::try_from(size).unwrap_or(i64::MAX),
        etag,
        body: serde_json::to_string(known).map_err(|e| Trouble::Failed(e.to_string()))?,
    }))
}

fn of_version(entry: &VersionEntry, input: &Location) -> Result<Option<Listed>, Trouble> {
    let sample = &entry.sample;
    let Some(place) = sample.place.location() else { return Ok(None) };
    let is_shape = |label: &&SampleLabel| {
        matches!(label.kind, LabelType::ObjectDetection | LabelType::ImageSegmentation)
    };
    let names = sample.labels.iter().filter(|label| label.kind == LabelType::ImageClassification);
    let has_shapes = sample.labels.iter().any(|label| is_shape(&label));
    let label_file = has_shapes.then(|| {
        let shapes = sample.labels.iter().filter(is_shape);
        let text = voc::document_of(place.name(), &sample.metadata, shapes, false).write_unbounded();
        LabelFile::Text(String::from_utf8_lossy(&text).into_owned())
    });
    let known = Known {
        relative: relative(place, input),
        usage: sample.usage.map(|usage: Usage| usage.as_str().to_lowercase()),
        labels: names.map(|label| label.name.clone()).collect(),
        label_file,
        entry: Some(entry.line()),
        said: Vec::new(),
    };
    let etag = Some(sample.etag.clone()).filter(|etag| !etag.is_empty());
    listed(place, (sample.size, etag), &known)
}

/// A line of a manifest, with its objects as they are now: the manifest knows neither their sizes nor their ETags.
async fn of_manifest(
    objects: &UserObjects,
    entry: Entry,
    base: &Location,
) -> Result<Option<Listed>, Trouble> {
    let Source::Object(place) = &entry.source else { return Ok(None) };
    if !is_picture(&place.key) {
        return Ok(None);
    }
    let names = entry.annotations.iter().filter(|a| a.kind.is_classification());
    let file = entry.annotations.iter().find_map(|a| a.annotation_loc.as_ref());
    let label_file = match file {
        Some(file) => Some(LabelFile::Object { path: file.plain(), etag: objects.head(file).await?.1 }),
        None => None,
    };
    let known = Known {
        relative: relative(place, base),
        usage: entry.usage.map(|usage| usage.as_lower().to_owned()),
        labels: names.filter_map(|a| a.name.clone()).collect(),
        label_file,
        entry: None,
        said: entry.annotations.iter().map(Said::of).collect(),
    };
    listed(place, objects.head(place).await?, &known)
}
