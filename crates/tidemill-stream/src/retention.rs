//! What happens as time passes: records and partitions expire, unfinished deletions go on.

use crate::rows::partition_row;
use crate::stream::{Partition, PartitionState, Stream, StreamState};
use crate::streams::Streams;
use crate::traffic::MINUTE_MS;
use std::sync::Arc;
use tidemill_meta::{MetaError, stream as sql};
use tokio_util::sync::CancellationToken;

const HOUR_MS: i64 = 60 * 60 * 1000;

impl Stream {
    /// How long records are kept, in ms from their arrival.
    pub fn retention_ms(&self) -> i64 {
        self.retention_hours.saturating_mul(HOUR_MS)
    }
}

impl Streams {
    /// Finishes deletions, ends what is past its retention, scales by the load, stores what passed and forgets
    /// silent group members, at the start of every minute until `stop`.
    ///
    /// Starts after everyone registered with [`Streams::before_delete`] and every holder of records has
    /// registered with the log.
    pub async fn run(&self, stop: CancellationToken) {
        while !stop.is_cancelled() {
            let next_minute_ms = (self.0.clock.now_ms().div_euclid(MINUTE_MS) + 1) * MINUTE_MS;
            self.resume_deletes().await;
            self.expire().await;
            self.tend_traffic().await;
            self.sweep_groups().await;
            tokio::select! {
                () = stop.cancelled() => {}
                () = self.0.clock.sleep_until(next_minute_ms) => {}
            }
        }
        self.write_traffic_before(i64::MAX).await;
    }

    /// What follows from the traffic of the last minute.
    pub async fn tend_traffic(&self) {
        self.end_episodes();
        self.auto_scale().await;
        self.write_traffic().await;
    }

    /// Ends what is past its retention now, once for every running stream.
    pub async fn expire(&self) {
        for stream in self.all().into_iter().filter(|s| s.state == StreamState::Running) {
            self.expire_stream(&stream).await;
        }
    }

    /// Ends what of one stream is past its retention now. A failure is logged: the next round tries again.
    pub(crate) async fn expire_stream(&self, stream: &Stream) {
        let cutoff_ms = self.0.clock.now_ms() - stream.retention_ms();
        if let Err(error) = self.0.log.trim(stream.incarnation, cutoff_ms).await {
            tracing::warn!(stream = %stream.name, %error, "retention could not trim the log");
        }
        if let Err(error) = self.expire_partitions(&stream.id, cutoff_ms).await {
            tracing::warn!(stream = %stream.name, %error, "partitions could not expire");
        }
    }

    /// DELETED partitions whose last record is past retention become EXPIRED.
    async fn expire_partitions(&self, id: &str, cutoff_ms: i64) -> Result<(), MetaError> {
        let due = |p: &Partition| {
            p.state == PartitionState::Deleted && p.deleted_ms.is_some_and(|at| at <= cutoff_ms)
        };
        let Some(changing) = self.by_id(id).filter(|s| s.partitions.iter().any(due)) else { return Ok(()) };
        let _one_at_a_time = changing.changing.lock().await;
        let Some(stream) = self.by_id(id).filter(|s| s.state == StreamState::Running) else { return Ok(()) };
        let mut expired = Stream::clone(&stream);
        for partition in expired.partitions.iter_mut().filter(|p| due(p)) {
            partition.state = PartitionState::Expired;
        }
        let rows: Vec<_> = expired.partitions.iter().map(partition_row).collect();
        let owned = id.to_owned();
        self.0
            .meta
            .tx(move |tx| {
                let (id, rows) = (owned.clone(), rows.clone());
                Box::pin(async move { sql::put_partitions(tx, &id, &rows).await })
            })
            .await?;
        self.0.catalog.put(Arc::new(expired));
        Ok(())
    }
}
