//! Samples that are sent inline, or named by their path.

use super::{Hardness, NewSample, OnPresent, Place, SampleLabel, SampleResult, Usage};
use crate::dataset::Dataset;
use crate::error::{DatasetError, PathError};
use crate::{Datasets, SampleType, voc};
use bytes::Bytes;
use encoding_rs::{Encoding, UTF_8};
use object_store::path::Path;
use object_store::{ObjectStoreExt, PutMode, PutPayload};
use serde_json::{Map, Value, json};
use std::sync::Arc;
use tidemill_bucket::{Bucket, BucketError, Location, Scheme};
use tidemill_model::limits::INLINE_SAMPLE_BYTES_MAX;
use tidemill_vision::voc::ImageSize;
use tidemill_vision::{DecodeLimits, dimensions};

const NAME_CHARS_MAX: usize = 1024;
/// Largest object that is copied for a sample: what an image may have.
const COPIED_BYTES_MAX: u64 = 25 * 1024 * 1024;
/// Longest line of a text that becomes a sample.
const LINE_BYTES_MAX: usize = 100 * 1024;

/// Where the bytes of an uploaded sample are.
#[derive(Clone, Debug)]
pub enum Content {
    /// In the request.
    Inline(Bytes),
    /// In an object.
    Object(Location),
}

/// A sample that a client sends.
#[derive(Clone, Debug)]
pub struct Upload {
    /// Name of the object below the input path; `None`: that of the object.
    pub name: Option<String>,
    /// Its bytes.
    pub content: Content,
    /// Name of the encoding of a text.
    pub encoding: Option<String>,
    /// Its annotations.
    pub labels: Vec<SampleLabel>,
    /// What it is meant for.
    pub usage: Option<Usage>,
    /// Whether it is a hard example.
    pub hardness: Hardness,
    /// Its properties.
    pub metadata: Map<String, Value>,
}

/// An uploaded sample.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Uploaded {
    /// `/bucket/key` of its object.
    pub path: String,
    /// The id of the sample; of a text with several lines that of the first.
    pub sample_id: String,
}

impl Datasets {
    /// Adds samples that a client sends, each on its own. Inline bytes become an object below the input path;
    /// an object elsewhere is copied there. Annotations without a time are made now. Durable when this returns.
    ///
    /// # Errors
    /// None as a whole but [`DatasetError::Meta`] and [`DatasetError::Busy`]; the results tell the rest.
    pub async fn upload(
        &self,
        dataset: &Dataset,
        uploads: Vec<Upload>,
    ) -> Result<Vec<SampleResult<Uploaded>>, DatasetError> {
        self.get(&dataset.project, dataset.id.as_str()).await?.may_grow()?;
        let mut results = Vec::with_capacity(uploads.len());
        let now_ms = self.clock().now_ms();
        for mut upload in uploads {
            upload.labels.iter_mut().for_each(|label| label.created_ms = label.created_ms.or(Some(now_ms)));
            results.push(match self.upload_one(dataset, upload).await {
                Err(error @ DatasetError::Meta(_)) => return Err(error),
                done => done,
            });
        }
        Ok(results)
    }

    async fn upload_one(&self, dataset: &Dataset, upload: Upload) -> SampleResult<Uploaded> {
        for label in &upload.labels {
            label.check(dataset.kind)?;
        }
        let place = upload.place(dataset)?;
        if let Content::Inline(bytes) = &upload.content {
            check_content(bytes, dataset.kind.sample_type(), place.name())?;
        }
        let lines = upload.lines(dataset.kind.sample_type())?;
        let metadata = self.sized(dataset, &upload, &place).await?;
        let bucket = self.user_bucket(dataset, &place).await?;
        let path = Path::parse(&place.key).map_err(|error| invalid(error.to_string()))?;
        match &upload.content {
            Content::Inline(bytes) => put_new(&*bucket, &path, bytes.clone()).await?,
            Content::Object(from) if *from == place => {}
            Content::Object(from) => self.copy_in(dataset, from, &*bucket, &path).await?,
        }
        let meta = bucket.head(&path).await.map_err(|error| object_error(&place, error))?;
        let etag = meta.e_tag.as_deref().unwrap_or_default();
        let modified_ms = meta.last_modified.timestamp_millis();
        let mut sample =
            NewSample::object(place.clone(), dataset.kind.sample_type(), meta.size, etag, modified_ms);
        (sample.labels, sample.usage, sample.metadata) = (upload.labels, upload.usage, metadata);
        sample.hardness = upload.hardness;
        let samples: Vec<NewSample> = match lines {
            Some(lines) => lines.into_iter().map(|line| of_line(&sample, &place, line)).collect(),
            None => vec![sample],
        };
        let sample_id = samples.first().map(NewSample::id).unwrap_or_default();
        let added = self.add_samples(&dataset.id, samples, OnPresent::Keep).await;
        let is_refused = matches!(&added, Err(error) if !matches!(error, DatasetError::Meta(_)));
        if is_refused && !matches!(&upload.content, Content::Object(from) if *from == place) {
            // So that the client can try again, and nothing is left of a dataset that was deleted meanwhile. If this
            // fails, a synchronisation takes it up.
            let _ = bucket.delete(&path).await;
        }
        if added?.added == 0 {
            return Err(DatasetError::SampleExists(sample_id));
        }
        Ok(Uploaded { path: place.written(Scheme::Slash), sample_id })
    }

