//! Changing a stream's settings.

use crate::schema;
use crate::stream::{AutoScale, DataType, Stream, StreamState};
use crate::streams::{Streams, StreamsConfig};
use std::sync::Arc;
use tidemill_meta::{MetaError, stream as sql};

/// What should change; what is `None` stays.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StreamUpdate {
    /// How long records are kept, in hours.
    pub retention_hours: Option<i64>,
    /// What producers say the payloads are.
    pub data_type: Option<DataType>,
    /// Avro schema text.
    pub data_schema: Option<String>,
    /// Whether the number of partitions follows the load.
    pub auto_scale_enabled: Option<bool>,
    /// Never fewer partitions than this.
    pub auto_scale_min: Option<i64>,
    /// Never more partitions than this.
    pub auto_scale_max: Option<i64>,
}

/// Why the settings stayed as they were.
#[derive(Debug, thiserror::Error)]
pub enum UpdateError {
    /// A value is out of its range.
    #[error("{0}")]
    Invalid(String),
    /// The data schema is not an Avro schema.
    #[error("{0}")]
    Schema(String),
    /// There is no such stream any more.
    #[error("the stream does not exist")]
    UnknownStream,
    /// The stream is being made or deleted, or is frozen.
    #[error("the stream is not running")]
    NotRunning,
    /// The metadata failed.
    #[error(transparent)]
    Meta(#[from] MetaError),
    /// The server is stopping.
    #[error("the change was cut off")]
    CutOff,
}

impl Streams {
    /// Changes a running stream's settings; the stream as it is then.
    ///
    /// A shorter retention trims at once; a longer one keeps what is still there. A new data type or schema
    /// counts for dump tasks that are made or changed from now on.
    pub async fn update_stream(&self, id: &str, update: StreamUpdate) -> Result<Arc<Stream>, UpdateError> {
        check(&update, self.0.config.retention_hours_updated_max)?;
        let (streams, id) = (self.clone(), id.to_owned());
        let work = async move { streams.update(&id, update).await };
        tokio::spawn(work).await.map_err(|_| UpdateError::CutOff)?
    }

    async fn update(&self, id: &str, update: StreamUpdate) -> Result<Arc<Stream>, UpdateError> {
        let changing = self.by_id(id).ok_or(UpdateError::UnknownStream)?.changing.clone();
        let one_at_a_time = changing.lock().await;
        let stream = self.by_id(id).ok_or(UpdateError::UnknownStream)?;
        if stream.state != StreamState::Running {
            return Err(UpdateError::NotRunning);
        }
        let is_shorter = update.retention_hours.is_some_and(|hours| hours < stream.retention_hours);
        let updated = Arc::new(updated(&stream, update, self.0.clock.now_ms())?);
        self.write_settings(&updated).await?;
        self.0.catalog.put(updated.clone());
        drop(one_at_a_time);
        if is_shorter {
            self.expire_stream(&updated).await;
        }
        Ok(updated)
    }

    async fn write_settings(&self, stream: &Stream) -> Result<(), UpdateError> {
        let row = crate::rows::to_rows(stream).stream;
        let written = self.0.meta.tx(move |tx| {
            let row = row.clone();
            Box::pin(async move { sql::update_settings(tx, &row).await.map_err(UpdateError::from) })
        });
        if written.await? { Ok(()) } else { Err(UpdateError::NotRunning) }
    }
}

/// What can be told without the stream.
fn check(update: &StreamUpdate, retention_hours_max: i64) -> Result<(), UpdateError> {
    if let Some(hours) = update.retention_hours {
        StreamsConfig::check_retention(hours, retention_hours_max).map_err(UpdateError::Invalid)?;
    }
    match &update.data_schema {
        Some(text) => schema::check(text).map_err(UpdateError::Schema),
        None => Ok(()),
    }
}

/// The stream after the change.
fn updated(stream: &Stream, update: StreamUpdate, now_ms: i64) -> Result<Stream, UpdateError> {
    let auto_scale = AutoScale {
        enabled: update.auto_scale_enabled.unwrap_or(stream.auto_scale.enabled),
        min: update.auto_scale_min.or(stream.auto_scale.min),
        max: update.auto_scale_max.or(stream.auto_scale.max),
    };
    auto_scale.check().map_err(UpdateError::Invalid)?;
    Ok(Stream {
        modified_ms: now_ms,
        retention_hours: update.retention_hours.unwrap_or(stream.retention_hours),
        data_type: update.data_type.unwrap_or(stream.data_type),
        data_schema: update.data_schema.or_else(|| stream.data_schema.clone()),
        auto_scale,
        ..stream.clone()
    })
}
