//! One shard of one stage: a plain function from what it is told to what came out, so that it can run anywhere.

use super::objects::{Unusable, UserObjects};
use super::pack::{Pack, piece};
use super::record::{Fate, LabelFile, Picture, Record};
use super::slot::Slot;
use crate::context::Context;
use crate::error::Trouble;
use crate::operator::{DrawsOf, MapSteps, Reason, Verdict, Work};
use bytes::Bytes;
use futures::{StreamExt, TryStreamExt};
use std::sync::Arc;
use tidemill_vision::seed::{SampleKey, TaskSeed};
use tidemill_vision::{DecodeLimits, dimensions};
use tokio_util::sync::CancellationToken;

/// Decoded pictures that one operator holds at most: what came in, what goes out, and one in between.
const PICTURES_HELD: u64 = 3;

/// What runs a shard.
pub(crate) struct Worker {
    pub(crate) ctx: Arc<Context>,
    pub(crate) objects: UserObjects,
    pub(crate) slot: Arc<Slot>,
    /// What all random numbers of the run come from.
    pub(crate) seed: TaskSeed,
}

/// One shard of one stage.
#[derive(Clone, Debug)]
pub(crate) struct ShardSpec {
    /// The table of what comes in.
    pub(crate) input: String,
    /// Where products and the table of what comes out go: a name no other attempt has.
    pub(crate) attempt: String,
}

impl Worker {
    pub(crate) fn cancel(&self) -> &CancellationToken {
        &self.slot.cancel
    }

    /// The records of a table.
    pub(crate) async fn records(&self, table: &str) -> Result<Vec<Record>, Trouble> {
        let rows = self.ctx.engine.read(table).await?;
        Ok(rows.iter().map(Record::of_row).collect::<Result<_, _>>()?)
    }

    /// Writes what came out of a shard; the table's key.
    pub(crate) async fn write(
        &self,
        spec: &ShardSpec,
        records: &[Record],
        place: impl Fn(&Record) -> String,
    ) -> Result<String, Trouble> {
        let key = format!("{}.arrow", spec.attempt);
        let rows = records.iter().map(|r| r.row(place(r))).collect::<Result<Vec<_>, _>>()?;
        self.ctx.engine.write(&key, &rows).await?;
        Ok(key)
    }

    /// Takes the samples of a shard through operators that look at one alone; products go into one pack.
    pub(crate) async fn map(&self, spec: &ShardSpec, steps: &MapSteps) -> Result<Vec<Record>, Trouble> {
        let records = self.records(&spec.input).await?;
        let mut pack = Pack::new(self.ctx.engine.store(), format!("{}.pack", spec.attempt));
        match self.map_into(records, steps, &mut pack).await {
            Ok(records) => pack.finish().await.map(|()| records),
            Err(trouble) => {
                pack.abort().await;
                Err(trouble)
            }
        }
    }

    async fn map_into(
        &self,
        records: Vec<Record>,
        steps: &MapSteps,
        pack: &mut Pack<'_>,
    ) -> Result<Vec<Record>, Trouble> {
        // In order, so that a pack is the same whatever finished first.
        let works = records.into_iter().map(|record| self.map_one(record, steps.clone()));
        let mut done = futures::stream::iter(works).buffered(self.ctx.pool.threads());
        let mut out = Vec::new();
        while let Some(products) = done.try_next().await? {
            for (mut record, product) in products {
                if let Some(product) = product {
                    record.picture = pack.add(product).await?;
                }
                out.push(record);
            }
            self.slot.progress.add(1);
        }
        Ok(out)
    }

    /// One sample: its records afterwards, each with the bytes of its picture if they are new.
    async fn map_one(
        &self,
        mut record: Record,
        steps: MapSteps,
    ) -> Result<Vec<(Record, Option<Bytes>)>, Trouble> {
        if self.cancel().is_cancelled() {
            return Err(Trouble::Cancelled);
        }
        // Whatever becomes of it, its numbers are those of no other product of its origin.
        record.copy *= steps.copies;
        if !record.fate.is_output() {
            return Ok(vec![(record, None)]);
        }
        let picture = match self.picture(&record).await? {
            Ok(picture) => picture,
            Err(why) => return Ok(vec![(dropped(record, &why), None)]),
        };
        let label_file = match self.label_file(&record).await? {
            Ok(label_file) => label_file,
            Err(why) => return Ok(vec![(dropped(record, &why), None)]),
        };
        let cost = memory(&picture);
        let seed = self.seed;
        let work = move || apply_all(&record, &picture, label_file.as_ref(), &steps, seed);
        Ok(self.ctx.pool.run(cost, self.cancel(), work).await?)
    }

    /// The bytes of a sample's picture as it is now.
    pub(crate) async fn picture(&self, record: &Record) -> Result<Result<Bytes, Unusable>, Trouble> {
        match &record.picture {
            Picture::Origin => self.objects.read(&record.origin, record.etag.as_deref()).await,
            Picture::Product { pack, offset, length } => {
                piece(self.ctx.engine.store(), pack, *offset, *length).await.map(Ok)
            }
        }
    }

