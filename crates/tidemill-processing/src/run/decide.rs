//! The decisions of an operator on all samples.

use super::decisions::{Decisions, Rows, Verdicts};
use super::listing::is_picture;
use super::record::Record;
use super::shard::Worker;
use crate::error::Trouble;
use crate::operator::{Reason, SetKind, SetOperator};
use futures::TryStreamExt;
use object_store::ObjectStore;
use object_store::path::Path;
use serde_json::{Map, Value};
use std::collections::HashMap;
use tidemill_bucket::Location;
use tidemill_embedding::{Comparison, Control, Picture, Samples, Vector, cleanse, deduplicate, select};
use tidemill_vision::seed::SampleKey;

/// The most pictures that may stand for what is wanted, or not wanted.
const PROTOTYPES_MAX: usize = 10_000;

/// Bytes of a sample in a set beside its vector: keys, digests, its path, and the verdict.
const ROW_BYTES: u64 = 256;

/// What was decided about one sample.
#[derive(Clone, Debug)]
pub(super) struct Decision {
    pub(super) kept: bool,
    pub(super) reason: Reason,
    pub(super) compared_with: Option<String>,
    pub(super) scores: Map<String, Value>,
}

/// The samples of a run as operators see them.
struct Set {
    samples: Samples,
    pictures: Vec<Picture>,
    rows: Rows,
    /// Numbers for labels, which are only compared.
    labels: HashMap<Vec<String>, usize>,
}

impl Set {
    fn new() -> Self {
        Self { samples: Samples::new(1), pictures: vec![], rows: Rows::default(), labels: HashMap::new() }
    }

    fn add(&mut self, record: Record) -> Option<()> {
        let embedded = record.embedding.as_ref()?;
        let vector = embedded.vector()?;
        if self.samples.is_empty() {
            self.samples = Samples::new(vector.dimensions());
        }
        if !self.samples.push(embedded.sample_key()?, &vector) {
            return None;
        }
        let next = self.labels.len();
        let (number, bytes) = (record.number(), record.picture_bytes());
        let labels = *self.labels.entry(record.labels).or_insert(next);
        self.pictures.push(Picture {
            pixel_digest: hex::decode(&embedded.pixel_digest).ok()?.try_into().ok()?,
            pixels: embedded.pixels,
            bytes,
            labels: labels.to_string().into(),
        });
        self.rows.push(number, &record.origin)
    }
}

/// Decides over the samples of all `tables`.
pub(crate) async fn decide(
    worker: &Worker,
    operator: &SetOperator,
    tables: &[String],
) -> Result<Decisions, Trouble> {
    // First what may wait for memory: the set itself holds some.
    let prototypes = Prototypes::of(worker, &operator.kind).await?;
    let bytes = bytes_of(worker, tables).await?;
    let held = worker.ctx.pool.reserve(bytes, worker.cancel()).await?;
    let mut set = Set::new();
    for table in tables {
        for record in worker.records(table).await?.into_iter().filter(|r| r.fate.is_output()) {
            set.add(record).ok_or_else(|| Trouble::Failed("a stored vector is damaged".to_owned()))?;
        }
    }
    let (operator, cancel) = (operator.clone(), worker.cancel().clone());
    let (embedder, seed) = (worker.ctx.embedder.clone(), worker.seed);
    let work = move || {
        let is_cancelled = || cancel.is_cancelled();
        let control = Control::new(&is_cancelled, &|_, _| {});
        let mut draws = seed.draws_of_set(operator.name(), &operator.canonical);
        let (scale, level) = (embedder.scale(), embedder.level());
        let made = serde_json::to_value(embedder.provenance()).unwrap_or_default();
        let verdicts = match &operator.kind {
            SetKind::Deduplicate(threshold) => {
                let found =
                    deduplicate(&set.samples, &set.pictures, (scale, *threshold), &mut draws, &control);
                Verdicts::Duplicates(found.map_err(|_| Trouble::Cancelled)?)
            }
            SetKind::Select(options) => {
                let found = select(&set.samples, scale, options, &mut draws, &control);
                Verdicts::Selected(found.map_err(|e| ended(&cancel, &e))?)
            }
            SetKind::Cleanse { options, .. } => {
                let images = Comparison {
                    data: &set.samples,
                    positive: &prototypes.positive.0,
                    negative: &prototypes.negative.0,
                };
                let found = cleanse(images, (scale, level), options, &mut draws, &control);
                let found = found.map_err(|e| ended(&cancel, &format!("{}: {e}", e.code())))?;
                Verdicts::Cleansed(found, prototypes.positive.1)
            }
        };
        Ok(Decisions::new(set.rows, verdicts, made))
    };
    worker.ctx.pool.run(held, worker.cancel(), work).await?.0
}

