//! Changing the number of active partitions.

use crate::create::active_partition;
use crate::rows::{partition_row, scaling_row};
use crate::stream::{Partition, PartitionState, ScaleOutcome, ScaleRecord, Stream, StreamState};
use crate::streams::Streams;
use std::sync::Arc;
use tidemill_log::LogError;
use tidemill_meta::stream::{self as sql, ScalingRow};
use tidemill_meta::{MetaError, Tx};
use tidemill_model::limits::SCALINGS_REMEMBERED;

const HOUR_MS: i64 = 60 * 60 * 1000;

/// Why the number of partitions stayed as it was.
#[derive(Debug, thiserror::Error)]
pub enum ScaleError {
    /// The number is below 1 or the present one, or was changed too often within an hour.
    #[error("{0}")]
    Invalid(String),
    /// There is no such stream any more.
    #[error("the stream does not exist")]
    UnknownStream,
    /// The stream is being made or deleted, or is frozen.
    #[error("the stream is not running")]
    NotRunning,
    /// The project would have too many active partitions of this type.
    #[error("the project would have {active} partitions of this type, at most {max} are allowed")]
    Quota {
        /// Active partitions the project would have.
        active: u64,
        /// Active partitions it may have.
        max: u64,
    },
    /// The metadata failed.
    #[error(transparent)]
    Meta(#[from] MetaError),
    /// The log failed.
    #[error(transparent)]
    Log(#[from] LogError),
    /// The server is stopping.
    #[error("the change was cut off")]
    CutOff,
}

impl Streams {
    /// Gives a stream `target` active partitions; the stream as it is then.
    ///
    /// Upwards the lowest inactive indexes come back first, with their numbers going on; downwards the
    /// highest indexes become DELETED: readable until retention ends, no longer writable. What is refused is
    /// noted in the stream's history, too, unless its number has more than the 32 bits that clients read there.
    pub async fn scale_stream(&self, id: &str, target: i64) -> Result<Arc<Stream>, ScaleError> {
        self.scale_anyway(id, target, false).await
    }

    /// Scales although nobody waits any more; `auto` says that the load asked for it.
    pub(crate) async fn scale_anyway(
        &self,
        id: &str,
        target: i64,
        auto: bool,
    ) -> Result<Arc<Stream>, ScaleError> {
        let (streams, owned) = (self.clone(), id.to_owned());
        let work = async move { streams.scale(&owned, target, auto).await };
        let scaled = tokio::spawn(work).await.map_err(|_| ScaleError::CutOff)?;
        if let (Err(ScaleError::Quota { active, max }), Some(stream)) = (&scaled, self.by_id(id)) {
            self.raise_quota(&stream.project, *active, *max);
        }
        scaled
    }

    async fn scale(&self, id: &str, target: i64, auto: bool) -> Result<Arc<Stream>, ScaleError> {
        let changing = self.by_id(id).ok_or(ScaleError::UnknownStream)?.changing.clone();
        let _one_at_a_time = changing.lock().await;
        let stream = self.by_id(id).ok_or(ScaleError::UnknownStream)?;
        if stream.state != StreamState::Running {
            return Err(ScaleError::NotRunning);
        }
        let changed = self.change(&stream, target, auto).await;
        if let Err(error) = &changed
            && let Some(outcome) = refusal(error)
            && i32::try_from(target).is_ok()
        {
            self.note_refusal(&stream, self.attempt(&stream, target, auto, outcome)).await;
        }
        changed
    }

    /// What the history says of an attempt made now.
    fn attempt(&self, stream: &Stream, target: i64, auto: bool, outcome: ScaleOutcome) -> ScaleRecord {
        let from = u32::try_from(stream.writable()).unwrap_or(u32::MAX);
        ScaleRecord { at_ms: self.0.clock.now_ms(), from, to: target, auto, outcome }
    }

    async fn change(&self, stream: &Stream, target: i64, auto: bool) -> Result<Arc<Stream>, ScaleError> {
        let max = self.0.config.partitions_max(stream.stream_type);
        let record = self.attempt(stream, target, auto, ScaleOutcome::Done);
        let count = self.check(stream, record)?;
        let scaled = scaled(stream, record, count);
        if record.is_up() {
            self.0.log.grow_stream(stream.incarnation, count).await?;
        }
        let written = scaled.clone();
        self.0.meta.tx(move |tx| Box::pin(write(tx, written.clone(), record, max))).await?;
        let scaled = Arc::new(scaled);
        self.0.catalog.put(scaled.clone());
        Ok(scaled)
    }

    /// Adds an attempt that was refused to the stream's history. The caller holds what makes changes come one
    /// after the other. If it cannot be stored it is not shown either: the refusal is answered all the same.
    async fn note_refusal(&self, stream: &Stream, record: ScaleRecord) {
        let (id, row) = (stream.id.clone(), scaling_row(&record));
        let stored: Result<(), MetaError> =
            self.0.meta.tx(move |tx| Box::pin(note(tx, id.clone(), row.clone()))).await;
        if let Err(error) = stored {
            tracing::warn!(stream = %stream.id, %error, "a refused scaling could not be noted");
            return;
        }
        let mut noted = stream.clone();
        remember(&mut noted.scale_records, record);
        self.0.catalog.put(Arc::new(noted));
    }

    /// The number of partitions that the attempt asks for, if the stream may have it now.
    fn check(&self, stream: &Stream, attempt: ScaleRecord) -> Result<u32, ScaleError> {
        let max = self.0.config.partitions_max(stream.stream_type);
        let target = attempt.to;
        let wrong = |text: String| Err(ScaleError::Invalid(text));
        if target < 1 {
            return wrong(format!("target_partition_count must be at least 1, got {target}"));
        }
        if target == i64::from(attempt.from) {
            return wrong(format!("target_partition_count {target} is the current partition count"));
        }
        let count = u32::try_from(target).ok().filter(|count| u64::from(*count) <= max);
        let count = count.ok_or(ScaleError::Quota { active: target.unsigned_abs(), max })?;
        let allowed = self.0.config.scalings_per_hour(attempt);
        if scaled_lately(stream, attempt) >= allowed {
            let direction = if attempt.is_up() { "up" } else { "down" };
            let by = if attempt.auto { " automatically" } else { "" };
            return wrong(format!("a stream can be scaled {direction}{by} {allowed} times an hour"));
        }
        Ok(count)
    }
}

/// How often the stream was scaled like `next` in the hour before. Increases by people and by the load are
/// counted apart, decreases together.
pub(crate) fn scaled_lately(stream: &Stream, next: ScaleRecord) -> usize {
    let up = next.is_up();
    let alike = |r: &&ScaleRecord| r.is_done() && r.is_up() == up && (!up || r.auto == next.auto);
    let lately = |r: &&ScaleRecord| r.at_ms > next.at_ms - HOUR_MS;
    stream.scale_records.iter().filter(alike).filter(lately).count()
}

/// What the history says of a refusal; nothing if the stream does not run.
fn refusal(error: &ScaleError) -> Option<ScaleOutcome> {
    match error {
        ScaleError::Invalid(_) => Some(ScaleOutcome::Invalid),
        ScaleError::Quota { .. } => Some(ScaleOutcome::Quota),
        ScaleError::Meta(_) | ScaleError::Log(_) => Some(ScaleOutcome::Failed),
        ScaleError::UnknownStream | ScaleError::NotRunning | ScaleError::CutOff => None,
    }
}

/// Adds to a history, which keeps the newest changes and the newest refusals: the rows do the same.
fn remember(records: &mut Vec<ScaleRecord>, record: ScaleRecord) {
    records.push(record);
    let alike = |r: &ScaleRecord| r.is_done() == record.is_done();
    if records.iter().filter(|r| alike(r)).count() > SCALINGS_REMEMBERED
        && let Some(oldest) = records.iter().position(alike)
    {
        records.remove(oldest);
    }
}

/// The stream after the change. Active are exactly the indexes below `count`.
fn scaled(stream: &Stream, record: ScaleRecord, count: u32) -> Stream {
    let mut scaled = stream.clone();
    scaled.modified_ms = record.at_ms;
    remember(&mut scaled.scale_records, record);
    for partition in &mut scaled.partitions {
        let index = partition.id.0;
        if index < count {
            *partition = active_partition(index, count);
        } else if partition.state == PartitionState::Active {
            *partition = Partition {
                state: PartitionState::Deleted,
                deleted_ms: Some(record.at_ms),
                ..partition.clone()
            };
        }
    }
    let known = u32::try_from(scaled.partitions.len()).unwrap_or(u32::MAX);
    scaled.partitions.extend((known..count).map(|index| active_partition(index, count)));
    scaled
}

async fn note(tx: &mut dyn Tx, stream_id: String, row: ScalingRow) -> Result<(), MetaError> {
    sql::insert_scaling(tx, &stream_id, &row).await
}

async fn write(tx: &mut dyn Tx, stream: Stream, record: ScaleRecord, max: u64) -> Result<(), ScaleError> {
    if !sql::touch_stream(tx, &stream.id, stream.modified_ms).await? {
        return Err(ScaleError::NotRunning);
    }
    let partitions: Vec<_> = stream.partitions.iter().map(partition_row).collect();
    sql::put_partitions(tx, &stream.id, &partitions).await?;
    sql::insert_scaling(tx, &stream.id, &scaling_row(&record)).await?;
    let project = stream.project.as_str();
    let active = sql::active_partitions(tx, project, stream.stream_type.as_str()).await?;
    if record.is_up() && active > max {
        return Err(ScaleError::Quota { active, max });
    }
    Ok(())
}
