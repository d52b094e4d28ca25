//! The files of a version in the user's bucket: manifest, label files, copies of samples.

use super::canonical::VersionEntries;
use super::entry::VersionEntry;
use super::label_file::{LabelFile, has_file};
use super::make::Making;
use super::trouble::Trouble;
use crate::layout::MASKS;
use crate::manifest::{Annotation, AnnotationKind, Entry, Source, write_entry, written_time};
use crate::sample::{Place, SampleLabel};
use crate::{DatasetType, Datasets, Fraction, LabelType};
use futures::{StreamExt, TryStreamExt};
use object_store::path::Path;
use object_store::{ObjectStoreExt, PutPayload, WriteMultipart};
use sha2::{Digest, Sha256};
use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use tidemill_bucket::{Bucket, Location, Scheme};
use tidemill_model::ProjectId;
use tidemill_vision::mask::Mask;

/// Samples whose files are written at a time.
const CHUNK: usize = 256;
/// Files under way at a time.
const AT_A_TIME: usize = 16;
/// Parts of one upload that may be under way at a time.
const PARTS_MAX: usize = 4;

/// A file that belongs to a version.
enum File {
    /// Its bytes.
    Bytes(Path, Vec<u8>),
    /// A copy of an object.
    Copy(Location, Path),
    /// The mask of a segmentation.
    Mask(Mask, Path),
}

/// Names that are not given twice in one directory. Memory: some 10 bytes a name.
#[derive(Default)]
struct Names {
    taken: HashSet<u64>,
    /// The last number given to a name that was taken, so that many equal names stay quick.
    numbers: HashMap<u64, u32>,
}

impl Names {
    /// `stem` and `suffix`, with `_1`, `_2`… between them if that is taken.
    fn free(&mut self, stem: &str, suffix: &str) -> String {
        let name = format!("{stem}{suffix}");
        let asked = hash(&name);
        if self.taken.insert(asked) {
            return name;
        }
        let number = self.numbers.entry(asked).or_insert(0);
        loop {
            *number += 1;
            let name = format!("{stem}_{number}{suffix}");
            if self.taken.insert(hash(&name)) {
                return name;
            }
        }
    }
}

fn hash(name: &str) -> u64 {
    Sha256::digest(name.as_bytes()).iter().take(8).fold(0, |number, byte| number << 8 | u64::from(*byte))
}

/// What is written next, and what names are taken.
struct Files {
    directory: Location,
    label_names: Names,
    sample_names: Names,
    lines: Vec<u8>,
    waiting: Vec<File>,
}

impl Making {
    /// Writes the public files, from the canonical manifest: again the same if it is done again.
    pub(super) async fn write_public(&self) -> Result<(), Trouble> {
        let failed = |what: String| Trouble::Failed(what);
        let manifest =
            Location::parse(&format!("/{}", self.version.manifest)).map_err(|e| failed(e.to_string()))?;
        let bucket = self.datasets.bucket_of(&self.dataset.project, &manifest).await;
        let bucket = bucket.map_err(|e| failed(format!("the bucket {}: {e}", manifest.bucket)))?;
        let directory = manifest.key.rsplit_once('/').map_or("", |(directory, _)| directory);
        let directory = Location { bucket: manifest.bucket.clone(), key: format!("{directory}/") };
        if self.dataset.kind == DatasetType::Table {
            return self.write_table(&bucket, &directory, &path(&manifest.key)?).await;
        }
        let mut files = Files {
            directory,
            label_names: Names::default(),
            sample_names: Names::default(),
            lines: Vec::new(),
            waiting: Vec::new(),
        };
        let mut upload = WriteMultipart::new(bucket.put_multipart(&path(&manifest.key)?).await?);
        let mut entries = VersionEntries::open(self.datasets.artefacts(), &self.version.identity).await?;
        let mut count = 0usize;
        while let Some(entry) = entries.next().await? {
            self.add(&entry, &mut files)?;
            count += 1;
            if count.is_multiple_of(CHUNK) {
                self.go_on()?;
                self.flush(&bucket, &mut upload, &mut files).await?;
            }
        }
        self.flush(&bucket, &mut upload, &mut files).await?;
        upload.finish().await?;
        Ok(())
    }