/// Memory that the samples of some tables take as a set.
async fn bytes_of(worker: &Worker, tables: &[String]) -> Result<u64, Trouble> {
    let counts = worker.unless_stopped(worker.ctx.engine.count_rows(tables)).await?;
    let samples: u64 = counts.iter().map(|of| of.of(0) + of.of(1) + of.of(3)).sum();
    for table in tables {
        let records = worker.records(table).await?;
        if let Some(embedded) = records.iter().find_map(|record| record.embedding.as_ref()) {
            // Half of the hexadecimal digits.
            return Ok(samples.saturating_mul(embedded.vector.len() as u64 / 2 + ROW_BYTES));
        }
    }
    Ok(0)
}

fn ended(cancel: &tokio_util::sync::CancellationToken, error: &dyn std::fmt::Display) -> Trouble {
    if cancel.is_cancelled() { Trouble::Cancelled } else { Trouble::Failed(error.to_string()) }
}

/// Applies the decisions to the samples of a shard.
pub(crate) fn apply(decisions: &Decisions, records: Vec<Record>) -> Vec<Record> {
    let one = |mut record: Record| {
        record.embedding = None;
        if let Some(decision) = decisions.of(record.number()).filter(|_| record.fate.is_output()) {
            if !decision.kept {
                record.fate = record.fate.left_out();
            }
            record.reasons.push(decision.reason);
            record.compared_with = decision.compared_with;
            record.scores.extend(decision.scores);
        }
        record
    };
    records.into_iter().map(one).collect()
}

/// Pictures that stand for what is wanted and not wanted, each with where it came from.
struct Prototypes {
    positive: (Samples, Vec<String>),
    negative: (Samples, Vec<String>),
}

impl Prototypes {
    async fn of(worker: &Worker, kind: &SetKind) -> Result<Self, Trouble> {
        let none = || (Samples::new(1), Vec::new());
        let SetKind::Cleanse { prototypes, criticism, .. } = kind else {
            return Ok(Self { positive: none(), negative: none() });
        };
        let negative = match criticism {
            Some(place) => pictures_below(worker, place).await?,
            None => none(),
        };
        Ok(Self { positive: pictures_below(worker, prototypes).await?, negative })
    }
}

/// The vectors of the pictures below a directory; what cannot be decoded, or takes too much memory,
/// is left out.
async fn pictures_below(worker: &Worker, place: &Location) -> Result<(Samples, Vec<String>), Trouble> {
    let bucket = worker.objects.bucket(&place.bucket).await?;
    let prefix = Path::parse(place.key.trim_end_matches('/')).map_err(|e| Trouble::Failed(e.to_string()))?;
    let mut listed = bucket.list(Some(&prefix));
    let (mut samples, mut origins) = (Samples::new(1), Vec::new());
    while let Some(meta) = worker.unless_stopped(listed.try_next()).await? {
        if !is_picture(meta.location.as_ref()) {
            continue;
        }
        if origins.len() == PROTOTYPES_MAX {
            return Err(Trouble::Failed(format!("{place} holds more than {PROTOTYPES_MAX} pictures")));
        }
        let plain = format!("{}/{}", place.bucket, meta.location);
        let relative = meta.location.as_ref().strip_prefix(&place.key).unwrap_or_default().to_owned();
        let found = one(worker, &plain, meta.e_tag.as_deref(), &relative);
        if let Some((key, vector)) = worker.unless_stopped(found).await? {
            if samples.is_empty() {
                samples = Samples::new(vector.dimensions());
            }
            if samples.push(key, &vector) {
                origins.push(plain);
            }
        }
    }
    Ok((samples, origins))
}

/// The vector of a picture; `None` if it cannot be read or decoded, or takes too much memory.
async fn one(
    worker: &Worker,
    plain: &str,
    etag: Option<&str>,
    relative: &str,
) -> Result<Option<(SampleKey, Vector)>, Trouble> {
    let Ok(peek) = worker.objects.peek(plain, etag).await? else { return Ok(None) };
    let Ok(peek) = worker.with_header(peek, worker.objects.read(plain, etag)).await? else { return Ok(None) };
    if worker.too_much(&peek, peek.bytes_to_decode()).is_some() {
        return Ok(None);
    }
    let held = worker.ctx.pool.reserve(peek.bytes_to_decode(), worker.cancel()).await?;
    let picture = match peek.whole() {
        Some(whole) => Ok(whole),
        None => worker.objects.read(plain, etag).await?,
    };
    let Ok(picture) = picture else { return Ok(None) };
    let key = SampleKey::of_bytes(relative, &picture);
    Ok(worker.known(picture, held).await?.ok().map(|known| (key, known.vector)))
}