    /// The properties of an upload with the size of its image, if its labels say where something is.
    async fn sized(
        &self,
        dataset: &Dataset,
        upload: &Upload,
        place: &Location,
    ) -> SampleResult<Map<String, Value>> {
        let mut metadata = upload.metadata.clone();
        if metadata.contains_key(voc::SIZE) || !upload.labels.iter().any(SampleLabel::is_placed) {
            return Ok(metadata);
        }
        let size = match &upload.content {
            Content::Inline(bytes) => {
                let found = dimensions(bytes, &DecodeLimits::default()).ok();
                found.map(|found| ImageSize { width: found.width, height: found.height })
            }
            Content::Object(from) => self.image_size(dataset, from).await,
        };
        let size = size.ok_or_else(|| DatasetError::ImageSizeUnknown(place.name().to_owned()))?;
        metadata.insert(voc::SIZE.to_owned(), json!([size.width, size.height, 3]));
        Ok(metadata)
    }

    async fn user_bucket(&self, dataset: &Dataset, place: &Location) -> SampleResult<Arc<dyn Bucket>> {
        let opened = self.bucket_of(&dataset.project, place).await;
        opened.map_err(|error| match error {
            BucketError::Missing => PathError::NoBucket(place.bucket.clone()).into(),
            error => PathError::Bucket(place.bucket.clone(), error).into(),
        })
    }

    /// Copies an object from elsewhere.
    async fn copy_in(
        &self,
        dataset: &Dataset,
        from: &Location,
        bucket: &dyn Bucket,
        to: &Path,
    ) -> SampleResult<()> {
        let source = self.user_bucket(dataset, from).await?;
        let path = Path::parse(&from.key).map_err(|error| invalid(error.to_string()))?;
        let got = source.get(&path).await.map_err(|error| object_error(from, error))?;
        if got.meta.size > COPIED_BYTES_MAX {
            return Err(DatasetError::FileTooLarge(got.meta.size, COPIED_BYTES_MAX));
        }
        let bytes = got.bytes().await.map_err(|error| object_error(from, error))?;
        put_new(bucket, to, bytes).await
    }
}

impl Upload {
    /// The lines of an inline text, checked before its object is stored; `None` for what is one sample.
    fn lines(&self, kind: SampleType) -> SampleResult<Option<Vec<Line>>> {
        match &self.content {
            Content::Inline(bytes) if kind == SampleType::Text => {
                lines(&text(bytes, self.encoding.as_deref())?).map(Some)
            }
            Content::Inline(_) | Content::Object(_) => Ok(None),
        }
    }

    /// Where the object of the sample is or will be.
    fn place(&self, dataset: &Dataset) -> SampleResult<Location> {
        match (&self.content, &self.name) {
            (Content::Inline(bytes), Some(name)) => {
                check_size(bytes.len() as u64)?;
                check_file_name(name, dataset.kind.sample_type())?;
                Ok(dataset.input.join(name))
            }
            (Content::Inline(_), None) => Err(invalid("the name of a sample is missing".to_owned())),
            (Content::Object(from), _) if dataset.input.holds(from) => Ok(from.clone()),
            (Content::Object(from), name) => {
                let name = name.as_deref().unwrap_or_else(|| from.name());
                check_file_name(name, dataset.kind.sample_type())?;
                Ok(dataset.input.join(name))
            }
        }
    }
}

fn invalid(reason: String) -> DatasetError {
    DatasetError::Invalid(reason)
}

