//! Samples go into the dataset in batches as they become ready; what happened is counted.

use super::context::Import;
use super::item::{Copied, Item, Items};
use super::options::ImportFrom;
use super::prepare::Prepared;
use super::skip::{Skip, Skips};
use crate::DatasetType;
use crate::sample::{Added, NewSample, OnPresent};
use crate::task::{FailureReason, Progress, TaskFailure};
use futures::StreamExt;
use futures::stream::unfold;
use std::collections::BTreeSet;
use tokio::sync::mpsc;

/// Objects that are read or copied at once.
const AT_ONCE: usize = 16;
/// Samples that are added at once.
const BATCH: usize = 500;
/// How long samples wait for a batch to fill up.
const WAIT_MS: i64 = 2000;

impl Import {
    /// Reads and adds everything.
    pub(crate) async fn run(&self, progress: &mut Progress) -> Result<(), TaskFailure> {
        let (items, ready) = Items::new();
        let unsettled = self.unsettled().await?;
        let ((), samples) = tokio::try_join!(self.read(items), self.collect(ready, unsettled, progress))?;
        if samples == 0 && !self.options.initial {
            let why = &progress.counts.left_out;
            let colon = if why.is_empty() { "" } else { ": " };
            let told =
                format!("{} holds nothing that a dataset of this type can take{colon}{why}", self.path);
            return Err(TaskFailure::new(FailureReason::NothingImportable, told));
        }
        Ok(())
    }

    /// Hands on what there is, by the layout that is found.
    async fn read(&self, items: Items) -> Result<(), TaskFailure> {
        if self.options.from == ImportFrom::Manifest {
            return self.read_manifest(&items).await;
        }
        if !super::files::is_whole_file(self.dataset.kind) {
            return self.read_lines(&items).await;
        }
        let can_be_yolo = self.dataset.kind == DatasetType::ObjectDetection;
        match if can_be_yolo { self.yolo().await? } else { None } {
            Some(yolo) => self.read_yolo_directory(&yolo, &items).await,
            None => self.read_files(&items).await,
        }
    }

    /// The copies of versions that are not visible. Asked before anything is listed as well as afterwards: what a
    /// listing has seen may be removed by the time that it becomes a sample.
    pub(crate) async fn unsettled(&self) -> Result<BTreeSet<String>, TaskFailure> {
        Ok(self.datasets.unsettled_copies(&self.dataset.project).await?.into_iter().collect())
    }

    /// Makes samples of items and adds them, but for those below the directories `unsettled`; how many items could be
    /// read as samples.
    pub(crate) async fn collect(
        &self,
        ready: mpsc::Receiver<Item>,
        unsettled: BTreeSet<String>,
        progress: &mut Progress,
    ) -> Result<u64, TaskFailure> {
        let items = unfold(ready, |mut ready| async move { ready.recv().await.map(|item| (item, ready)) });
        let mut prepared = Box::pin(items.map(|item| self.prepare(item)).buffered(AT_ONCE));
        let mut tally = Tally::new(self, unsettled);
        while let Some(prepared) = prepared.next().await {
            tally.take(prepared?, progress);
            if tally.is_due() {
                tally.add(progress).await?;
            }
        }
        tally.add(progress).await?;
        Ok(tally.samples)
    }
}

/// A batch that fills up.
struct Tally<'i> {
    import: &'i Import,
    batch: Vec<NewSample>,
    /// Items that could be read as samples.
    samples: u64,
    skips: Skips,
    /// Directories, `bucket/key/`, in which nothing is a sample yet.
    unsettled: BTreeSet<String>,
    saved_ms: i64,
}

impl<'i> Tally<'i> {
    fn new(import: &'i Import, unsettled: BTreeSet<String>) -> Self {
        let saved_ms = import.datasets.clock().now_ms();
        let batch = Vec::with_capacity(BATCH);
        Self { import, batch, samples: 0, skips: Skips::default(), unsettled, saved_ms }
    }

