//! The decisions of an operator on all samples.

use super::decisions::{decision, of_cleansed, of_duplicate, of_selected};
use super::embed::vectors_key;
use super::prototypes::Prototypes;
use super::record::Record;
use super::shard::{Worker, unless_stopped};
use super::shares::Shares;
use crate::engine::{Decide, Decided, Others, Verdict};
use crate::error::Trouble;
use crate::operator::{SetKind, SetOperator};
use std::collections::HashMap;
use std::sync::Arc;
use tidemill_embedding::{Comparison, Control, Picture, Samples, cleanse, deduplicate, select};

/// Bytes of a sample in a set beside its vector: its key, digests, the verdict, and this again as columns.
const ROW_BYTES: u64 = 320;

/// Decides over the samples of all `tables`, so that every shard finds its share.
pub(crate) async fn decide(
    worker: &Worker,
    operator: &SetOperator,
    tables: &[String],
    shares: &Shares,
) -> Result<(), Trouble> {
    if worker.is_shared(shares).await? {
        return Ok(());
    }
    // First what may wait for memory: the set itself holds some.
    let mut prototypes = Prototypes::of(worker, &operator.kind).await?;
    let others = match operator.kind {
        SetKind::Cleanse { .. } => Others::Paths(std::mem::take(&mut prototypes.positive.1)),
        SetKind::Deduplicate(_) | SetKind::Select(_) => Others::Samples(tables.to_vec()),
    };
    let parts = reduce(worker, operator, prototypes, (tables, shares)).await?;
    let engine = &worker.ctx.engine;
    worker.unless_stopped(engine.share_verdicts(&parts, others, shares.of_shards())).await?;
    worker.remove_parts(shares).await
}

/// The tables of verdicts on all samples. While they are found out, memory is held for the set, and a thread.
async fn reduce(
    worker: &Worker,
    operator: &SetOperator,
    prototypes: Prototypes,
    (tables, shares): (&[String], &Shares),
) -> Result<Vec<String>, Trouble> {
    let vectors: Vec<String> = tables.iter().map(|table| vectors_key(table)).collect();
    let (samples, bytes) = size_of(worker, tables, &vectors).await?;
    let held = worker.ctx.pool.reserve(bytes, worker.cancel()).await?;
    let among_themselves = !matches!(operator.kind, SetKind::Cleanse { .. });
    let decide = complete(samples, deciding(worker, operator, prototypes));
    let (engine, cancel, parts) = (worker.ctx.engine.clone(), worker.cancel().clone(), shares.parts());
    let runtime = tokio::runtime::Handle::current();
    let work = move || {
        let query = engine.reduce(&vectors, (decide, among_themselves), &parts);
        runtime.block_on(unless_stopped(&cancel, query))
    };
    let (parts, _held) = worker.ctx.pool.run(held, worker.cancel(), work).await?;
    parts
}

/// How many samples some tables hold, and the memory that they take as a set.
async fn size_of(worker: &Worker, tables: &[String], vectors: &[String]) -> Result<(u64, u64), Trouble> {
    let counts = worker.unless_stopped(worker.ctx.engine.count_rows(tables)).await?;
    let samples: u64 = counts.iter().map(|of| of.of(0) + of.of(1) + of.of(3)).sum();
    let vector = worker.unless_stopped(worker.ctx.engine.vector_bytes(vectors)).await?;
    Ok((samples, samples.saturating_mul(vector + ROW_BYTES)))
}

/// What decides only over a set of so many samples: a query takes a table that is gone for an empty one.
fn complete(expected: u64, decide: Decide) -> Decide {
    Arc::new(move |samples: &Samples, pictures: &[Picture]| match samples.len() as u64 {
        found if found == expected => decide(samples, pictures),
        found => Err(format!("tables of the run are damaged: {found} of {expected} samples have a vector")),
    })
}

/// What decides over the set.
fn deciding(worker: &Worker, operator: &SetOperator, prototypes: Prototypes) -> Decide {
    let (operator, cancel) = (operator.clone(), worker.cancel().clone());
    let (embedder, seed) = (worker.ctx.embedder.clone(), worker.seed);
    Arc::new(move |samples: &Samples, pictures: &[Picture]| -> Result<Vec<Verdict>, String> {
        let is_cancelled = || cancel.is_cancelled();
        let control = Control::new(&is_cancelled, &|_, _| {});
        let mut draws = seed.draws_of_set(operator.name(), &operator.canonical);
        let (scale, level) = (embedder.scale(), embedder.level());
        match &operator.kind {
            SetKind::Deduplicate(threshold) => {
                let found = deduplicate(samples, pictures, (scale, *threshold), &mut draws, &control);
                Ok(found.map_err(|e| e.to_string())?.iter().map(of_duplicate).collect())
            }
            SetKind::Select(options) => {
                let found = select(samples, scale, options, &mut draws, &control);
                Ok(found.map_err(|e| e.to_string())?.iter().map(of_selected).collect())
            }
            SetKind::Cleanse { options, .. } => {
                let (positive, negative) = (&prototypes.positive.0, &prototypes.negative.0);
                let images = Comparison { data: samples, positive, negative };
                let found = cleanse(images, (scale, level), options, &mut draws, &control);
                let told = |e: tidemill_embedding::PccError| format!("{}: {e}", e.code());
                Ok(found.map_err(told)?.iter().map(of_cleansed).collect())
            }
        }
    })
}

/// Applies the decisions in the table `key` to the samples of a shard, which are in `table`.
pub(crate) async fn apply(
    worker: &Worker,
    operator: &SetOperator,
    table: &str,
    key: &str,
) -> Result<Vec<Record>, Trouble> {
    let records = worker.records(table).await?;
    let decided = worker.unless_stopped(worker.ctx.engine.decided(key)).await?;
    let mut decided: HashMap<i64, Decided> =
        decided.into_iter().map(|decided| (decided.verdict.number, decided)).collect();
    // What made the vectors that were compared.
    let made = serde_json::to_value(worker.ctx.embedder.provenance()).unwrap_or_default();
    let one = |mut record: Record| {
        if record.fate.is_output() {
            let number = record.number();
            let missing =
                || Trouble::Failed(format!("a table of the run is damaged: no decision on sample {number}"));
            let decided = decided.remove(&number).ok_or_else(missing)?;
            let decision = decision(&operator.kind, decided);
            if !decision.kept {
                record.fate = record.fate.left_out();
            }
            record.reasons.push(decision.reason);
            record.compared_with = decision.compared_with;
            record.scores.extend(decision.scores);
            record.scores.insert("embedding".to_owned(), made.clone());
        }
        worker.slot.progress.add_sample(record.copy);
        Ok(record)
    };
    records.into_iter().map(one).collect()
}
