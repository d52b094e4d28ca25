//! Creating a task.

use crate::agency;
use crate::context::{read, tx};
use crate::descriptor::{Destination, NewTask, Strategy};
use crate::error::{CreateError, Trouble, UnusableBucket};
use crate::sink::{ObsSink, check};
use crate::sweep::sweep;
use crate::task::{Task, TaskState};
use crate::tasks::Dumps;
use tidemill_bucket::BucketError;
use tidemill_meta::MetaError;
use tidemill_meta::dump::{self, Inserted, Owner, PositionRow, TaskRow};
use tidemill_model::{BucketName, EventKind, ProjectId, limits, random_id};
use tidemill_stream::{Stream, StreamState};
use tokio_util::task::TaskTracker;

impl Dumps {
    /// Creates a task that runs when this returns, or is in ERROR if its kind of destination is not delivered
    /// to; its id. With LATEST it delivers every record that is put
    /// after the call returned. A caller that stops waiting changes nothing.
    pub async fn create(&self, stream: &Stream, new: NewTask) -> Result<String, CreateError> {
        let (dumps, stream) = (self.clone(), stream.clone());
        let made = tokio::spawn(async move { dumps.make(&stream, new).await }).await;
        made.unwrap_or_else(|e| Err(MetaError::Store(e.to_string()).into()))
    }

    async fn make(&self, stream: &Stream, mut new: NewTask) -> Result<String, CreateError> {
        new.destination.take_source(stream)?;
        let row = row_of(stream, &new, self.0.ctx.clock.now_ms())?;
        let unexpected = |e| MetaError::Unexpected(format!("new dump task: {e}"));
        let task = Task::from_row(&row).map_err(unexpected)?;
        self.check_room(stream, &row.name).await?;
        self.check_agency(&row).await?;
        self.check_bucket(&task.project, &new.destination).await?;
        let positions = self.start_positions(stream, new.destination.strategy());
        // What is never delivered must not fill the log.
        let held = if row.cause.is_empty() { positions.as_slice() } else { &[] };
        for position in held {
            let at = task.partition_ref(position.partition);
            self.0.ctx.streams.log().hold(at, &task.holder(), Some(position.next));
        }
        let quota = limits::DUMP_TASKS_PER_STREAM_MAX;
        let done = tx!(self.0.ctx.meta, |tx, row, positions| async move {
            match agency::refusal(tx, &row.project, &row.agency).await? {
                Some(refused) => Ok::<_, MetaError>(Err(CreateError::Invalid(refused))),
                None => dump::insert_task(tx, &row, &positions, quota).await.map(Ok),
            }
        })?;
        match done {
            Ok(Inserted::Done) => {
                self.begin(&row, &task)?;
                self.leave_with_stream(stream, &row.name).await?;
                Ok(row.task_id)
            }
            refused => {
                crate::delete::release_holds(&self.0.ctx, &task);
                Err(refused.map_or_else(|error| error, refusal))
            }
        }
    }

    /// Runs the new task, or tells why it does not.
    fn begin(&self, row: &TaskRow, task: &Task) -> Result<(), CreateError> {
        if row.cause.is_empty() {
            let owner = Owner { task_id: row.task_id.clone(), epoch: row.epoch };
            return Ok(self.run(row, owner, false)?);
        }
        self.0.ctx.raise(task, EventKind::DumpTaskAbnormal, row.cause.clone());
        Ok(())
    }

    /// A stream whose deletion began meanwhile may have ended its tasks before this one was there.
    async fn leave_with_stream(&self, stream: &Stream, name: &str) -> Result<(), CreateError> {
        let now = self.0.ctx.streams.by_id(&stream.id);
        if now.is_some_and(|s| s.state == StreamState::Running) {
            return Ok(());
        }
        // If it cannot end now, the stream's deletion ends it when it is tried again.
        let _ = self.delete(stream, name, "deletion of the stream").await;
        Err(CreateError::NoStream)
    }