    /// Adds the line of a sample and its files.
    fn add(&self, entry: &VersionEntry, files: &mut Files) -> Result<(), Trouble> {
        let mut line = public_entry(entry, self.dataset.kind);
        if has_file(entry) {
            let stem = stem_of(entry);
            let name = files.label_names.free(&stem, ".xml");
            let place = files.directory.join(&format!("annotation/{name}"));
            let mut label_file = LabelFile::of(entry, !self.options.clear_hard);
            let png = format!("{MASKS}{}png", name.trim_end_matches("xml"));
            let png = files.directory.join(&png);
            if let Some(mask) = label_file.masked(&png) {
                files.waiting.push(File::Mask(mask, path(&png.key)?));
            }
            files.waiting.push(File::Bytes(path(&place.key)?, label_file.write()));
            line.annotations.push(filed(entry, place));
        }
        write_entry(&line, Scheme::S3, &mut files.lines);
        if let (true, Place::Object(location)) = (self.options.export_images, &entry.sample.place) {
            let (stem, suffix) = location.name().rsplit_once('.').unwrap_or((location.name(), ""));
            let dot = if suffix.is_empty() { "" } else { "." };
            let name = files.sample_names.free(stem, &format!("{dot}{suffix}"));
            let to = path(&files.directory.join(&format!("data/{name}")).key)?;
            files.waiting.push(File::Copy(location.clone(), to));
        }
        Ok(())
    }

    async fn flush(
        &self,
        bucket: &Arc<dyn Bucket>,
        upload: &mut WriteMultipart,
        files: &mut Files,
    ) -> Result<(), Trouble> {
        upload.wait_for_capacity(PARTS_MAX).await?;
        upload.write(&files.lines);
        files.lines.clear();
        let writes: Vec<_> = files.waiting.drain(..).map(|file| self.writer(bucket).write(file)).collect();
        futures::stream::iter(writes).buffer_unordered(AT_A_TIME).try_collect().await
    }

    fn writer(&self, bucket: &Arc<dyn Bucket>) -> FileWriter {
        FileWriter {
            datasets: self.datasets.clone(),
            project: self.dataset.project.clone(),
            bucket: bucket.clone(),
        }
    }
}

/// Writes one file into the version's bucket.
struct FileWriter {
    datasets: Datasets,
    project: ProjectId,
    bucket: Arc<dyn Bucket>,
}

impl FileWriter {
    async fn write(self, file: File) -> Result<(), Trouble> {
        match file {
            File::Bytes(to, bytes) => {
                self.bucket.put(&to, PutPayload::from(bytes)).await?;
                Ok(())
            }
            File::Mask(mask, to) => {
                let drawn = tokio::task::spawn_blocking(move || mask.png()).await;
                let drawn = drawn.map_err(|error| Trouble::Failed(error.to_string()))?;
                let png = drawn.map_err(|error| Trouble::Failed(format!("{to}: {error}")))?;
                self.bucket.put(&to, PutPayload::from(png)).await?;
                Ok(())
            }
            File::Copy(from, to) => {
                let source = self.datasets.bucket_of(&self.project, &from).await;
                let source = source.map_err(|e| Trouble::Failed(format!("{from}: {e}")))?;
                let copied = copy(&source, &from, &self.bucket, &to).await;
                copied.map_err(|e| Trouble::Failed(format!("{from}: {e}")))
            }
        }
    }
}

/// Copies an object from one bucket to another. Memory: some parts.
async fn copy(
    source: &Arc<dyn Bucket>,
    from: &Location,
    target: &Arc<dyn Bucket>,
    to: &Path,
) -> object_store::Result<()> {
    let mut chunks = source.get(&Path::parse(&from.key)?).await?.into_stream();
    let mut upload = WriteMultipart::new(target.put_multipart(to).await?);
    while let Some(chunk) = chunks.next().await {
        upload.wait_for_capacity(PARTS_MAX).await?;
        upload.put(chunk?);
    }
    upload.finish().await.map(drop)
}

