//! What passed through streams in the last seven days: written once a minute, read by the minute.

use crate::stream::Stream;
use crate::streams::Streams;
use crate::traffic::{Counters, Hour, MINUTE_MS, Minutes, read_hour, write_hour};
use std::collections::BTreeMap;
use std::ops::RangeInclusive;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use tidemill_meta::{MetaError, Tx, traffic as sql};
use tidemill_model::PartitionId;
use tidemill_model::limits::METRICS_DAYS;

const HOUR_MINUTES: i64 = 60;
/// Streams whose minutes are written in one transaction: few enough that others need not wait long.
const BATCH: usize = 64;

/// The series of the whole stream; partitions have their index.
const STREAM: i64 = -1;

/// By series and number of the hour since the epoch.
type Hours = BTreeMap<(i64, i64), Hour>;

impl Streams {
    /// What passed through a stream, or through one of its partitions, in those minutes since the epoch.
    /// Minutes without any traffic are absent. At most the last seven days are kept.
    pub async fn traffic(
        &self,
        stream: &Stream,
        partition: Option<PartitionId>,
        minutes: RangeInclusive<i64>,
    ) -> Result<BTreeMap<i64, Counters>, MetaError> {
        let _not_while_they_move = self.0.moving_traffic.read().await;
        let series = partition.map_or(STREAM, |id| i64::from(id.0));
        let [from, to] = [minutes.start(), minutes.end()].map(|minute| minute.div_euclid(HOUR_MINUTES));
        let id = stream.id.clone();
        let rows: Vec<sql::HourRow> = self
            .0
            .meta
            .read(move |tx| {
                let id = id.clone();
                Box::pin(async move { sql::hours(tx, &id, series, from, to).await })
            })
            .await?;
        let mut found = BTreeMap::new();
        for row in rows {
            let hour = parse(&row.minutes)?;
            found
                .extend(hour.into_iter().map(|(minute, c)| (row.hour * HOUR_MINUTES + i64::from(minute), c)));
        }
        for (minute, counters) in stream.traffic.unwritten(partition) {
            found.entry(minute).or_insert_with(Counters::default).merge(&counters);
        }
        found.retain(|minute, _| minutes.contains(minute));
        Ok(found)
    }

    /// Stores what passed before the present minute.
    pub async fn write_traffic(&self) {
        self.write_traffic_before(self.0.clock.now_ms().div_euclid(MINUTE_MS)).await;
        self.forget_old_traffic().await;
    }

    /// Stores what passed before a minute. What cannot be stored now is kept for the next time.
    pub(crate) async fn write_traffic_before(&self, minute: i64) {
        let _nobody_reads = self.0.moving_traffic.write().await;
        let taken = self.all().into_iter().map(|stream| (stream.traffic.take_before(minute), stream));
        let taken: Vec<_> = taken.filter(|(minutes, _)| !minutes.is_empty()).collect();
        for batch in taken.chunks(BATCH) {
            if let Err(error) = self.write_batch(batch).await {
                tracing::warn!(%error, "the traffic of the last minute could not be stored yet");
                batch.iter().for_each(|(minutes, stream)| stream.traffic.restore(minutes.clone()));
            }
        }
    }

    async fn write_batch(&self, batch: &[(Minutes, Arc<Stream>)]) -> Result<(), MetaError> {
        let hours: Vec<_> = batch.iter().map(|(minutes, s)| (s.id.clone(), hours_of(minutes))).collect();
        let hours = Arc::new(hours);
        self.0
            .meta
            .tx(move |tx| {
                let hours = hours.clone();
                Box::pin(async move {
                    for (id, hours) in hours.iter() {
                        add(tx, id, hours).await?;
                    }
                    Ok(())
                })
            })
            .await
    }

    /// Removes what is older than seven days, once an hour.
    async fn forget_old_traffic(&self) {
        let hour = self.0.clock.now_ms().div_euclid(MINUTE_MS * HOUR_MINUTES);
        if self.0.traffic_forgotten_hour.swap(hour, Ordering::Relaxed) == hour {
            return;
        }
        let oldest = hour - METRICS_DAYS * 24 - 1;
        let forgotten = self.0.meta.tx(move |tx| Box::pin(sql::delete_before(tx, oldest))).await;
        if let Err(error) = forgotten {
            let error: MetaError = error;
            tracing::warn!(%error, "old traffic could not be removed");
        }
    }
}

fn parse(text: &str) -> Result<Hour, MetaError> {
    read_hour(text).ok_or_else(|| MetaError::Unexpected("an hour of traffic cannot be read".into()))
}

fn hours_of(minutes: &Minutes) -> Hours {
    let mut hours = Hours::new();
    for (number, minute) in minutes {
        let hour = number.div_euclid(HOUR_MINUTES);
        // 0 to 59.
        let place = u8::try_from(number.rem_euclid(HOUR_MINUTES)).unwrap_or(0);
        hours.entry((STREAM, hour)).or_default().insert(place, minute.stream);
        for (partition, counters) in &minute.partitions {
            hours.entry((i64::from(*partition), hour)).or_default().insert(place, *counters);
        }
    }
    hours
}

/// Adds to what is stored of those hours.
async fn add(tx: &mut dyn Tx, stream_id: &str, hours: &Hours) -> Result<(), MetaError> {
    for ((series, hour), more) in hours {
        let mut whole = match sql::hours(tx, stream_id, *series, *hour, *hour).await?.first() {
            Some(row) => parse(&row.minutes)?,
            None => Hour::new(),
        };
        for (minute, counters) in more {
            whole.entry(*minute).or_default().merge(counters);
        }
        let row = sql::HourRow { hour: *hour, minutes: write_hour(&whole) };
        sql::put_hour(tx, stream_id, *series, &row).await?;
    }
    Ok(())
}
