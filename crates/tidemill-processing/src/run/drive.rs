//! The life of a run, from its listing to its end.

use super::directory;
use super::listing::{Listing, input_table};
use super::names::{self, Late};
use super::objects::UserObjects;
use super::place::Layout;
use super::publish::Publishing;
use super::record::Record;
use super::seal::Sealing;
use super::shard::{ShardSpec, Worker};
use super::slot::Slot;
use crate::context::{Context, read, tx};
use crate::error::Trouble;
use crate::operator::{Pipeline, Stage};
use crate::task::{Input, Request};
use futures::{StreamExt, TryStreamExt};
use std::collections::HashMap;
use std::sync::Arc;
use tidemill_bucket::Location;
use tidemill_meta::processing::{self, CommitRow, Ended, RunRow, ShardRow};
use tidemill_model::{ProjectId, random_id};
use tidemill_vision::seed::TaskSeed;

/// Shards at work at once: while one waits for the store, another one has the processors.
const SHARDS_AT_ONCE: usize = 2;

/// Works on a run until it ends, is stopped, or the server ends.
pub(crate) async fn drive(ctx: Arc<Context>, row: RunRow, slot: Arc<Slot>) {
    let run_id = row.run_id.clone();
    let outcome = match Driver::new(ctx.clone(), row, slot) {
        Ok(driver) => driver.run().await,
        Err(trouble) => Err(trouble),
    };
    let ended = match outcome {
        Ok(ended) => ended,
        // Whoever cancelled it says what it is now.
        Err(Trouble::Cancelled) => return,
        Err(Trouble::Failed(cause)) => {
            tracing::warn!(run = run_id, cause, "a processing run failed");
            Ended { status: 3, counters: None, error_msg: Some(cause), result: None }
        }
    };
    let now_ms = ctx.clock.now_ms();
    let written = tx!(ctx.meta, |tx, run_id, ended| processing::end_run(tx, &run_id, &ended, now_ms));
    if let Err(error) = written {
        tracing::error!(run = run_id, %error, "the end of a processing run could not be written");
    }
}

/// What a stage has to know of the whole run.
enum Whole {
    Nothing,
    Late(Late),
}

/// One run at work.
struct Driver {
    worker: Worker,
    row: RunRow,
    request: Request,
    output: Location,
}

impl Driver {
    fn new(ctx: Arc<Context>, row: RunRow, slot: Arc<Slot>) -> Result<Self, Trouble> {
        let damaged = |what: &str| Trouble::Failed(format!("the stored run cannot be read: {what}"));
        let body = serde_json::from_str(&row.spec).map_err(|e| damaged(&e.to_string()))?;
        let request = Request::read(&body).map_err(|e| damaged(&e.to_string()))?;
        let project = ProjectId::parse(&row.project).ok_or_else(|| damaged("its project"))?;
        let objects = UserObjects::new(ctx.clone(), project);
        let output = Location { bucket: row.output_bucket.clone(), key: row.output_key.clone() };
        let seed = hex::decode(&row.seed).ok().and_then(|seed| seed.try_into().ok());
        let seed = TaskSeed(seed.ok_or_else(|| damaged("its seed"))?);
        Ok(Self { worker: Worker { ctx, objects, slot, seed }, row, request, output })
    }

    fn ctx(&self) -> &Arc<Context> {
        &self.worker.ctx
    }

    fn pipeline(&self) -> &Pipeline {
        &self.request.pipeline
    }

    async fn run(&self) -> Result<Ended, Trouble> {
        let shards = self.shards().await?;
        let run_id = self.row.run_id.clone();
        let commits = read!(self.ctx().meta, |tx, run_id| processing::commits(tx, &run_id))?;
        self.begin_progress(&shards, &commits);
        let mut done: HashMap<(u64, u64), String> =
            commits.into_iter().map(|c| ((c.stage, c.shard), c.object)).collect();
        let mut tables: Vec<String> = shards.iter().map(|s| input_table(&self.row.run_id, s.shard)).collect();
        for (number, stage) in self.pipeline().stages.iter().enumerate() {
            tables = self.stage(number as u64, stage, &shards, &tables, &mut done).await?;
        }
        let sealing = Sealing { worker: &self.worker, row: &self.row, output: &self.output };
        sealing.seal(&tables).await
    }

