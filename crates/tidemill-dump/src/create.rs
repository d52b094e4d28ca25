//! Creating a task.

use crate::bucket::BucketError;
use crate::context::tx;
use crate::descriptor::{Invalid, NewTask, Strategy};
use crate::error::{CreateError, Trouble};
use crate::sink::{ObsSink, check};
use crate::sweep::sweep;
use crate::task::{Task, TaskState};
use crate::tasks::Dumps;
use std::sync::Arc;
use tidemill_meta::MetaError;
use tidemill_meta::dump::{self, Inserted, Owner, PositionRow, TaskRow};
use tidemill_model::{limits, random_id};
use tidemill_stream::{Stream, StreamState};
use tokio_util::task::TaskTracker;

impl Dumps {
    /// Creates a task that runs when this returns; its id. With LATEST it delivers every record that is put
    /// after the call returned. A caller that stops waiting changes nothing.
    pub async fn create(&self, stream: &Stream, new: NewTask) -> Result<String, CreateError> {
        let (dumps, stream) = (self.clone(), stream.clone());
        let made = tokio::spawn(async move { dumps.make(&stream, new).await }).await;
        made.unwrap_or_else(|e| Err(MetaError::Store(e.to_string()).into()))
    }

    async fn make(&self, stream: &Stream, new: NewTask) -> Result<String, CreateError> {
        if stream.compression_format.is_some() {
            let reason = "streams with a compression_format cannot be delivered by this server";
            return Err(Invalid(reason.into()).into());
        }
        let row = row_of(stream, &new, self.0.ctx.clock.now_ms())?;
        let unexpected = |e| MetaError::Unexpected(format!("new dump task: {e}"));
        let task = Arc::new(Task::from_row(&row).map_err(unexpected)?);
        self.check_room(stream, &row.name).await?;
        if let Err(refused) = self.check_bucket(&task).await {
            // What the check may have left at the destination.
            tokio::spawn(sweep(self.0.ctx.clone(), task.id.clone()));
            return Err(refused);
        }
        let positions = self.start_positions(stream, new.destination.consumer_strategy);
        for position in &positions {
            let at = task.partition_ref(position.partition);
            self.0.ctx.streams.log().hold(at, &task.holder(), Some(position.next));
        }
        let quota = limits::DUMP_TASKS_PER_STREAM_MAX;
        let done = tx!(self.0.ctx.meta, |tx, row, positions| dump::insert_task(tx, &row, &positions, quota))?;
        match done {
            Inserted::Done => {
                let owner = Owner { task_id: row.task_id.clone(), epoch: row.epoch };
                self.run(task, owner, String::new());
                self.leave_with_stream(stream, &row.name).await?;
                Ok(row.task_id)
            }
            refused => {
                crate::delete::release_holds(&self.0.ctx, &task);
                Err(refusal(refused))
            }
        }
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

    async fn check_bucket(&self, task: &Task) -> Result<(), CreateError> {
        let bucket = task.destination.bucket();
        if !task.destination.has_bucket_name() {
            return Err(CreateError::NoBucket(bucket.to_owned()));
        }
        let owner = Owner { task_id: task.id.clone(), epoch: 0 };
        let calls = TaskTracker::new();
        let opened = ObsSink::open(self.0.ctx.clone(), &task.project, bucket, owner, calls).await;
        let sink = opened.map_err(|error| match error {
            BucketError::Missing => CreateError::NoBucket(bucket.to_owned()),
            other => CreateError::NotWritable(other.to_string()),
        })?;
        check(&sink, &task.id).await.map_err(|error| match error {
            Trouble::Retry(cause) | Trouble::Fatal(cause) => CreateError::NotWritable(cause),
            Trouble::Fenced => CreateError::NotWritable("the check was interrupted".into()),
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
    let descriptor =
        serde_json::to_string(&new.destination).map_err(|e| MetaError::Unexpected(e.to_string()))?;
    Ok(TaskRow {
        task_id: random_id(),
        project: stream.project.as_str().to_owned(),
        stream_id: stream.id.clone(),
        stream_name: stream.name.as_str().to_owned(),
        incarnation: stream.incarnation.to_string(),
        name: new.name.as_str().to_owned(),
        state: TaskState::Running.as_str().to_owned(),
        cause: String::new(),
        epoch: 1,
        descriptor,
        created_ms: now_ms,
        head: String::new(),
    })
}
