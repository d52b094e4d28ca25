//! One shard of one stage: a plain function from what it is told to what came out, so that it can run anywhere.

use super::flow::{Flow, Looked, Unit};
use super::merged::Merged;
use super::objects::UserObjects;
use super::pack::{Pack, piece};
use super::record::{Fate, LabelFile, Record};
use super::slot::Slot;
use super::unusable::{Unusable, dropped};
use crate::context::Context;
use crate::engine::Held;
use crate::error::Trouble;
use crate::operator::{DrawsOf, MapSteps, Reason, Verdict, Work};
use bytes::Bytes;
use futures::{Stream, TryStreamExt};
use std::sync::Arc;
use tidemill_vision::seed::{SampleKey, TaskSeed};
use tokio_util::sync::CancellationToken;

/// Bytes that operators hold for each pixel of the largest picture on the way: at most three for the file that validation
/// made, and beside it three pictures (what comes in, what goes out, what is stretched in one direction only), or the
/// picture and twice its new file, or what decoding the file takes, ten for a PNG and its orientation.
const PIXEL_BYTES: u64 = 14;
/// Times that a label file is held while it is read and written anew.
const LABELS_HELD: u64 = 8;
/// Products of one sample that are in memory together.
const PRODUCTS_BYTES: u64 = 64 << 20;

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

impl ShardSpec {
    /// The table of what comes out.
    pub(crate) fn output(&self) -> String {
        format!("{}.arrow", self.attempt)
    }
}

/// What came of a piece of work.
pub(crate) struct Made {
    /// The number of the sample in the shard.
    pub(crate) index: usize,
    /// Records, each with the bytes of its picture if they are new.
    pub(crate) products: Vec<(Record, Option<Bytes>)>,
    /// Their memory.
    pub(crate) held: Held,
}

/// What a wait gives unless the run is stopped before.
pub(crate) async fn unless_stopped<T, E: Into<Trouble>>(
    cancel: &CancellationToken,
    wait: impl Future<Output = Result<T, E>>,
) -> Result<T, Trouble> {
    cancel.run_until_cancelled(wait).await.ok_or(Trouble::Cancelled)?.map_err(Into::into)
}

impl Worker {
    pub(crate) fn cancel(&self) -> &CancellationToken {
        &self.slot.cancel
    }

    /// What a wait gives that may take long, for what may be left at any point: a stop does not wait for it.
    pub(crate) async fn unless_stopped<T, E: Into<Trouble>>(
        &self,
        wait: impl Future<Output = Result<T, E>>,
    ) -> Result<T, Trouble> {
        unless_stopped(self.cancel(), wait).await
    }

    /// The records of a table.
    pub(crate) async fn records(&self, table: &str) -> Result<Vec<Record>, Trouble> {
        let rows = self.unless_stopped(self.ctx.engine.read(table)).await?;
        Ok(rows.iter().map(Record::of_row).collect::<Result<_, _>>()?)
    }

    /// Writes what came out of a shard; the table's key.
    pub(crate) async fn write(
        &self,
        spec: &ShardSpec,
        records: &[Record],
        place: impl Fn(&Record) -> String,
    ) -> Result<String, Trouble> {
        let key = spec.output();
        let rows = records.iter().map(|r| r.row(place(r))).collect::<Result<Vec<_>, _>>()?;
        self.ctx.engine.write(&key, &rows).await?;
        Ok(key)
    }

    /// Takes the samples of a shard through operators that look at one alone; products go into one pack.
    pub(crate) async fn map(&self, spec: &ShardSpec, steps: &MapSteps) -> Result<Vec<Record>, Trouble> {
        let records = self.records(&spec.input).await?;
        let units = |looked| units(looked, steps, self.ctx.pool.memory_bytes());
        let work = |unit, held| self.map_one(unit, held, steps.clone());
        self.pack(spec, self.flow(records, Flow::samples(self.ctx.pool.threads()), units, work)).await
    }

    /// Puts products into one pack, in their order.
    pub(crate) async fn pack(
        &self,
        spec: &ShardSpec,
        made: impl Stream<Item = Result<Made, Trouble>>,
    ) -> Result<Vec<Record>, Trouble> {
        let mut pack = Pack::new(self.ctx.engine.store(), format!("{}.pack", spec.attempt));
        match self.pack_into(&mut pack, made).await {
            Ok(records) => pack.finish().await.map(|()| records),
            Err(trouble) => {
                pack.abort().await;
                Err(trouble)
            }
        }
    }

