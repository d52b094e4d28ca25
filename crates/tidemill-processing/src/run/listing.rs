//! The input of a run, listed once: sources -> parts of a listing -> the order of paths -> shards.

use super::record::{Fate, LabelFile, Record, location};
use super::said::Said;
use super::shard::unless_stopped;
use super::{directory, generate, objects::UserObjects};
use crate::context::Context;
use crate::engine::{Joined, Listed};
use crate::error::Trouble;
use crate::operator::{Reason, TaskType};
use futures::TryStreamExt;
use object_store::path::Path;
use object_store::{ObjectMeta, ObjectStore};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::sync::Arc;
use tidemill_bucket::Location;
use tidemill_meta::processing::ShardRow;
use tidemill_vision::ImageFormat;
use tokio_util::sync::CancellationToken;

/// Objects in a part of a listing.
const PART: usize = 4096;

/// The most samples that are made of nothing.
const WANTED_MAX: u64 = 1_000_000;

/// What else is known of a listed picture.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Known {
    /// Its path in its source.
    pub(crate) relative: String,
    pub(crate) usage: Option<String>,
    pub(crate) labels: Vec<String>,
    pub(crate) label_file: Option<LabelFile>,
    /// What the dataset version that it came from says of it: its canonical line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) entry: Option<String>,
    /// What the manifest that it came from says of its annotations.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) said: Vec<Said>,
}

/// Lists the input of one run.
pub(crate) struct Listing<'a> {
    pub(crate) ctx: &'a Arc<Context>,
    pub(crate) objects: &'a UserObjects,
    pub(crate) run_id: &'a str,
    pub(crate) task_type: TaskType,
    /// Where outputs go; what lies there is no input.
    pub(crate) output: Option<Location>,
    pub(crate) cancel: &'a CancellationToken,
    parts: Vec<String>,
    waiting: Vec<Listed>,
}

impl<'a> Listing<'a> {
    pub(crate) fn new(
        ctx: &'a Arc<Context>,
        objects: &'a UserObjects,
        run_id: &'a str,
        task_type: TaskType,
        output: Option<Location>,
        cancel: &'a CancellationToken,
    ) -> Self {
        Self { ctx, objects, run_id, task_type, output, cancel, parts: Vec::new(), waiting: Vec::new() }
    }

    /// Adds what is below a directory.
    pub(crate) async fn add_directory(&mut self, source: &Location) -> Result<(), Trouble> {
        let bucket = self.objects.bucket(&source.bucket).await?;
        let prefix = Path::parse(source.key.trim_end_matches('/'))
            .map_err(|e| Trouble::Failed(format!("the directory {source}: {e}")))?;
        let mut found = bucket.list(Some(&prefix));
        while let Some(meta) = unless_stopped(self.cancel, found.try_next()).await? {
            if let Some(listed) = self.listed(source, &meta)? {
                self.add(listed).await?;
            }
        }
        Ok(())
    }

    fn listed(&self, source: &Location, meta: &ObjectMeta) -> Result<Option<Listed>, Trouble> {
        let place = Location { bucket: source.bucket.clone(), key: meta.location.to_string() };
        let is_own_output = self.output.as_ref().is_some_and(|out| out.holds(&place) && !out.holds(source));
        let Some((stem, extension)) = place.key.rsplit_once('.').filter(|_| !is_own_output) else {
            return Ok(None);
        };
        let is_label = extension.eq_ignore_ascii_case("xml");
        let wanted = match is_label {
            true => self.task_type != TaskType::Classification,
            false => is_picture(&place.key),
        };
        if !wanted {
            return Ok(None);
        }
        let relative = place.key.strip_prefix(&source.key).unwrap_or(&place.key).to_owned();
        let labels = self.directory_label(&relative).into_iter().collect();
        let known = Known { relative, labels, ..Known::default() };
        Ok(Some(Listed {
            path: place.plain(),
            stem: format!("{}/{stem}", place.bucket),
            is_label,
            size: i64::try_from(meta.size).unwrap_or(i64::MAX),
            etag: meta.e_tag.clone(),
            body: serde_json::to_string(&known).map_err(|e| Trouble::Failed(e.to_string()))?,
        }))
    }

    /// The last directory names the label of a picture.
    fn directory_label(&self, relative: &str) -> Option<String> {
        let (directories, _) = relative.rsplit_once('/')?;
        (self.task_type != TaskType::Detection)
            .then(|| directories.rsplit('/').next().unwrap_or(directories).to_owned())
    }

    /// Adds one object.
    pub(crate) async fn add(&mut self, listed: Listed) -> Result<(), Trouble> {
        self.waiting.push(listed);
        if self.waiting.len() >= PART { self.write_part().await } else { Ok(()) }
    }

    async fn write_part(&mut self) -> Result<(), Trouble> {
        let key = format!("{}/listing/{:06}.arrow", directory(self.run_id), self.parts.len());
        self.ctx.engine.write_listed(&key, &self.waiting).await?;
        self.waiting.clear();
        self.parts.push(key);
        Ok(())
    }

