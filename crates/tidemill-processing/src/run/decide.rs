//! The decisions of an operator on all samples.

use super::listing::is_picture;
use super::record::Record;
use super::shard::Worker;
use crate::error::Trouble;
use crate::operator::{Reason, SetKind, SetOperator};
use bytes::Bytes;
use futures::TryStreamExt;
use object_store::ObjectStore;
use object_store::path::Path;
use serde_json::{Map, Value, json};
use std::collections::HashMap;
use tidemill_bucket::Location;
use tidemill_embedding::{
    Comparison, Control, DedupVerdict, PccVerdict, Picture, Samples, SelectionVerdict, cleanse, deduplicate,
    select,
};
use tidemill_vision::seed::SampleKey;

/// The most pictures that may stand for what is wanted, or not wanted.
const PROTOTYPES_MAX: usize = 10_000;

/// What was decided about one sample.
#[derive(Clone, Debug)]
pub(crate) struct Decision {
    kept: bool,
    reason: Reason,
    compared_with: Option<String>,
    scores: Map<String, Value>,
}

/// All decisions, by the number of the record.
pub(crate) type Decisions = HashMap<i64, Decision>;

/// The samples of a run as operators see them.
struct Set {
    samples: Samples,
    pictures: Vec<Picture>,
    numbers: Vec<i64>,
    origins: Vec<String>,
}

impl Set {
    fn new(dimensions: usize) -> Self {
        Self { samples: Samples::new(dimensions), pictures: vec![], numbers: vec![], origins: vec![] }
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
        self.pictures.push(Picture {
            pixel_digest: hex::decode(&embedded.pixel_digest).ok()?.try_into().ok()?,
            pixels: embedded.pixels,
            bytes: record.size,
            labels: record.labels.join("\n").into(),
        });
        self.numbers.push(record.number());
        self.origins.push(record.origin);
        Some(())
    }

    fn decisions(&self, of: impl Fn(usize) -> Decision) -> Decisions {
        self.numbers.iter().enumerate().map(|(n, number)| (*number, of(n))).collect()
    }

    fn origin(&self, index: Option<u32>) -> Option<String> {
        self.origins.get(index? as usize).cloned()
    }
}

/// Decides over the samples of all `tables`.
pub(crate) async fn decide(
    worker: &Worker,
    operator: &SetOperator,
    tables: &[String],
) -> Result<Decisions, Trouble> {
    let mut set = Set::new(1);
    for table in tables {
        for record in worker.records(table).await?.into_iter().filter(|r| r.fate.is_output()) {
            set.add(record).ok_or_else(|| Trouble::Failed("a stored vector is damaged".to_owned()))?;
        }
    }
    let prototypes = Prototypes::of(worker, &operator.kind).await?;
    let (operator, cancel) = (operator.clone(), worker.cancel().clone());
    let (embedder, seed) = (worker.ctx.embedder.clone(), worker.seed);
    let work = move || {
        let is_cancelled = || cancel.is_cancelled();
        let control = Control::new(&is_cancelled, &|_, _| {});
        let mut draws = seed.draws_of_set(operator.name(), &operator.canonical);
        let (scale, level) = (embedder.scale(), embedder.level());
        match &operator.kind {
            SetKind::Deduplicate(threshold) => {
                let found =
                    deduplicate(&set.samples, &set.pictures, (scale, *threshold), &mut draws, &control);
                let found = found.map_err(|_| Trouble::Cancelled)?;
                Ok(set.decisions(|n| duplicate(&found[n], &set)))
            }
            SetKind::Select(options) => {
                let found = select(&set.samples, scale, options, &mut draws, &control);
                let found = found.map_err(|e| ended(&cancel, &e))?;
                Ok(set.decisions(|n| selected(&found[n], &set)))
            }
            SetKind::Cleanse { options, .. } => {
                let images = Comparison {
                    data: &set.samples,
                    positive: &prototypes.positive.0,
                    negative: &prototypes.negative.0,
                };
                let found = cleanse(images, (scale, level), options, &mut draws, &control);
                let found = found.map_err(|e| ended(&cancel, &format!("{}: {e}", e.code())))?;
                Ok(set.decisions(|n| cleansed(&found[n], &prototypes)))
            }
        }
    };
    worker.ctx.pool.run(0, worker.cancel(), work).await?
}

fn ended(cancel: &tokio_util::sync::CancellationToken, error: &dyn std::fmt::Display) -> Trouble {
    if cancel.is_cancelled() { Trouble::Cancelled } else { Trouble::Failed(error.to_string()) }
}

/// Applies the decisions to the samples of a shard.
pub(crate) fn apply(decisions: &Decisions, records: Vec<Record>) -> Vec<Record> {
    let one = |mut record: Record| {
        record.embedding = None;
        if let Some(decision) = decisions.get(&record.number()).filter(|_| record.fate.is_output()) {
            if !decision.kept {
                record.fate = record.fate.left_out();
            }
            record.reasons.push(decision.reason.clone());
            record.compared_with.clone_from(&decision.compared_with);
            record.scores.extend(decision.scores.clone());
        }
        record
    };
    records.into_iter().map(one).collect()
}

fn scores(pairs: Value) -> Map<String, Value> {
    match pairs {
        Value::Object(map) => map,
        _ => Map::new(),
    }
}