    async fn pack_into(
        &self,
        pack: &mut Pack<'_>,
        made: impl Stream<Item = Result<Made, Trouble>>,
    ) -> Result<Vec<Record>, Trouble> {
        let (mut made, mut merged) = (std::pin::pin!(made), Merged::default());
        while let Some(Made { index, products, held }) = made.try_next().await? {
            for (mut record, product) in products {
                if merged.begin(index) {
                    self.slot.progress.add_sample(record.copy);
                }
                if let Some(product) = product.filter(|_| !merged.is_dropped) {
                    record.picture = pack.add(product).await?;
                }
                merged.add(record);
            }
            // What was made is out of memory now.
            drop(held);
        }
        Ok(merged.finish())
    }

    /// One sample: its records afterwards, each with the bytes of its picture if they are new.
    async fn map_one(&self, unit: Unit, held: Held, steps: MapSteps) -> Result<Made, Trouble> {
        let Unit { mut looked, copies, .. } = unit;
        let index = looked.index;
        // Whatever becomes of it, its numbers are those of no other product of its origin.
        looked.record.copy *= steps.copies;
        let picture = match (&looked.unusable, &looked.peek) {
            (Some(why), _) => Err(why.clone()),
            (None, None) => return Ok(Made { index, products: vec![(looked.record, None)], held }),
            (None, Some(_)) => self.picture(&looked).await?,
        };
        let picture = match picture {
            Ok(picture) => picture,
            Err(why) => {
                return Ok(Made { index, products: vec![(dropped(looked.record, &why), None)], held });
            }
        };
        let (seed, stop) = (self.seed, self.cancel().clone());
        let work = move || {
            // Nobody looks at what was made for a run that is stopped, so that no thread is kept for it.
            let copies = copies.take_while(|_| !stop.is_cancelled());
            let of = (seed, &stop);
            apply_all(&looked.record, &picture, looked.label_file.as_ref(), (&steps, copies), of)
        };
        let (products, held) = self.ctx.pool.run(held, self.cancel(), work).await?;
        Ok(Made { index, products, held })
    }

    /// A piece of a pack.
    pub(crate) async fn piece(&self, pack: &str, offset: u64, length: u64) -> Result<Bytes, Trouble> {
        piece(self.ctx.engine.store(), pack, offset, length).await
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
                Ok(self.objects.read_label_file(path, etag.as_deref()).await?.map(Some))
            }
        }
    }
}

/// The work on a sample: its products in groups of as many as may be in memory together, of which there is so much.
fn units(looked: Looked, steps: &MapSteps, memory_bytes: u64) -> Vec<Unit> {
    let Some(peek) = &looked.peek else { return vec![Unit::only(looked, 0)] };
    let (work, product) = peek.header.map_or((0, 0), |found| {
        let (most, last) = steps.most_pixels((found.width, found.height));
        (most.saturating_mul(PIXEL_BYTES), last.saturating_mul(3) + 4096)
    });
    let labels = looked.label_file.as_ref().map_or(0, |file| file.len() as u64);
    let bytes = peek.bytes_to_decode().max(work.saturating_add(peek.size));
    let bytes = bytes.saturating_add(labels.saturating_mul(LABELS_HELD));
    let product = product.saturating_add(labels);
    let room = PRODUCTS_BYTES.min(memory_bytes.saturating_sub(bytes));
    let at_once = room.checked_div(product).unwrap_or(u64::MAX);
    let at_once = u32::try_from(at_once).unwrap_or(u32::MAX).clamp(1, steps.copies);
    let unit = |first: u32| {
        let copies = first..first.saturating_add(at_once).min(steps.copies);
        let bytes = product.saturating_mul(u64::from(copies.end - first)).saturating_add(bytes);
        Unit { looked: looked.clone(), copies, bytes }
    };
    (0..steps.copies).step_by(at_once as usize).map(unit).collect()
}

/// Some products of one sample; one record that is dropped if its reason holds for all of them.
fn apply_all(
    record: &Record,
    picture: &Bytes,
    label_file: Option<&Bytes>,
    (steps, copies): (&MapSteps, impl Iterator<Item = u32>),
    (seed, stop): (TaskSeed, &CancellationToken),
) -> Vec<(Record, Option<Bytes>)> {
    let key = SampleKey::of_bytes(&record.relative, picture);
    let mut products = Vec::new();
    for copy in copies {
        let draws = DrawsOf { seed, key, copy };
        let (name, stop) = (record.name.clone(), stop.clone());
        let work = Work::new(name, picture.clone(), label_file.cloned(), (draws, stop));
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
        (Verdict::Withdrawn, _) => Fate::Withdrawn,
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
