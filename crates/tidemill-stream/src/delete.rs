//! Ending a stream: nothing of it is left behind, also after a crash halfway.

use crate::stream::{Stream, StreamState};
use crate::streams::Streams;
use std::sync::Arc;
use tidemill_log::LogError;
use tidemill_meta::{MetaError, stream as sql};

/// Why a stream was not deleted.
#[derive(Debug, thiserror::Error)]
pub enum DeleteError {
    /// There is no such stream any more.
    #[error("the stream does not exist")]
    UnknownStream,
    /// It is marked for deletion, but something on it could not end yet; the server goes on trying.
    #[error("the deletion continues: {0}")]
    Continues(String),
    /// The metadata failed.
    #[error(transparent)]
    Meta(#[from] MetaError),
    /// The log failed.
    #[error(transparent)]
    Log(#[from] LogError),
    /// The server is stopping.
    #[error("the deletion was cut off")]
    CutOff,
}

impl Streams {
    /// Deletes a stream with its records, checkpoints and tags, after everyone registered with
    /// [`Streams::before_delete`] has ended. The name is free when this returns; a caller that stops
    /// waiting changes nothing.
    pub async fn delete_stream(&self, id: &str) -> Result<(), DeleteError> {
        let (streams, id) = (self.clone(), id.to_owned());
        let work = async move { streams.terminate(&id).await };
        tokio::spawn(work).await.map_err(|_| DeleteError::CutOff)?
    }

    async fn terminate(&self, id: &str) -> Result<(), DeleteError> {
        let changing = self.by_id(id).ok_or(DeleteError::UnknownStream)?.changing.clone();
        let _one_at_a_time = changing.lock().await;
        let stream = self.by_id(id).ok_or(DeleteError::UnknownStream)?;
        // Nobody makes it any more: whoever does holds the lock.
        let ends_from = [StreamState::Creating, StreamState::Running, StreamState::Terminating];
        let (from, to) = (ends_from.map(StreamState::as_str), StreamState::Terminating.as_str());
        let owned = id.to_owned();
        let marked: Result<bool, MetaError> = self
            .0
            .meta
            .tx(move |tx| {
                let id = owned.clone();
                Box::pin(async move { sql::set_stream_state(tx, &id, from, to).await })
            })
            .await;
        if !marked? {
            return Err(DeleteError::UnknownStream);
        }
        let stream = Arc::new(Stream { state: StreamState::Terminating, ..Stream::clone(&stream) });
        self.0.catalog.put(stream.clone());
        self.finish_delete(&stream).await
    }

    /// All that follows once TERMINATING is durable. Every step may be repeated.
    async fn finish_delete(&self, stream: &Stream) -> Result<(), DeleteError> {
        let ends = self.0.ends.read().clone();
        for end in ends {
            end.end(stream).await.map_err(DeleteError::Continues)?;
        }
        self.0.log.delete_stream(stream.incarnation).await?;
        self.forget(&stream.id).await?;
        tracing::info!(stream = %stream.name, id = %stream.id, "stream deleted");
        Ok(())
    }

    /// Removes all rows of a stream and then its snapshot.
    pub(crate) async fn forget(&self, id: &str) -> Result<(), MetaError> {
        let owned = id.to_owned();
        self.0
            .meta
            .tx(move |tx| {
                let id = owned.clone();
                Box::pin(async move { sql::delete_stream(tx, &id).await })
            })
            .await?;
        self.0.catalog.remove(id);
        Ok(())
    }

    /// Goes on with deletions that a crash or a failed step left unfinished.
    pub(crate) async fn resume_deletes(&self) {
        let terminating = self.all().into_iter().filter(|s| s.state == StreamState::Terminating);
        for stream in terminating {
            if let Err(error) = self.delete_stream(&stream.id).await {
                tracing::warn!(stream = %stream.name, %error, "a deletion is not finished yet");
            }
        }
    }
}