fn path(key: &str) -> Result<Path, Trouble> {
    Path::parse(key).map_err(|error| Trouble::Failed(format!("{key}: {error}")))
}

/// The object's name without its suffix.
fn stem_of(entry: &VersionEntry) -> String {
    let name = entry.sample.place.location().map_or("", |location| location.name());
    name.rsplit_once('.').map_or(name, |(stem, _)| stem).to_owned()
}

/// The line of a sample, without what stands in a label file.
fn public_entry(entry: &VersionEntry, kind: DatasetType) -> Entry {
    let sample = &entry.sample;
    let source = match (&sample.place, &sample.content) {
        (Place::Object(location), _) | (Place::Line(location, _), None) => Source::Object(location.clone()),
        (Place::Line(..) | Place::Inline, content) => Source::Content(content.clone().unwrap_or_default()),
    };
    Entry {
        id: Some(sample.id()),
        usage: sample.usage,
        annotations: sample.labels.iter().filter_map(annotation).collect(),
        hard: sample.hardness.hard,
        hard_coefficient: sample.hardness.coefficient.map(Fraction::get),
        property: sample.metadata.clone(),
        sample_type: (kind != DatasetType::FreeFormat).then(|| sample.kind.code()),
        ..Entry::new(source)
    }
}

/// A label as an annotation; `None` if it stands in a label file.
fn annotation(label: &SampleLabel) -> Option<Annotation> {
    let kind = match label.kind {
        LabelType::ImageClassification => AnnotationKind::ImageClassification,
        LabelType::TextClassification => AnnotationKind::TextClassification,
        LabelType::NamedEntity | LabelType::TripletEntity => AnnotationKind::TextEntity,
        LabelType::TripletRelation => AnnotationKind::TextTriplet,
        LabelType::SoundClassification => AnnotationKind::AudioClassification,
        LabelType::SpeechContent => AnnotationKind::AudioContent,
        LabelType::SpeechParagraph => AnnotationKind::AudioSegmentation,
        LabelType::ObjectDetection | LabelType::ImageSegmentation | LabelType::Video => return None,
    };
    Some(Annotation {
        name: Some(label.name.clone()).filter(|name| !name.is_empty()),
        id: label.id.clone(),
        property: label.property.clone(),
        confidence: label.score.map(Fraction::get),
        annotated_by: Some(label.annotated_by.clone()).filter(|by| !by.is_empty()),
        creation_time: label.created_ms.and_then(written_time),
        ..Annotation::new(kind)
    })
}

/// The annotation that names a label file, made when the last of its shapes was.
fn filed(entry: &VersionEntry, place: Location) -> Annotation {
    let labels = &entry.sample.labels;
    let is_segmentation = labels.iter().any(|label| label.kind == LabelType::ImageSegmentation);
    let kind =
        if is_segmentation { AnnotationKind::ImageSegmentation } else { AnnotationKind::ObjectDetection };
    let by = labels.first().map(|label| label.annotated_by.clone()).filter(|by| !by.is_empty());
    let creation_time = labels.iter().filter_map(|label| label.created_ms).max().and_then(written_time);
    Annotation { annotation_loc: Some(place), annotated_by: by, creation_time, ..Annotation::new(kind) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clashes_get_numbers() {
        let mut names = Names::default();
        let mut free = |stem: &str, suffix: &str| names.free(stem, suffix);
        assert_eq!(free("x", ".jpg"), "x.jpg");
        assert_eq!(free("x_2", ".jpg"), "x_2.jpg");
        assert_eq!(free("x", ".jpg"), "x_1.jpg");
        assert_eq!(free("x", ".jpg"), "x_3.jpg");
        assert_eq!(free("x", ".png"), "x.png");
        assert_eq!(free("x_1", ".jpg"), "x_1_1.jpg");
        assert_eq!(free("x", ".jpg"), "x_4.jpg");
    }

    #[test]
    fn equal_names_take_one_step_each() {
        let mut names = Names::default();
        for _ in 0..20_000 {
            names.free("image", ".jpg");
        }
        assert_eq!(names.free("image", ".jpg"), "image_20000.jpg");
    }
}
