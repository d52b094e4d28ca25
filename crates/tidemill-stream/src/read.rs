//! Positions and pages: from a cursor request to a cursor, from a cursor to records.

use crate::append::micros_since;
use crate::cursor::{Cursor, CursorTextError, CursorType};
use crate::policy::{Asker, GrantedAction, LookupError};
use crate::stream::{PartitionState, Stream, StreamState};
use crate::streams::Streams;
use crate::traffic::Amount;
use std::time::Instant;
use tidemill_log::{Bounds, Page, ReadError, ReadLimit, Scope};
use tidemill_model::PartitionId;

/// A time this far below retention is still accepted: one client asks again with exactly the limit.
const TIMESTAMP_GRACE_MS: i64 = 60_000;

/// What a new cursor should point at.
#[derive(Clone, Copy, Debug)]
pub struct Position<'a> {
    /// How to find it.
    pub kind: CursorType,
    /// The number for the two types that use one; the earliest record if absent.
    pub sequence: Option<&'a str>,
    /// The time in ms since the epoch for [`CursorType::AtTimestamp`].
    pub timestamp_ms: Option<i64>,
}

/// Why there is no cursor.
#[derive(Debug, thiserror::Error)]
pub enum CursorError {
    /// The stream is being made or deleted, or is frozen.
    #[error("the stream is not running")]
    NotRunning,
    /// An index beyond the stream.
    #[error("the stream has no partition {0}")]
    UnknownPartition(PartitionId),
    /// The partition's retention ended.
    #[error("partition {0} is expired")]
    PartitionExpired(PartitionId),
    /// Not a number from 0 to 2^63-1.
    #[error("not a sequence number: {0}")]
    InvalidSequence(String),
    /// The number is outside the partition.
    #[error("sequence number {given} is outside {earliest} to {next}")]
    OutOfRange {
        /// The number asked for.
        given: u64,
        /// The first one kept.
        earliest: u64,
        /// The next one to be assigned.
        next: u64,
    },
    /// AT_TIMESTAMP without a time.
    #[error("timestamp is missing")]
    NoTimestamp,
    /// The time is before retention.
    #[error("timestamp is expired; it should be larger than {oldest_ms}")]
    TimestampExpired {
        /// The oldest time that can be asked for, in ms since the epoch.
        oldest_ms: i64,
    },
    /// The log failed.
    #[error(transparent)]
    Log(#[from] ReadError),
}

/// Why a cursor gives no records.
#[derive(Debug, thiserror::Error)]
pub enum GetError {
    /// The text is no valid cursor.
    #[error(transparent)]
    Cursor(#[from] CursorTextError),
    /// The stream of the cursor is gone or belongs to another project.
    #[error("stream {0} does not exist")]
    UnknownStream(String),
    /// The stream is another project's, which does not let the caller read it any more.
    #[error("reading is not granted")]
    Denied,
    /// The stream is being made or deleted, or is frozen.
    #[error("the stream is not running")]
    NotRunning,
    /// The partition's retention ended.
    #[error("partition {partition} is expired")]
    PartitionExpired {
        /// Name of the stream.
        stream: String,
        /// The partition.
        partition: PartitionId,
    },
    /// The partition gives no more at the moment.
    #[error("partition {partition} gives no more at the moment")]
    Throttled {
        /// Name of the stream.
        stream: String,
        /// The partition.
        partition: PartitionId,
    },
    /// The records at the position were trimmed after the cursor was issued.
    #[error("the position was trimmed")]
    Trimmed,
    /// The position is beyond the end of the log.
    #[error("sequence number {given} is beyond the end {next}")]
    Beyond {
        /// The position.
        given: u64,
        /// The first number kept.
        earliest: u64,
        /// The next number to be assigned.
        next: u64,
    },
    /// The log failed.
    #[error(transparent)]
    Log(ReadError),
}

/// Reads a sequence number: 0 to 2^63-1 in decimal digits.
pub fn parse_sequence(text: &str) -> Option<u64> {
    let digits = (1..=19).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
    digits.then(|| text.parse().ok()).flatten().filter(|n| *n <= i64::MAX as u64)
}

impl Streams {
    /// The numbers a partition holds; `None` if the log does not know it.
    pub fn bounds(&self, stream: &Stream, partition: PartitionId) -> Option<Bounds> {
        self.0.log.bounds(stream.partition_ref(partition))
    }

