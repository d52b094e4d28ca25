//! Throughput limits: which records of a put may pass, and whether a read may begin.

use crate::append::{PutRecord, RecordError, Slot, payload_bytes};
use crate::read::GetError;
use crate::stream::Stream;
use crate::streams::Streams;
use crate::traffic::{Amount, Count, Throughput};
use tidemill_log::{Outcome, Refusal};
use tidemill_model::{EventKind, PartitionId};

impl Streams {
    /// Fails the records of a put that the limits of their partitions do not let through; what passes of
    /// `wanted` stays in it. After the first refused record of a partition all later ones are refused too,
    /// so that a client that sends them again keeps their order.
    pub(crate) fn limit_put(
        &self,
        stream: &Stream,
        records: &[PutRecord<'_>],
        slots: &mut [Slot],
        wanted: &mut [Amount],
    ) {
        let now_ms = self.0.clock.now_ms();
        let throughput = Throughput::of(stream.stream_type);
        let Some(mut left) = stream.traffic.take(throughput, wanted, now_ms) else { return };
        let mut refused = 0;
        let mut closed = vec![false; wanted.len()];
        for (record, slot) in records.iter().zip(slots) {
            let Ok((partition, _)) = *slot else { continue };
            let index = partition as usize;
            let one = Amount { bytes: payload_bytes(record), records: 1 };
            if closed[index] || !left[index].holds(one) {
                closed[index] = true;
                wanted[index].less(one);
                *slot = Err(RecordError::Throttled);
                refused += 1;
            } else {
                left[index].less(one);
            }
        }
        stream.traffic.put_back(&left);
        self.count_limited(stream, Count::LimitedPuts, refused);
    }

    /// Refuses a read of a partition that gave more than its limit.
    pub(crate) fn limit_get(
        &self,
        stream: &Stream,
        partition: PartitionId,
        now_ms: i64,
    ) -> Result<(), GetError> {
        let throughput = Throughput::of(stream.stream_type);
        if !self.0.config.throughput || stream.traffic.may_read(throughput, partition, now_ms) {
            return Ok(());
        }
        self.count_limited(stream, Count::LimitedGets, 1);
        Err(GetError::Throttled { stream: stream.name.to_string(), partition })
    }

    /// Counts refusals and tells of the first one of an episode.
    pub(crate) fn count_limited(&self, stream: &Stream, count: Count, number: u64) {
        if stream.traffic.count_limited(count, number, self.0.clock.now_ms()) {
            let what = if count == Count::LimitedPuts { "records are" } else { "reads are" };
            self.raise(
                EventKind::TrafficLimited,
                stream,
                format!("{what} over the throughput of a partition"),
            );
        }
    }

    /// Tells of the first put of an episode that failed on our side.
    pub(crate) fn note_abnormal(&self, stream: &Stream, outcomes: &[Outcome]) {
        let reason = outcomes.iter().find_map(|outcome| match outcome {
            Outcome::Unknown => Some("the log failed while writing".to_owned()),
            Outcome::Refused(Refusal::TooLarge | Refusal::UnknownStream) | Outcome::Assigned { .. } => None,
            Outcome::Refused(refusal) => Some(refusal.to_string()),
        });
        if let Some(reason) = reason
            && stream.traffic.note_abnormal(self.0.clock.now_ms())
        {
            self.raise(EventKind::TrafficAbnormal, stream, format!("records are not stored: {reason}"));
        }
    }

    /// Tells of every stream that for a minute has been neither limited nor abnormal, after it was.
    pub(crate) fn end_episodes(&self) {
        let now_ms = self.0.clock.now_ms();
        for stream in self.all().iter().filter(|stream| stream.traffic.end_episodes(now_ms)) {
            self.raise(EventKind::TrafficRestored, stream, "nothing was refused for a minute".to_owned());
        }
    }
}
