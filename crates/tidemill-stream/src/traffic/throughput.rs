//! What a partition takes and gives in a second. Source: section 4 of the DIS contract.

use super::bucket::Bucket;
use crate::stream::StreamType;
use tidemill_model::limits::{PARTITION_RECORDS_PER_S, PARTITION_WRITE_BYTES_PER_S};

/// The limits of one partition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Throughput {
    /// Payload bytes in.
    pub(crate) write_bytes: u32,
    /// Records in.
    pub(crate) write_records: u32,
    /// Payload bytes out.
    pub(crate) read_bytes: u32,
}

impl Throughput {
    /// The limits of each partition of a stream of this type.
    pub(crate) fn of(stream_type: StreamType) -> Self {
        let (factor, records) = match stream_type {
            StreamType::Common => (1, PARTITION_RECORDS_PER_S),
            StreamType::Advanced => (5, 2 * PARTITION_RECORDS_PER_S),
        };
        let write_bytes = factor * PARTITION_WRITE_BYTES_PER_S;
        Self { write_bytes, write_records: records, read_bytes: 2 * write_bytes }
    }
}

/// Bytes and records.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Amount {
    /// Payload bytes, decoded.
    pub(crate) bytes: u64,
    /// Records.
    pub(crate) records: u64,
}

impl Amount {
    /// Whether `part` is not more than this.
    pub(crate) fn holds(&self, part: Amount) -> bool {
        part.bytes <= self.bytes && part.records <= self.records
    }

    pub(crate) fn more(&mut self, part: Amount) {
        self.bytes += part.bytes;
        self.records += part.records;
    }

    pub(crate) fn less(&mut self, part: Amount) {
        self.bytes = self.bytes.saturating_sub(part.bytes);
        self.records = self.records.saturating_sub(part.records);
    }
}

/// The three limits of one partition as they stand.
#[derive(Clone, Copy, Debug)]
pub(super) struct Gate {
    write_bytes: Bucket,
    write_records: Bucket,
    read_bytes: Bucket,
}

impl Gate {
    /// Nothing passed yet.
    pub(super) fn open(throughput: Throughput, now_ms: i64) -> Self {
        Self {
            write_bytes: Bucket::full(throughput.write_bytes, now_ms),
            write_records: Bucket::full(throughput.write_records, now_ms),
            read_bytes: Bucket::full(throughput.read_bytes, now_ms),
        }
    }

    /// Takes `wanted`, or all there is if that is less; what was taken.
    pub(super) fn take_up_to(&mut self, wanted: Amount, now_ms: i64) -> Amount {
        let bytes = u64::try_from(self.write_bytes.level(now_ms)).unwrap_or(0);
        let records = u64::try_from(self.write_records.level(now_ms)).unwrap_or(0);
        let taken = Amount { bytes: wanted.bytes.min(bytes), records: wanted.records.min(records) };
        self.write_bytes.take(taken.bytes);
        self.write_records.take(taken.records);
        taken
    }

    /// Gives back what was taken and not used.
    pub(super) fn put_back(&mut self, unused: Amount) {
        self.write_bytes.put_back(unused.bytes);
        self.write_records.put_back(unused.records);
    }

    /// Whether a read may begin. Its size is only known afterwards: it may take more than there is, and the
    /// next one waits longer.
    pub(super) fn may_read(&mut self, now_ms: i64) -> bool {
        self.read_bytes.level(now_ms) > 0
    }

    /// Counts what a read gave.
    pub(super) fn read(&mut self, bytes: u64) {
        self.read_bytes.take(bytes);
    }
}
