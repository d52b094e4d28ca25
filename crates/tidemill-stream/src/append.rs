//! Putting records: route, decode straight into one chunk a partition, append once, answer in order.

use crate::payload::{NotBase64, Payload};
use crate::route::Router;
use crate::stream::{Stream, StreamState};
use crate::streams::Streams;
use crate::traffic::Amount;
use std::borrow::Cow;
use std::time::Instant;
use tidemill_log::{Append, Chunk, ChunkBuilder, Outcome, Refusal};
use tidemill_model::PartitionId;
use tidemill_model::limits::{PARTITION_KEY_BYTES_MAX, RECORD_BYTES_MAX};

/// Bytes a record takes in a chunk beside key and payload.
const HEADER_BYTES: usize = tidemill_log::chunk::RECORD_HEADER_BYTES;

/// A record as a producer sends it, borrowed from the request. Empty texts count as absent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PutRecord<'a> {
    /// The payload; 1 byte to 1 MiB decoded.
    pub data: Payload<'a>,
    /// Names the partition directly.
    pub partition_id: Option<Cow<'a, str>>,
    /// A hash from 0 to 2^63-1 as text.
    pub explicit_hash_key: Option<Cow<'a, str>>,
    /// Text whose hash picks the partition; kept with the record.
    pub partition_key: Option<Cow<'a, str>>,
    /// The producer's time in ms since the epoch.
    pub timestamp_ms: Option<i64>,
}

/// What became of one record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RecordOutcome {
    /// It is durable.
    Stored {
        /// Its partition.
        partition: PartitionId,
        /// Its number there.
        sequence: u64,
    },
    /// It was refused, or may not be there.
    Failed(RecordError),
}

/// Why one record failed while others did not.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RecordError {
    /// Neither form of a partition id.
    #[error("not a partition id: {0}")]
    InvalidPartitionId(String),
    /// An index beyond the stream.
    #[error("the stream has no partition {0}")]
    UnknownPartition(PartitionId),
    /// The partition does not take records.
    #[error("partition {0} takes no records")]
    PartitionClosed(PartitionId),
    /// The partition takes no more at the moment.
    #[error("the partition takes no more at the moment")]
    Throttled,
    /// The record itself cannot be stored.
    #[error("{0}")]
    Invalid(&'static str),
    /// The log did not take it.
    #[error("{0}")]
    Refused(Refusal),
    /// The log failed while writing: the record may or may not be there after the next start.
    #[error("the outcome is unknown")]
    Unknown,
}

/// Why a whole request failed. No record of it was stored.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AppendError {
    /// The stream is being made or deleted, or is frozen.
    #[error("the stream is not running")]
    NotRunning,
    /// The stream was deleted meanwhile.
    #[error("the stream does not exist")]
    UnknownStream,
    /// A payload is not base64.
    #[error("records[{0}].data is not base64")]
    NotBase64(usize),
}

/// Where a record went before the log numbered it: its partition and its place in the chunk.
pub(crate) type Slot = Result<(u32, u32), RecordError>;

/// A request's records on their way into the log.
struct Passing {
    /// One a record.
    slots: Vec<Slot>,
    /// By partition, what passes.
    amounts: Vec<Amount>,
    /// At most one a partition, with its index.
    chunks: Vec<(u32, Chunk)>,
}

impl Streams {
    /// Stores records durably. One outcome a record, in the order of `records`, which keep their order
    /// within each partition.
    pub async fn append_records(
        &self,
        stream: &Stream,
        records: Vec<PutRecord<'_>>,
    ) -> Result<Vec<RecordOutcome>, AppendError> {
        if stream.state != StreamState::Running {
            return Err(AppendError::NotRunning);
        }
        let started = Instant::now();
        let Passing { slots, amounts, chunks } = self.pass(stream, &records)?;
        drop(records);
        let partitions: Vec<u32> = chunks.iter().map(|(partition, _)| *partition).collect();
        let outcomes = if chunks.is_empty() {
            Vec::new()
        } else {
            self.0.log.append(Append { incarnation: stream.incarnation, chunks }).await
        };
        if outcomes.contains(&Outcome::Refused(Refusal::UnknownStream)) {
            return Err(AppendError::UnknownStream);
        }
        self.note_abnormal(stream, &outcomes);
        let mut by_partition = vec![Outcome::Unknown; stream.partitions.len()];
        for (partition, outcome) in partitions.iter().zip(outcomes) {
            by_partition[*partition as usize] = outcome;
        }
        self.count_put(stream, &by_partition, &amounts, started);
        Ok(slots.into_iter().map(|slot| answer(slot, &by_partition)).collect())
    }