    /// The shards of the run; lists the input if that was not finished yet.
    async fn shards(&self) -> Result<Vec<ShardRow>, Trouble> {
        let run_id = self.row.run_id.clone();
        if self.row.status != 0 {
            return Ok(read!(self.ctx().meta, |tx, run_id| processing::shards(tx, &run_id))?);
        }
        self.worker.slot.progress.enter("listing");
        let output = Some(self.output.clone());
        let (task_type, cancel) = (self.pipeline().task_type, self.worker.cancel());
        let mut listing =
            Listing::new(self.ctx(), &self.worker.objects, &self.row.run_id, task_type, output, cancel);
        for input in &self.request.inputs {
            match input {
                Input::Directory(source) => listing.add_directory(source).await?,
                Input::Dataset { .. } | Input::Task(_) => {
                    return Err(Trouble::Failed("the input cannot be read".to_owned()));
                }
            }
        }
        let shards = Arc::new(listing.cut().await?);
        let now_ms = self.ctx().clock.now_ms();
        let started =
            tx!(self.ctx().meta, |tx, run_id, shards| processing::start_run(tx, &run_id, &shards, now_ms))?;
        if started { Ok(Arc::unwrap_or_clone(shards)) } else { Err(Trouble::Cancelled) }
    }

    fn begin_progress(&self, shards: &[ShardRow], commits: &[CommitRow]) {
        let samples: HashMap<u64, u64> = shards.iter().map(|s| (s.shard, s.samples)).collect();
        let before = commits.iter().filter_map(|c| samples.get(&c.shard)).sum();
        let total = samples.values().sum::<u64>() * self.pipeline().stages.len() as u64;
        self.worker.slot.progress.begin(total, before, self.ctx().clock.now_ms());
    }

    /// Takes every shard through a stage; the tables of what came out.
    async fn stage(
        &self,
        number: u64,
        stage: &Stage,
        shards: &[ShardRow],
        inputs: &[String],
        done: &mut HashMap<(u64, u64), String>,
    ) -> Result<Vec<String>, Trouble> {
        self.worker.slot.progress.enter(stage.name());
        let left = shards.iter().any(|shard| !done.contains_key(&(number, shard.shard)));
        let whole = match stage {
            Stage::Publish if left => Whole::Late(names::settle(&self.worker, inputs).await?),
            _ => Whole::Nothing,
        };
        let finished = shards.iter().zip(inputs).map(|(shard, input)| {
            let before = done.remove(&(number, shard.shard));
            self.shard(number, stage, shard.shard, input, &whole, before)
        });
        let finished: Vec<_> = finished.collect();
        futures::stream::iter(finished).buffered(SHARDS_AT_ONCE).try_collect().await
    }

    /// One shard of one stage, unless it was finished before.
    async fn shard(
        &self,
        stage_number: u64,
        stage: &Stage,
        shard: u64,
        input: &str,
        whole: &Whole,
        before: Option<String>,
    ) -> Result<String, Trouble> {
        if let Some(object) = before {
            return Ok(object);
        }
        let attempt = format!("{}/{stage_number}/{shard:08}-{}", directory(&self.row.run_id), random_id());
        let spec = ShardSpec { input: input.to_owned(), attempt };
        let layout = Layout { family: self.pipeline().family, task_type: self.pipeline().task_type };
        let records = match (stage, whole) {
            (Stage::Map(steps), _) => self.worker.map(&spec, steps).await?,
            (Stage::Publish, Whole::Late(late)) => self.publish(&spec, layout, late).await?,
            (Stage::Publish, _) => Vec::new(),
        };
        let object = self.worker.write(&spec, &records, |record| layout.place(record)).await?;
        self.commit(CommitRow { stage: stage_number, shard, object }).await
    }

    async fn publish(&self, spec: &ShardSpec, layout: Layout, late: &Late) -> Result<Vec<Record>, Trouble> {
        let checked = self.pipeline().checked;
        Publishing { worker: &self.worker, layout, late, output: &self.output, checked }.shard(spec).await
    }

    async fn commit(&self, commit: CommitRow) -> Result<String, Trouble> {
        let run_id = self.row.run_id.clone();
        let running =
            tx!(self.ctx().meta, |tx, run_id, commit| processing::commit_shard(tx, &run_id, &commit))?;
        if running { Ok(commit.object) } else { Err(Trouble::Cancelled) }
    }
}