    fn take(&mut self, prepared: Prepared, progress: &mut Progress) {
        let counts = &mut progress.counts;
        let mut copied = |copied: Copied| {
            counts.files += copied.files;
            counts.files_finished += copied.files;
            counts.bytes += copied.bytes;
            counts.bytes_finished += copied.bytes;
        };
        match prepared {
            Prepared::Filtered => {}
            Prepared::Copied(files) => copied(files),
            Prepared::LeftOut(skip, place) => {
                // A label file alone is no sample.
                counts.total += u64::from(skip != Skip::Orphan);
                self.skips.add(skip, place);
            }
            Prepared::Sample(sample, files) => {
                copied(files);
                counts.total += 1;
                self.samples += 1;
                self.batch.push(*sample);
            }
        }
    }

    fn is_due(&self) -> bool {
        let now_ms = self.import.datasets.clock().now_ms();
        self.batch.len() >= BATCH || now_ms - self.saved_ms >= WAIT_MS
    }

    /// Adds the batch and saves the numbers.
    async fn add(&mut self, progress: &mut Progress) -> Result<(), TaskFailure> {
        let import = self.import;
        let mut batch = std::mem::take(&mut self.batch);
        let ready = batch.len();
        batch = self.settled(batch).await?;
        progress.counts.total -= (ready - batch.len()) as u64;
        if import.spares_deleted && !batch.is_empty() {
            batch = self.spared(batch).await?;
        }
        if !import.options.samples && !batch.is_empty() {
            batch = self.present(batch).await?;
        }
        let options = &import.options;
        let on_present = match (options.samples, options.annotations) {
            (false, _) => OnPresent::OnlyPresent,
            (true, true) => OnPresent::Replace,
            (true, false) => OnPresent::Keep,
        };
        let done = if batch.is_empty() {
            Added::default()
        } else {
            import.datasets.add_samples(&import.dataset.id, batch, on_present).await?
        };
        let counts = &mut progress.counts;
        let kept = if options.samples { done.kept } else { 0 };
        counts.finished += done.added + done.changed + kept;
        counts.added += done.added;
        counts.labeled += done.labeled;
        counts.unconfirmed += if options.confirmed || !import.can_wait { 0 } else { done.labeled };
        counts.left_out = self.skips.to_string();
        self.saved_ms = import.datasets.clock().now_ms();
        progress.save().await
    }

    /// Without copies that a run is making or has given up.
    async fn settled(&mut self, mut batch: Vec<NewSample>) -> Result<Vec<NewSample>, TaskFailure> {
        if !batch.is_empty() {
            self.unsettled.extend(self.import.unsettled().await?);
        }
        if !self.unsettled.is_empty() {
            let is_unsettled = |place: String| self.unsettled.iter().any(|below| place.starts_with(below));
            batch.retain(|sample| !sample.place.location().is_some_and(|at| is_unsettled(at.plain())));
        }
        Ok(batch)
    }

    /// Without samples that the dataset does not have.
    async fn present(&mut self, batch: Vec<NewSample>) -> Result<Vec<NewSample>, TaskFailure> {
        let ids = batch.iter().map(NewSample::id).collect();
        let present = self.import.datasets.present_among(&self.import.dataset.id, ids).await?;
        let (present, missing): (Vec<_>, Vec<_>) =
            batch.into_iter().partition(|sample| present.contains(&sample.id()));
        for sample in missing {
            let place = sample.place.location().map_or_else(|| sample.id(), ToString::to_string);
            self.skips.add(Skip::NoSample, place);
        }
        Ok(present)
    }

    /// Without samples that were deleted.
    async fn spared(&self, batch: Vec<NewSample>) -> Result<Vec<NewSample>, TaskFailure> {
        let ids = batch.iter().map(NewSample::id).collect();
        let deleted = self.import.datasets.deleted_among(&self.import.dataset.id, ids).await?;
        Ok(batch.into_iter().filter(|sample| !deleted.contains(&sample.id())).collect())
    }
}