fn duplicate(verdict: &DedupVerdict, set: &Set) -> Decision {
    let compared_with = set.origin(verdict.compared_with);
    let other = compared_with.clone().unwrap_or_default();
    let similarity = verdict.similarity;
    let reason = match (verdict.kept, &compared_with) {
        (true, None) => Reason::new("unique", "no kept image was compared with it", "没有可比较的保留图片"),
        (true, Some(_)) => Reason::new(
            "unique",
            format!(
                "its similarity to the nearest kept image {other} is {similarity:.4}, not above the threshold"
            ),
            format!("与最相似的保留图片{other}的相似度为{similarity:.4}，未超过阈值"),
        ),
        (false, _) if verdict.identical => Reason::new(
            "identical",
            format!("all its pixels are those of {other}"),
            format!("与{other}的像素完全相同"),
        ),
        (false, _) => Reason::new(
            "duplicate",
            format!("its similarity to the kept image {other} is {similarity:.4}, above the threshold"),
            format!("与保留图片{other}的相似度为{similarity:.4}，超过阈值"),
        ),
    };
    let scores = scores(json!({
        "similarity": similarity, "label_conflict": verdict.label_conflict, "borderline": verdict.borderline,
    }));
    Decision { kept: verdict.kept, reason, compared_with, scores }
}

fn selected(verdict: &SelectionVerdict, set: &Set) -> Decision {
    let compared_with = set.origin(verdict.compared_with);
    let (cluster, similarity) = (verdict.cluster, verdict.similarity);
    let reason = match (verdict.kept, &compared_with) {
        (true, _) => Reason::new(
            "selected",
            format!("it is one of the most different images of group {cluster}"),
            format!("它是第{cluster}组中差异最大的图片之一"),
        ),
        (false, Some(other)) => Reason::new(
            "redundant",
            format!(
                "group {cluster} has enough without it; the kept image {other} has the similarity {similarity:.4}"
            ),
            format!("第{cluster}组已足够；保留图片{other}与其相似度为{similarity:.4}"),
        ),
        (false, None) => Reason::new("redundant", "nothing is to be kept", "按比例不保留任何图片"),
    };
    let scores = scores(json!({"cluster": cluster, "similarity": similarity}));
    Decision { kept: verdict.kept, reason, compared_with, scores }
}

fn cleansed(verdict: &PccVerdict, prototypes: &Prototypes) -> Decision {
    let compared_with = prototypes.positive.1.get(verdict.prototype as usize).cloned();
    let (similarity, distance) = (verdict.similarity, verdict.distance);
    let foreign = verdict.foreign.map(|foreign| format!("{foreign:.4}")).unwrap_or_else(|| "-".to_owned());
    let numbers = format!("{similarity:.4}, {distance:.4}, {foreign}");
    let reason = match verdict.kept {
        true => Reason::new(
            "like_prototypes",
            format!(
                "it resembles the prototypes (similarity, distance, similarity to the criticism: {numbers})"
            ),
            format!("与正样本相似（相似度、距离、与负样本相似度：{numbers}）"),
        ),
        false => Reason::new(
            "unlike_prototypes",
            format!(
                "it does not resemble the prototypes, or resembles the criticism more (similarity, distance, similarity to the criticism: {numbers})"
            ),
            format!("与正样本不相似，或与负样本更相似（相似度、距离、与负样本相似度：{numbers}）"),
        ),
    };
    let scores = scores(json!({
        "similarity": similarity, "embedding_distance": distance, "criticism_similarity": verdict.foreign,
        "borderline": verdict.borderline,
    }));
    Decision { kept: verdict.kept, reason, compared_with, scores }
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

/// The vectors of the pictures below a directory; what cannot be decoded is left out.
async fn pictures_below(worker: &Worker, place: &Location) -> Result<(Samples, Vec<String>), Trouble> {
    let bucket = worker.objects.bucket(&place.bucket).await?;
    let prefix = Path::parse(place.key.trim_end_matches('/')).map_err(|e| Trouble::Failed(e.to_string()))?;
    let mut listed = bucket.list(Some(&prefix));
    let (mut samples, mut origins) = (Samples::new(1), Vec::new());
    while let Some(meta) = listed.try_next().await? {
        if worker.cancel().is_cancelled() {
            return Err(Trouble::Cancelled);
        }
        if !is_picture(meta.location.as_ref()) {
            continue;
        }
        if origins.len() == PROTOTYPES_MAX {
            return Err(Trouble::Failed(format!("{place} holds more than {PROTOTYPES_MAX} pictures")));
        }
        let plain = format!("{}/{}", place.bucket, meta.location);
        let Ok(picture) = worker.objects.read(&plain, meta.e_tag.as_deref()).await? else { continue };
        let relative = meta.location.as_ref().strip_prefix(&place.key).unwrap_or_default().to_owned();
        if let Some((key, vector)) = one(worker, &relative, picture).await? {
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

async fn one(
    worker: &Worker,
    relative: &str,
    picture: Bytes,
) -> Result<Option<(SampleKey, tidemill_embedding::Vector)>, Trouble> {
    let key = SampleKey::of_bytes(relative, &picture);
    Ok(worker.known(picture).await?.ok().map(|known| (key, known.vector)))
}