    /// The bytes of its label file as it is now.
    pub(crate) async fn label_file(
        &self,
        record: &Record,
    ) -> Result<Result<Option<Bytes>, Unusable>, Trouble> {
        match &record.label_file {
            None => Ok(Ok(None)),
            Some(LabelFile::Text(text)) => Ok(Ok(Some(Bytes::from(text.clone())))),
            Some(LabelFile::Object { path, etag }) => {
                Ok(self.objects.read(path, etag.as_deref()).await?.map(Some))
            }
        }
    }
}

/// Memory to keep free for the work on a picture.
pub(crate) fn memory(picture: &Bytes) -> u64 {
    let decoded = dimensions(picture, &DecodeLimits::default()).map_or(0, |d| d.decode_bytes);
    decoded.saturating_mul(PICTURES_HELD).saturating_add(picture.len() as u64)
}

/// All products of one sample; one record if nothing comes of it.
fn apply_all(
    record: &Record,
    picture: &Bytes,
    label_file: Option<&Bytes>,
    steps: &MapSteps,
    seed: TaskSeed,
) -> Vec<(Record, Option<Bytes>)> {
    let key = SampleKey::of_bytes(&record.relative, picture);
    let mut products = Vec::new();
    for copy in 0..steps.copies {
        let draws = DrawsOf { seed, key, copy };
        let work = Work::new(record.name.clone(), picture.clone(), label_file.cloned(), draws);
        let (mut product, bytes) = apply(record.clone(), work, steps);
        if product.fate == Fate::Dropped {
            // Its reason holds for every copy.
            return vec![(product, None)];
        }
        product.copy = record.copy + copy;
        if steps.copies > 1 {
            product.name = numbered(&product.name, copy + 1);
        }
        products.push((product, bytes));
    }
    // A sample of which something came needs no word about the copies of which nothing did.
    if products.iter().any(|(product, _)| product.fate.is_output()) {
        products.retain(|(product, _)| product.fate.is_output());
    } else {
        products.truncate(1);
    }
    products
}

fn numbered(name: &str, number: u32) -> String {
    match name.rsplit_once('.') {
        Some((stem, suffix)) => format!("{stem}_{number}.{suffix}"),
        None => format!("{name}_{number}"),
    }
}

fn apply(mut record: Record, mut work: Work, steps: &MapSteps) -> (Record, Option<Bytes>) {
    work.scores = std::mem::take(&mut record.scores);
    work.property = std::mem::take(&mut record.property);
    let verdict = steps.apply(&mut work);
    let file = if verdict == Verdict::Kept { work.file() } else { Ok(Bytes::new()) };
    let verdict = match &file {
        Ok(_) => verdict,
        Err(error) => work.drop_for(Reason::unencodable(&error.to_string())),
    };
    record.reasons.append(&mut work.reasons);
    record.scores = work.scores;
    record.property = work.property;
    record.fate = match (verdict, record.fate) {
        (Verdict::Dropped, before) => {
            if work.added {
                Fate::Withdrawn
            } else {
                before.left_out()
            }
        }
        (Verdict::Passed, Fate::Added) => Fate::Withdrawn,
        (Verdict::Passed, _) => Fate::Passed,
        (Verdict::Kept, _) if work.added => Fate::Added,
        (Verdict::Kept, Fate::Kept)
            if work.picture_changed || work.label_file_changed || work.name != record.name =>
        {
            Fate::Changed
        }
        (Verdict::Kept, before) => before,
    };
    if verdict != Verdict::Kept {
        return (record, None);
    }
    if work.label_file_changed {
        let text = |file: &Bytes| LabelFile::Text(String::from_utf8_lossy(file).into_owned());
        let before = std::mem::replace(&mut record.label_file, work.label_file.as_ref().map(text));
        record.origin_label_file = record.origin_label_file.or(before);
    }
    record.name = work.name;
    (record, file.ok().filter(|_| work.picture_changed))
}

/// A sample whose object cannot be used.
pub(crate) fn dropped(mut record: Record, why: &Unusable) -> Record {
    record.fate = record.fate.left_out();
    record.reasons.push(reason(why));
    record
}

fn reason(why: &Unusable) -> Reason {
    match why {
        Unusable::Gone => Reason::new(
            "source_missing",
            "the object was deleted after the run had listed it",
            "任务列出该对象后，该对象已被删除",
        ),
        Unusable::Changed => Reason::new(
            "source_changed",
            "the object was changed after the run had listed it",
            "任务列出该对象后，该对象已被修改",
        ),
        Unusable::TooLarge => {
            Reason::new("too_large", "the object is larger than a sample may be", "对象超过样本大小上限")
        }
        Unusable::Unreadable(error) => Reason::new(
            "unreadable",
            format!("the object cannot be read: {error}"),
            format!("无法读取对象：{error}"),
        ),
    }
}