fn check_size(bytes: u64) -> SampleResult<()> {
    let max = INLINE_SAMPLE_BYTES_MAX as u64;
    if bytes > max { Err(DatasetError::InlineTooLarge(bytes)) } else { Ok(()) }
}

/// Refuses bytes that cannot be a sample of this type, whatever their name: a client that mixes files up is told at
/// once. What is damaged further in is left to validation.
fn check_content(bytes: &[u8], kind: SampleType, name: &str) -> SampleResult<()> {
    let (ok, what) = match kind {
        SampleType::Image => (dimensions(bytes, &DecodeLimits::default()).is_ok(), "an image"),
        SampleType::Audio => {
            (bytes.starts_with(b"RIFF") && bytes.get(8..12) == Some(b"WAVE"), "a WAVE sound")
        }
        SampleType::Video => (bytes.get(4..8) == Some(b"ftyp"), "an MP4 video"),
        SampleType::Text | SampleType::Table | SampleType::FreeFormat => (true, ""),
    };
    let shown: String = name.chars().take(80).collect();
    if ok { Ok(()) } else { Err(invalid(format!("the content of {shown:?} is not {what}"))) }
}

fn check_file_name(name: &str, kind: SampleType) -> SampleResult<()> {
    let shown: String = name.chars().take(80).collect();
    let parts_ok = name.split('/').all(|part| !matches!(part, "" | "." | ".."));
    let chars_ok =
        !name.contains(['!', '<', '>', '=', '&', '"', '\'', '\\']) && !name.chars().any(char::is_control);
    if !(1..=NAME_CHARS_MAX).contains(&name.chars().count()) || !parts_ok || !chars_ok {
        return Err(invalid(format!(
            "the name of a sample must have 1 to 1024 characters, none of !<>=&\"', and no empty part, got {shown:?}"
        )));
    }
    if !kind.is_named(name) {
        return Err(invalid(format!("{shown:?} has not the suffix of a sample of this dataset")));
    }
    Ok(())
}

/// Writes an object that must not be there yet.
async fn put_new(bucket: &dyn Bucket, path: &Path, bytes: Bytes) -> SampleResult<()> {
    match bucket.put_opts(path, PutPayload::from(bytes), PutMode::Create.into()).await {
        Ok(_) => Ok(()),
        Err(object_store::Error::AlreadyExists { .. }) => Err(DatasetError::SampleExists(path.to_string())),
        Err(error) => Err(DatasetError::Object(error.to_string())),
    }
}

fn object_error(place: &Location, error: object_store::Error) -> DatasetError {
    match error {
        object_store::Error::NotFound { .. } => DatasetError::NoObject(place.to_string()),
        error => DatasetError::Object(error.to_string()),
    }
}

/// The text in the encoding a client named, or UTF-8.
fn text(bytes: &[u8], encoding: Option<&str>) -> SampleResult<String> {
    let named = encoding.filter(|name| !name.is_empty());
    let encoding = named.map_or(Some(UTF_8), |name| Encoding::for_label(name.as_bytes()));
    let encoding = encoding.ok_or_else(|| invalid("encoding must be UTF-8, GBK or GB2312".to_owned()))?;
    let (text, _, broken) = encoding.decode(bytes);
    if broken { Err(invalid(format!("the text is not {}", encoding.name()))) } else { Ok(text.into_owned()) }
}

/// A line and its number in its text.
type Line = (u64, String);

/// The lines that are not empty: each becomes a sample.
fn lines(text: &str) -> SampleResult<Vec<Line>> {
    let numbered = (1..).zip(text.lines()).filter(|(_, line)| !line.trim().is_empty());
    let lines: Vec<Line> = numbered.map(|(number, line)| (number, line.to_owned())).collect();
    match lines.iter().find(|(_, line)| line.len() > LINE_BYTES_MAX) {
        Some((number, line)) => Err(invalid(format!(
            "line {number} of the text has {} bytes, and a line may have {LINE_BYTES_MAX}",
            line.len()
        ))),
        None if lines.is_empty() => Err(invalid("the text has no line".to_owned())),
        None => Ok(lines),
    }
}

/// The sample that a line of a file is.
fn of_line(file: &NewSample, place: &Location, (number, line): Line) -> NewSample {
    NewSample {
        place: Place::Line(place.clone(), number),
        size: line.len() as u64,
        content: Some(line),
        ..file.clone()
    }
}
