//! Making a stream.

use crate::hash_range::hash_range;
use crate::rows::to_rows;
use crate::stream::{
    AutoScale, CompressionFormat, DataType, Partition, PartitionState, Stream, StreamState, StreamType, Tag,
};
use crate::streams::{Streams, StreamsConfig};
use crate::tag::TagRefusal;
use crate::{schema, tag};
use std::sync::Arc;
use tidemill_log::LogError;
use tidemill_meta::{MetaError, Tx, stream as sql};
use tidemill_model::{Incarnation, PartitionId, ProjectId, StreamName, random_id};

/// What a new stream should be.
#[derive(Clone, Debug)]
pub struct NewStream {
    /// Its name, unique in the project.
    pub name: StreamName,
    /// Partitions, at least 1 and within the quota.
    pub partitions: i64,
    /// How long records are kept, in hours.
    pub retention_hours: i64,
    /// The class of throughput.
    pub stream_type: StreamType,
    /// What producers say the payloads are.
    pub data_type: DataType,
    /// Avro schema text.
    pub data_schema: Option<String>,
    /// How producers compress each payload.
    pub compression_format: Option<CompressionFormat>,
    /// The delimiter of CSV payloads.
    pub csv_delimiter: Option<String>,
    /// Whether and how far the number of partitions follows the load.
    pub auto_scale: AutoScale,
    /// Tags of the user, at most 10.
    pub tags: Vec<Tag>,
    /// Tags of the system.
    pub sys_tags: Vec<Tag>,
}

/// Why a stream was not made.
#[derive(Debug, thiserror::Error)]
pub enum CreateError {
    /// A value is out of its range.
    #[error("{0}")]
    Invalid(String),
    /// The data schema is not an Avro schema.
    #[error("{0}")]
    Schema(String),
    /// More than 10 tags.
    #[error("too many tags")]
    TooManyTags,
    /// The project has a stream of that name.
    #[error("the name is taken")]
    Exists,
    /// The project would have too many active partitions of this type.
    #[error("the project has {active} of {max} partitions of this type")]
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
    #[error("the creation was cut off")]
    CutOff,
}

impl Streams {
    /// Makes a stream. It is in service when this returns; a caller that stops waiting changes nothing.
    pub async fn create_stream(
        &self,
        project: &ProjectId,
        new: NewStream,
    ) -> Result<Arc<Stream>, CreateError> {
        check(&new, self.0.config.retention_hours_max)?;
        let made = match self.fresh(project, new) {
            Ok(stream) => self.make_anyway(stream).await,
            Err(error) => Err(error),
        };
        if let Err(CreateError::Quota { active, max }) = &made {
            self.raise_quota(project, *active, *max);
        }
        made
    }

    /// Goes on although nobody waits any more.
    async fn make_anyway(&self, stream: Stream) -> Result<Arc<Stream>, CreateError> {
        let streams = self.clone();
        tokio::spawn(async move { streams.make(stream).await }).await.map_err(|_| CreateError::CutOff)?
    }

    fn fresh(&self, project: &ProjectId, new: NewStream) -> Result<Stream, CreateError> {
        let max = self.0.config.partitions_max(new.stream_type);
        let wanted = u64::try_from(new.partitions).unwrap_or(0);
        let count = u32::try_from(wanted).ok().filter(|count| u64::from(*count) <= max);
        let count = count.ok_or(CreateError::Quota { active: wanted, max })?;
        let now_ms = self.0.clock.now_ms();
        Ok(Stream {
            id: random_id(),
            name: new.name,
            project: project.clone(),
            incarnation: Incarnation::random(),
            created_ms: now_ms,
            modified_ms: now_ms,
            retention_hours: new.retention_hours,
            state: StreamState::Creating,
            stream_type: new.stream_type,
            data_type: new.data_type,
            data_schema: new.data_schema,
            compression_format: new.compression_format,
            csv_delimiter: new.csv_delimiter,
            auto_scale: new.auto_scale,
            partitions: (0..count).map(|index| active_partition(index, count)).collect(),
            scale_records: Vec::new(),
            tags: new.tags,
            sys_tags: new.sys_tags,
            grants: Vec::new(),
            changing: Arc::default(),
            traffic: Arc::default(),
        })
    }

    /// Row first, then the log, then in service: whatever a crash leaves is found by its row.
    async fn make(&self, mut stream: Stream) -> Result<Arc<Stream>, CreateError> {
        let changing = stream.changing.clone();
        let _one_at_a_time = changing.lock().await;
        let max = self.0.config.partitions_max(stream.stream_type);
        let rows = to_rows(&stream);
        self.0.meta.tx(move |tx| Box::pin(insert(tx, rows.clone(), max))).await?;
        self.0.catalog.put(Arc::new(stream.clone()));
        let partitions = u32::try_from(stream.partitions.len()).unwrap_or(u32::MAX);
        if let Err(error) = self.0.log.create_stream(stream.incarnation, partitions).await {
            self.forget(&stream.id).await?;
            return Err(error.into());
        }
        let id = stream.id.clone();
        let running = StreamState::Running.as_str();
        let creating = StreamState::Creating.as_str();
        self.0
            .meta
            .tx(move |tx| {
                let id = id.clone();
                Box::pin(async move { sql::set_stream_state(tx, &id, [creating; 3], running).await })
            })
            .await?;
        stream.state = StreamState::Running;
        let stream = Arc::new(stream);
        self.0.catalog.put(stream.clone());
        Ok(stream)
    }
}

async fn insert(tx: &mut dyn Tx, rows: sql::StreamRows, max: u64) -> Result<(), CreateError> {
    if !sql::insert_stream(tx, &rows).await? {
        return Err(CreateError::Exists);
    }
    let active = sql::active_partitions(tx, &rows.stream.project, &rows.stream.stream_type).await?;
    if active > max { Err(CreateError::Quota { active, max }) } else { Ok(()) }
}

/// An active partition with its share of the hash space.
pub(crate) fn active_partition(index: u32, active: u32) -> Partition {
    let (hash_low, hash_high) = hash_range(index, active);
    Partition { id: PartitionId(index), state: PartitionState::Active, hash_low, hash_high, deleted_ms: None }
}

fn check(new: &NewStream, retention_hours_max: i64) -> Result<(), CreateError> {
    let invalid = |text: String| Err(CreateError::Invalid(text));
    if new.partitions < 1 {
        return invalid(format!("partition_count must be at least 1, got {}", new.partitions));
    }
    StreamsConfig::check_retention(new.retention_hours, retention_hours_max).map_err(CreateError::Invalid)?;
    new.auto_scale.check().map_err(CreateError::Invalid)?;
    if let Some(text) = &new.data_schema {
        schema::check(text).map_err(CreateError::Schema)?;
    }
    tag::check(&new.tags, &new.sys_tags).map_err(|refused| match refused {
        TagRefusal::TooMany => CreateError::TooManyTags,
        TagRefusal::Invalid(reason) => CreateError::Invalid(reason.to_owned()),
    })
}