    /// Brings everything into order and cuts it into shards, whose tables are written. `per_class`: so many samples
    /// follow for each class that are made of nothing.
    pub(crate) async fn cut(mut self, per_class: Option<u32>) -> Result<Vec<ShardRow>, Trouble> {
        if !self.waiting.is_empty() {
            self.write_part().await?;
        }
        let joined = self.ctx.engine.join_listed(&self.parts);
        let mut batches = unless_stopped(self.cancel, joined).await?;
        let mut cutter = Cutter {
            ctx: self.ctx,
            run_id: self.run_id,
            shards: Vec::new(),
            records: Vec::new(),
            bytes: 0,
            next: 0,
            last: String::new(),
            classes: BTreeSet::new(),
        };
        while let Some(batch) = unless_stopped(self.cancel, batches.try_next()).await? {
            for joined in batch {
                cutter.add(joined).await?;
            }
        }
        if let Some(count) = per_class {
            cutter.add_wanted(count, self.cancel).await?;
        }
        cutter.end_shard().await?;
        let shards = cutter.shards;
        let listed = format!("{}/listing", directory(self.run_id));
        self.ctx.engine.remove_below(&listed, &[]).await?;
        Ok(shards)
    }
}

/// Whether the name is one of a picture.
pub(crate) fn is_picture(key: &str) -> bool {
    key.rsplit_once('.').is_some_and(|(_, extension)| ImageFormat::of_extension(extension).is_some())
}

/// The table of a shard's input.
pub(crate) fn input_table(run_id: &str, shard: u64) -> String {
    format!("{}/input/{shard:08}.arrow", directory(run_id))
}

struct Cutter<'a> {
    ctx: &'a Arc<Context>,
    run_id: &'a str,
    shards: Vec<ShardRow>,
    records: Vec<Record>,
    bytes: u64,
    next: i64,
    last: String,
    /// Names of classes that were met; empty for samples without.
    classes: BTreeSet<String>,
}

impl Cutter<'_> {
    async fn add(&mut self, joined: Joined) -> Result<(), Trouble> {
        if joined.path == self.last {
            // Two sources may overlap, and two label files may share a stem.
            return Ok(());
        }
        joined.path.clone_into(&mut self.last);
        let record = record(self.next, joined)?;
        if record.fate == Fate::Kept && !self.classes.contains(record.class()) {
            self.classes.insert(record.class().to_owned());
        }
        let entry_bytes = record.entry.as_ref().map_or(0, |entry| entry.len() as u64);
        let said_bytes: u64 = record.said.iter().map(Said::bytes).sum();
        let size = record.size.saturating_add(record.label_bytes).saturating_add(entry_bytes + said_bytes);
        self.push(record, size).await
    }

    /// Adds samples that are made of nothing: `count` of each class.
    async fn add_wanted(&mut self, count: u32, cancel: &CancellationToken) -> Result<(), Trouble> {
        let classes = std::mem::take(&mut self.classes);
        if classes.len() as u64 * u64::from(count) > WANTED_MAX {
            return Err(Trouble::Failed(format!(
                "{count} images for each of {} classes are too many. Allowed: {WANTED_MAX} in all",
                classes.len()
            )));
        }
        for (class, number) in classes.iter().zip(0..) {
            for one in 0..count {
                if cancel.is_cancelled() {
                    return Err(Trouble::Cancelled);
                }
                self.push(wanted(self.next, class, generate::name(number, one)), 0).await?;
            }
        }
        Ok(())
    }

    async fn push(&mut self, record: Record, size: u64) -> Result<(), Trouble> {
        let config = &self.ctx.config;
        let full = self.records.len() as u64 >= config.shard_samples
            || (!self.records.is_empty() && self.bytes + size > config.shard_bytes);
        if full {
            self.end_shard().await?;
        }
        self.records.push(record);
        self.bytes += size;
        self.next += 1;
        Ok(())
    }

    async fn end_shard(&mut self) -> Result<(), Trouble> {
        if self.records.is_empty() {
            return Ok(());
        }
        let shard = self.shards.len() as u64;
        let samples = self.records.len() as u64;
        let rows = self.records.iter().map(|r| r.row(String::new())).collect::<Result<Vec<_>, _>>()?;
        self.ctx.engine.write(&input_table(self.run_id, shard), &rows).await?;
        self.shards.push(ShardRow { shard, first: self.next as u64 - samples, samples });
        self.records.clear();
        self.bytes = 0;
        Ok(())
    }
}

fn record(ordinal: i64, joined: Joined) -> Result<Record, Trouble> {
    let known: Known = serde_json::from_str(&joined.body).map_err(|e| Trouble::Failed(e.to_string()))?;
    let (fate, reasons) = match joined.is_orphan() {
        true => (Fate::Dropped, vec![Reason::of_validation(&tidemill_vision::validation::Reason::Orphan)]),
        false => (Fate::Kept, Vec::new()),
    };
    let beside = joined.label.map(|path| LabelFile::Object { path, etag: joined.label_etag });
    let label_file = known.label_file.or(beside);
    let label_bytes = match &label_file {
        Some(LabelFile::Text(text)) => text.len() as u64,
        Some(LabelFile::Object { .. }) => {
            u64::try_from(joined.label_size.unwrap_or_default()).unwrap_or_default()
        }
        None => 0,
    };
    // A picture with boxes is not named by its directory.
    let labels = if label_file.is_some() { Vec::new() } else { known.labels };
    Ok(Record {
        name: location(&joined.path).name().to_owned(),
        origin: joined.path,
        relative: known.relative,
        size: u64::try_from(joined.size).unwrap_or_default(),
        label_bytes,
        etag: joined.etag,
        usage: known.usage,
        labels,
        entry: known.entry,
        said: known.said,
        label_file,
        reasons,
        ..Record::new(ordinal, fate)
    })
}

/// A sample that is to be made of nothing. Until then it is none.
fn wanted(ordinal: i64, class: &str, name: String) -> Record {
    let labels = Some(class.to_owned()).filter(|class| !class.is_empty());
    Record {
        relative: format!("{class}/{name}"),
        name,
        labels: labels.into_iter().collect(),
        ..Record::new(ordinal, Fate::Passed)
    }
}