    /// What of a request the routes and the limits let through, decoded.
    fn pass(&self, stream: &Stream, records: &[PutRecord<'_>]) -> Result<Passing, AppendError> {
        let (mut slots, mut amounts) = route(stream, records);
        if self.0.config.throughput {
            self.limit_put(stream, records, &mut slots, &mut amounts);
        }
        let built = build(records, &mut slots, amounts.len());
        let chunks = built.inspect_err(|_| stream.traffic.put_back(&amounts))?;
        Ok(Passing { slots, amounts, chunks })
    }

    fn count_put(&self, stream: &Stream, outcomes: &[Outcome], amounts: &[Amount], started: Instant) {
        let stored: Vec<_> = (0u32..)
            .zip(outcomes.iter().zip(amounts))
            .filter(|(_, (outcome, _))| matches!(outcome, Outcome::Assigned { .. }))
            .map(|(partition, (_, amount))| (partition, *amount))
            .collect();
        if !stored.is_empty() {
            stream.traffic.count_put(&stored, micros_since(started), self.0.clock.now_ms());
        }
    }
}

/// How long a request took, in microseconds.
pub(crate) fn micros_since(started: Instant) -> u64 {
    u64::try_from(started.elapsed().as_micros()).unwrap_or(u64::MAX)
}

fn answer(slot: Slot, by_partition: &[Outcome]) -> RecordOutcome {
    let (partition, place) = match slot {
        Ok(slot) => slot,
        Err(error) => return RecordOutcome::Failed(error),
    };
    match by_partition[partition as usize] {
        Outcome::Assigned { first, .. } => {
            RecordOutcome::Stored { partition: PartitionId(partition), sequence: first + u64::from(place) }
        }
        Outcome::Refused(refusal) => RecordOutcome::Failed(RecordError::Refused(refusal)),
        Outcome::Unknown => RecordOutcome::Failed(RecordError::Unknown),
    }
}

/// Where every record goes, and how much that is a partition.
fn route(stream: &Stream, records: &[PutRecord<'_>]) -> (Vec<Slot>, Vec<Amount>) {
    let mut seed = [0u8; 8];
    // A constant seed would still spread the records of one request.
    let _ = getrandom::fill(&mut seed);
    let mut router = Router::new(stream, u64::from_le_bytes(seed));
    let mut amounts = vec![Amount::default(); stream.partitions.len()];
    let mut slots: Vec<Slot> = Vec::with_capacity(records.len());
    for record in records {
        let routed = check(record).and_then(|()| router.route(record));
        if let Ok(partition) = &routed {
            amounts[*partition as usize].more(Amount { bytes: payload_bytes(record), records: 1 });
        }
        slots.push(routed.map(|partition| (partition, 0)));
    }
    (slots, amounts)
}

/// Decodes every record that passes into the chunk of its partition. At most one chunk a partition, with its
/// index; the slots get their places in them.
fn build(
    records: &[PutRecord<'_>],
    slots: &mut [Slot],
    partitions: usize,
) -> Result<Vec<(u32, Chunk)>, AppendError> {
    let mut bytes = vec![0usize; partitions];
    for (record, slot) in records.iter().zip(&*slots) {
        if let Ok((partition, _)) = slot {
            bytes[*partition as usize] += encoded_bytes(record);
        }
    }
    let room = |bytes: &usize| (*bytes > 0).then(|| ChunkBuilder::with_capacity(*bytes));
    let mut builders: Vec<Option<ChunkBuilder>> = bytes.iter().map(room).collect();
    for (index, (record, slot)) in records.iter().zip(slots).enumerate() {
        let Ok((partition, place)) = slot else { continue };
        let Some(builder) = &mut builders[*partition as usize] else { continue };
        *place = builder.count();
        push(builder, record).map_err(|NotBase64| AppendError::NotBase64(index))?;
    }
    Ok((0u32..).zip(builders).filter_map(|(i, b)| Some((i, b?.finish()?))).collect())
}

/// Bytes of the payload, decoded.
pub(crate) fn payload_bytes(record: &PutRecord<'_>) -> u64 {
    record.data.decoded_len() as u64
}

fn encoded_bytes(record: &PutRecord<'_>) -> usize {
    HEADER_BYTES + key_of(record).map_or(0, <[u8]>::len) + record.data.decoded_len()
}

fn key_of<'r>(record: &'r PutRecord<'_>) -> Option<&'r [u8]> {
    record.partition_key.as_deref().filter(|key| !key.is_empty()).map(str::as_bytes)
}

fn push(builder: &mut ChunkBuilder, record: &PutRecord<'_>) -> Result<(), NotBase64> {
    builder.push_with(key_of(record), record.timestamp_ms, |body| record.data.append_to(body))
}

/// What makes a record fail alone.
fn check(record: &PutRecord<'_>) -> Result<(), RecordError> {
    if record.data.decoded_len() == 0 {
        return Err(RecordError::Invalid("data is empty"));
    }
    if record.data.decoded_len() > RECORD_BYTES_MAX {
        return Err(RecordError::Invalid("data is over 1048576 bytes"));
    }
    if key_of(record).is_some_and(|key| key.len() > PARTITION_KEY_BYTES_MAX) {
        return Err(RecordError::Invalid("partition_key is over 65534 bytes"));
    }
    if record.timestamp_ms.is_some_and(|time| time < 0) {
        return Err(RecordError::Invalid("timestamp is negative"));
    }
    Ok(())
}