    /// Answers a taken name before the bucket is touched; the insertion decides.
    async fn check_room(&self, stream: &Stream, name: &str) -> Result<(), CreateError> {
        let rows = self.rows(stream).await?;
        if rows.iter().any(|r| r.name == name) {
            return Err(CreateError::Exists);
        }
        if rows.len() >= limits::DUMP_TASKS_PER_STREAM_MAX {
            return Err(CreateError::Quota);
        }
        Ok(())
    }

    /// Answers an agency that is not there before the bucket is touched; the transaction of the insertion decides.
    async fn check_agency(&self, row: &TaskRow) -> Result<(), CreateError> {
        let refused = read!(self.0.ctx.meta, |tx, row| agency::refusal(tx, &row.project, &row.agency))?;
        refused.map_or(Ok(()), |refused| Err(refused.into()))
    }

    /// Tries the bucket a destination needs, if it needs one. What that leaves is swept.
    pub(crate) async fn check_bucket(
        &self,
        project: &ProjectId,
        destination: &Destination,
    ) -> Result<(), UnusableBucket> {
        let Some(bucket) = destination.bucket() else { return Ok(()) };
        if BucketName::parse(bucket).is_err() {
            return Err(UnusableBucket::Missing(bucket.to_owned()));
        }
        // Not the task's own id: the task may be at work.
        let trial = random_id();
        let tried = self.try_bucket(project, &trial, bucket).await;
        if tried.is_err() {
            tokio::spawn(sweep(self.0.ctx.clone(), trial));
        }
        tried
    }

    async fn try_bucket(&self, project: &ProjectId, trial: &str, bucket: &str) -> Result<(), UnusableBucket> {
        let owner = Owner { task_id: trial.to_owned(), epoch: 0 };
        let opened = ObsSink::open(self.0.ctx.clone(), project, bucket, owner, TaskTracker::new()).await;
        let sink = opened.map_err(|error| match error {
            BucketError::Missing => UnusableBucket::Missing(bucket.to_owned()),
            other => UnusableBucket::NotWritable(other.to_string()),
        })?;
        check(&sink, trial).await.map_err(|error| match error {
            Trouble::Retry(cause) | Trouble::Fatal(cause) => UnusableBucket::NotWritable(cause),
            Trouble::Fenced => UnusableBucket::NotWritable("the check was interrupted".into()),
        })
    }

    fn start_positions(&self, stream: &Stream, strategy: Strategy) -> Vec<PositionRow> {
        let log = self.0.ctx.streams.log();
        let start = |partition: u32| {
            let at = tidemill_log::PartitionRef { incarnation: stream.incarnation, partition };
            let bounds = log.bounds(at)?;
            let from = if strategy == Strategy::Latest { bounds.next } else { bounds.earliest };
            Some(PositionRow::starting_at(partition, from))
        };
        stream.partitions.iter().filter_map(|p| start(p.id.0)).collect()
    }
}

fn refusal(refused: Inserted) -> CreateError {
    match refused {
        Inserted::QuotaFull => CreateError::Quota,
        Inserted::NameTaken | Inserted::Done => CreateError::Exists,
    }
}

fn row_of(stream: &Stream, new: &NewTask, now_ms: i64) -> Result<TaskRow, MetaError> {
    let descriptor = new.destination.to_stored().map_err(|e| MetaError::Unexpected(e.to_string()))?;
    let cause = new.destination.undeliverable().unwrap_or_default();
    let state = if cause.is_empty() { TaskState::Running } else { TaskState::Error };
    Ok(TaskRow {
        task_id: random_id(),
        project: stream.project.as_str().to_owned(),
        stream_id: stream.id.clone(),
        stream_name: stream.name.as_str().to_owned(),
        incarnation: stream.incarnation.to_string(),
        name: new.name.as_str().to_owned(),
        state: state.as_str().to_owned(),
        cause,
        epoch: 1,
        descriptor: descriptor.to_string(),
        created_ms: now_ms,
        head: String::new(),
        destination_type: new.destination.kind().as_str().to_owned(),
        previous: None,
        origin: None,
        agency: new.destination.agency().to_owned(),
    })
}
