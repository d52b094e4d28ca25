//! The life of a run, from its listing to its end.

use super::analysed::Analysed;
use super::compose::Composing;
use super::decide;
use super::directory;
use super::listing::{Listing, input_table};
use super::names;
use super::objects::UserObjects;
use super::place::Layout;
use super::publish::Publishing;
use super::record::Record;
use super::seal::Sealing;
use super::shard::{ShardSpec, Worker};
use super::shares::Shares;
use super::slot::Slot;
use crate::context::{Context, read, tx};
use crate::error::Trouble;
use crate::operator::{Makes, Pipeline, Stage, TaskType};
use crate::task::{Input, Request, Target};
use futures::{StreamExt, TryStreamExt};
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;
use tidemill_bucket::Location;
use tidemill_dataset::version::ComposedVersion;
use tidemill_embedding::Generator;
use tidemill_meta::processing::{self, CommitRow, Ended, RunRow, ShardRow};
use tidemill_model::{ProjectId, random_id};
use tidemill_vision::seed::TaskSeed;

/// Shards at work at once: while one waits for the store, another one has the processors.
const SHARDS_AT_ONCE: usize = 2;

/// How long to wait before the end of a run is written again, if that failed.
const END_AGAIN: Duration = Duration::from_secs(1);

/// Works on a run until it ends, is stopped, or the server ends.
pub(crate) async fn drive(ctx: Arc<Context>, row: RunRow, slot: Arc<Slot>) {
    let run_id = row.run_id.clone();
    let outcome = match Driver::new(ctx.clone(), row, slot.clone()) {
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
    end(&ctx, &run_id, ended, &slot).await;
}

/// Writes the end of a run; tries again until it is written, or the run is stopped or deleted, or the server ends.
pub(crate) async fn end(ctx: &Context, run_id: &str, ended: Ended, slot: &Slot) {
    let (run_id, now_ms) = (run_id.to_owned(), ctx.clock.now_ms());
    loop {
        let written = tx!(ctx.meta, |tx, run_id, ended| processing::end_run(tx, &run_id, &ended, now_ms));
        let Err(error) = written else { return };
        tracing::warn!(run = run_id, %error, "the end of a processing run is not written yet");
        if slot.cancel.run_until_cancelled(ctx.clock.sleep(END_AGAIN)).await.is_none() {
            return;
        }
    }
}

/// What a stage has to know of the whole run.
enum Whole {
    Nothing,
    Shares(Shares),
    Generator(Arc<Generator>),
}

/// One run at work.
struct Driver {
    worker: Worker,
    project: ProjectId,
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
        let objects = UserObjects::new(ctx.clone(), project.clone());
        let output = Location { bucket: row.output_bucket.clone(), key: row.output_key.clone() };
        let seed = hex::decode(&row.seed).ok().and_then(|seed| seed.try_into().ok());
        let seed = TaskSeed(seed.ok_or_else(|| damaged("its seed"))?);
        Ok(Self { worker: Worker { ctx, objects, slot, seed }, project, row, request, output })
    }

    fn ctx(&self) -> &Arc<Context> {
        &self.worker.ctx
    }

    fn pipeline(&self) -> &Pipeline {
        &self.request.pipeline
    }

    async fn run(&self) -> Result<Ended, Trouble> {
        if let Some(why) = &self.pipeline().fails {
            return Err(Trouble::Failed(why.clone()));
        }
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
        self.finish(&tables).await
    }

    /// The shards of the run; lists the input if that was not finished yet.
    async fn shards(&self) -> Result<Vec<ShardRow>, Trouble> {
        let run_id = self.row.run_id.clone();
        if self.row.status != 0 {
            return Ok(read!(self.ctx().meta, |tx, run_id| processing::shards(tx, &run_id))?);
        }
        let generation = self.pipeline().generation();
        if let Some(of) = generation {
            self.worker.slot.progress.enter("trying the generator");
            self.worker.keep_generator(&run_id, of).await?;
        }
        self.worker.slot.progress.enter("listing");
        let output = Some(self.output.clone());
        let (task_type, cancel) = (self.task_type().await?, self.worker.cancel());
        let mut listing =
            Listing::new(self.ctx(), &self.worker.objects, &self.row.run_id, task_type, output, cancel);
        // The second input of a domain transfer is for training.
        let inputs = match generation.map(|of| of.makes) {
            Some(Makes::OfImages) => 1,
            Some(Makes::OfNoise(_)) | None => self.request.inputs.len(),
        };
        for input in self.request.inputs.iter().take(inputs) {
            match input {
                Input::Directory(source) => listing.add_directory(source).await?,
                Input::Dataset { id, version } => {
                    self.list_version(&mut listing, id, version.as_deref()).await?
                }
                Input::Task(id) => {
                    listing.add_manifest(&self.manifest_of(id).await?).await?;
                }
            }
        }
        let per_class = generation.and_then(|of| match of.makes {
            Makes::OfNoise(count) => Some(count),
            Makes::OfImages => None,
        });
        let shards = Arc::new(listing.cut(per_class).await?);
        let samples = shards.iter().map(|shard| shard.samples).sum();
        self.pipeline().check_samples(samples).map_err(Trouble::Failed)?;
        let now_ms = self.ctx().clock.now_ms();
        let started =
            tx!(self.ctx().meta, |tx, run_id, shards| processing::start_run(tx, &run_id, &shards, now_ms))?;
        if started { Ok(Arc::unwrap_or_clone(shards)) } else { Err(Trouble::Cancelled) }
    }

    /// What the samples are labeled with: what a dataset takes that gets the results, if the request does not say.
    async fn task_type(&self) -> Result<TaskType, Trouble> {
        let told = self.pipeline().task_type;
        let Some(id) = self.row.target_dataset.as_ref().filter(|_| told == TaskType::Either) else {
            return Ok(told);
        };
        let target = self.ctx().datasets.get(&self.project, id).await;
        target.map(|target| TaskType::of_kind(target.kind)).map_err(|e| Trouble::Failed(e.to_string()))
    }

    async fn list_version(
        &self,
        listing: &mut Listing<'_>,
        id: &str,
        version: Option<&str>,
    ) -> Result<(), Trouble> {
        let (datasets, project) = (&self.ctx().datasets, &self.project);
        let dataset = datasets.get(project, id).await.map_err(|e| Trouble::Failed(e.to_string()))?;
        let version = version.map(str::to_owned).or(dataset.current_version);
        let version = version.ok_or_else(|| Trouble::Failed(format!("the dataset {id} has no version")))?;
        let entries = datasets.version_entries(project, id, &version).await;
        listing.add_version(entries.map_err(|e| Trouble::Failed(e.to_string()))?, &dataset.input).await
    }

    /// The manifest of the newest completed output of a task.
    async fn manifest_of(&self, task_id: &str) -> Result<Location, Trouble> {
        let (project, id) = (self.row.project.clone(), task_id.to_owned());
        let newest =
            read!(self.ctx().meta, |tx, project, id| processing::newest_completed_run(tx, &project, &id))?;
        let newest =
            newest.ok_or_else(|| Trouble::Failed(format!("the task {task_id} has no completed version")))?;
        let body = serde_json::from_str(&newest.spec).map_err(|e| Trouble::Failed(e.to_string()))?;
        let request = Request::read(&body).map_err(|e| Trouble::Failed(e.to_string()))?;
        let output = Location { bucket: newest.output_bucket, key: newest.output_key };
        Ok(output.join(request.pipeline.manifest()))
    }

    /// What follows the last stage.
    async fn finish(&self, tables: &[String]) -> Result<Ended, Trouble> {
        if let Some(Stage::Measure(what)) = self.pipeline().stages.last() {
            return Analysed { worker: &self.worker, row: &self.row, what }.finish(tables).await;
        }
        let manifest = self.output.join(self.pipeline().manifest());
        let sealing = Sealing { worker: &self.worker, manifest, validates: self.pipeline().validates };
        let ended = sealing.seal(tables).await?;
        if let Some(dataset) = &self.row.target_dataset {
            self.compose(dataset, tables).await?;
        }
        Ok(ended)
    }

    /// Makes the output a version of a dataset.
    async fn compose(&self, dataset_id: &str, tables: &[String]) -> Result<(), Trouble> {
        self.worker.slot.progress.enter("composing");
        let datasets = &self.ctx().datasets;
        let dataset =
            datasets.get(&self.project, dataset_id).await.map_err(|e| Trouble::Failed(e.to_string()))?;
        let version_id = self.row.target_version.clone().unwrap_or_else(random_id);
        let (run_id, id) = (self.row.run_id.clone(), version_id.clone());
        tx!(self.ctx().meta, |tx, run_id, id| processing::set_target_version(tx, &run_id, &id))?;
        let name = match &self.request.target {
            Some(Target::Dataset { version_name, .. }) => version_name.clone(),
            _ => None,
        };
        let composing = Composing {
            worker: &self.worker,
            run_id: &self.row.run_id,
            datasets,
            project: &self.project,
            dataset: dataset_id,
            input: &dataset.input,
            output_bucket: &self.output.bucket,
            created_ms: self.row.created_ms,
        };
        let new = ComposedVersion {
            version_id: version_id.clone(),
            name,
            description: String::new(),
            copies: Some(composing.copy_of(&self.output)),
        };
        composing.publish(new, tables).await?;
        let noted = datasets.set_processor(&version_id, &self.row.task_id, 2).await;
        noted.map_err(|e| Trouble::Failed(e.to_string()))
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
        let shares = Shares::new(&self.row.run_id, number, shards);
        let whole = match stage {
            Stage::Publish if left => {
                names::settle(&self.worker, inputs, &shares).await?;
                Whole::Shares(shares)
            }
            Stage::Decide(operator) if left => {
                decide::decide(&self.worker, operator, inputs, &shares).await?;
                Whole::Shares(shares)
            }
            Stage::Generate(of) if left => {
                Whole::Generator(self.worker.generator(&self.row.run_id, of).await?)
            }
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
        let layout = Layout { family: self.pipeline().family };
        let records = match (stage, whole) {
            (Stage::Map(steps), _) => self.worker.map(&spec, steps).await?,
            (Stage::Embed, _) => self.worker.embed(&spec).await?,
            (Stage::Measure(what), _) => self.worker.measure(&spec, what).await?,
            (Stage::Decide(operator), Whole::Shares(of)) => {
                decide::apply(&self.worker, operator, &spec.input, of.key(shard)).await?
            }
            (Stage::Publish, Whole::Shares(of)) => self.publish(&spec, layout, of.key(shard)).await?,
            (Stage::Generate(of), Whole::Generator(generator)) => {
                self.worker.generate(&spec, of, generator).await?
            }
            (Stage::Decide(_) | Stage::Publish | Stage::Generate(_), _) => Vec::new(),
        };
        let object = self.worker.write(&spec, &records, |record| layout.place(record)).await?;
        self.commit(CommitRow { stage: stage_number, shard, object }).await
    }

    async fn publish(&self, spec: &ShardSpec, layout: Layout, late: &str) -> Result<Vec<Record>, Trouble> {
        let late = names::of_shard(&self.worker, late).await?;
        let Pipeline { checked, hides_changes, .. } = *self.pipeline();
        let (worker, output) = (&self.worker, &self.output);
        Publishing { worker, layout, late: &late, output, checked, hides_changes }.shard(spec).await
    }

    async fn commit(&self, commit: CommitRow) -> Result<String, Trouble> {
        let run_id = self.row.run_id.clone();
        let running =
            tx!(self.ctx().meta, |tx, run_id, commit| processing::commit_shard(tx, &run_id, &commit))?;
        if running { Ok(commit.object) } else { Err(Trouble::Cancelled) }
    }
}