    /// Issues a cursor for the position, which is resolved now.
    pub async fn issue_cursor(
        &self,
        stream: &Stream,
        partition: PartitionId,
        position: Position<'_>,
    ) -> Result<String, CursorError> {
        if stream.state != StreamState::Running {
            return Err(CursorError::NotRunning);
        }
        let state = stream.partition(partition).map(|p| p.state);
        if !state.ok_or(CursorError::UnknownPartition(partition))?.is_readable() {
            return Err(CursorError::PartitionExpired(partition));
        }
        let bounds = self.bounds(stream, partition).ok_or(ReadError::Unknown)?;
        let sequence = match position.kind {
            CursorType::TrimHorizon => bounds.earliest,
            CursorType::Latest => bounds.next,
            CursorType::AtSequenceNumber => at(&position, bounds, 0)?,
            CursorType::AfterSequenceNumber => at(&position, bounds, 1)?,
            CursorType::AtTimestamp => self.at_time(stream, partition, &position).await?,
        };
        let cursor = Cursor {
            stream_id: stream.id.clone(),
            stream_name: stream.name.to_string(),
            partition,
            kind: position.kind,
            sequence,
            issued_ms: self.0.clock.now_ms(),
        };
        Ok(self.0.cursor_key.write(&cursor))
    }

    async fn at_time(
        &self,
        stream: &Stream,
        partition: PartitionId,
        position: &Position<'_>,
    ) -> Result<u64, CursorError> {
        let time_ms = position.timestamp_ms.ok_or(CursorError::NoTimestamp)?;
        let oldest_ms = self.0.clock.now_ms() - stream.retention_ms();
        if time_ms < oldest_ms - TIMESTAMP_GRACE_MS {
            return Err(CursorError::TimestampExpired { oldest_ms });
        }
        Ok(self.0.log.seek_time(stream.partition_ref(partition), time_ms).await?)
    }

    /// The records at a cursor, within `limit`, and the cursor to go on with.
    pub async fn read_records(
        &self,
        asker: Asker<'_>,
        cursor: &str,
        limit: ReadLimit,
    ) -> Result<(Page, String), GetError> {
        let now_ms = self.0.clock.now_ms();
        let mut cursor = self.0.cursor_key.read(cursor, now_ms)?;
        let stream = self.find_for(asker, &cursor.stream_id, GrantedAction::GetRecords);
        let stream = stream.map_err(|error| match error {
            LookupError::Unknown => GetError::UnknownStream(cursor.stream_name.clone()),
            LookupError::Denied => GetError::Denied,
        })?;
        if stream.state != StreamState::Running {
            return Err(GetError::NotRunning);
        }
        if stream.partition(cursor.partition).is_none_or(|p| p.state == PartitionState::Expired) {
            let stream = cursor.stream_name;
            return Err(GetError::PartitionExpired { stream, partition: cursor.partition });
        }
        let page = self.page(&stream, cursor.partition, cursor.sequence, limit).await?;
        cursor.sequence = page.next;
        cursor.issued_ms = now_ms;
        let next = self.0.cursor_key.write(&cursor);
        Ok((page, next))
    }

    /// The records from a number on, within `limit` and the partition's throughput.
    async fn page(
        &self,
        stream: &Stream,
        partition: PartitionId,
        from: u64,
        limit: ReadLimit,
    ) -> Result<Page, GetError> {
        let (started, now_ms) = (Instant::now(), self.0.clock.now_ms());
        self.limit_get(stream, partition, now_ms)?;
        let read = self.0.log.read(stream.partition_ref(partition), from, limit, Scope::Visible).await;
        let earliest = || self.bounds(stream, partition).map_or(0, |bounds| bounds.earliest);
        let page = read.map_err(|error| match error {
            ReadError::Trimmed { .. } => GetError::Trimmed,
            ReadError::Beyond { from, next } => GetError::Beyond { given: from, earliest: earliest(), next },
            other => GetError::Log(other),
        })?;
        let given = Amount {
            bytes: page.records().map(|record| record.data.len() as u64).sum(),
            records: page.runs.iter().map(|run| u64::from(run.count)).sum(),
        };
        stream.traffic.count_get(partition, given, micros_since(started), now_ms);
        Ok(page)
    }
}

/// The given number plus `step`, which must be from the earliest to the next one.
fn at(position: &Position<'_>, bounds: Bounds, step: u64) -> Result<u64, CursorError> {
    let Some(text) = position.sequence else { return Ok(bounds.earliest) };
    let given =
        parse_sequence(text).ok_or_else(|| CursorError::InvalidSequence(text.chars().take(40).collect()))?;
    let Bounds { earliest, next, .. } = bounds;
    let sequence = given + step;
    if (earliest..=next).contains(&sequence) {
        Ok(sequence)
    } else {
        Err(CursorError::OutOfRange { given, earliest, next })
    }
}
