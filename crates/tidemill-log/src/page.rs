//! Cutting stored runs to what a read asked for.

use crate::chunk::{Run, decode_record};
use crate::store::{Page, ReadLimit};

/// Collects consecutive runs from one position until the limit is reached.
pub(crate) struct PageBuilder {
    limit: ReadLimit,
    runs: Vec<Run>,
    next: u64,
    bytes: usize,
    records: usize,
    full: bool,
}

impl PageBuilder {
    /// An empty page that starts at number `from`.
    pub(crate) fn new(from: u64, limit: ReadLimit) -> Self {
        Self { limit, runs: Vec::new(), next: from, bytes: 0, records: 0, full: limit.records == 0 }
    }

    /// The number the page goes on with.
    pub(crate) fn next(&self) -> u64 {
        self.next
    }

    /// Payload bytes that still fit.
    pub(crate) fn room(&self) -> usize {
        self.limit.bytes.saturating_sub(self.bytes)
    }

    /// Whether nothing more fits.
    pub(crate) fn is_full(&self) -> bool {
        self.full
    }

    /// Adds the records of `run` from [`Self::next`] on, as many as fit: record by record, so that a page does
    /// not depend on how records are grouped. Runs come in order; one that ends before the position is skipped.
    pub(crate) fn push(&mut self, run: &Run) {
        if self.full || run.first + u64::from(run.count) <= self.next || self.next < run.first {
            return;
        }
        let mut at = 0;
        let (mut start, mut count, mut bytes) = (None, 0u32, 0usize);
        for sequence in run.first..run.first + u64::from(run.count) {
            let Some((record, _)) = decode_record(&run.body[at..], sequence, run.arrival_ms) else { break };
            let end = at + record.encoded_bytes;
            if sequence >= self.next {
                if !self.fits(record.data.len(), bytes, count) {
                    self.full = true;
                    break;
                }
                start.get_or_insert(at);
                count += 1;
                bytes += record.data.len();
            }
            at = end;
        }
        if let Some(start) = start {
            self.take(run, start, at, count, bytes);
        }
    }

    /// Whether a record of `data` bytes fits after the `bytes` and `count` of this run's records before it.
    fn fits(&self, data: usize, bytes: usize, count: u32) -> bool {
        let records = self.records + count as usize;
        let first = records == 0 && self.limit.at_least_one;
        records < self.limit.records && (first || self.bytes + bytes + data <= self.limit.bytes)
    }

    fn take(&mut self, run: &Run, start: usize, end: usize, count: u32, bytes: usize) {
        let body = run.body.slice(start..end);
        self.runs.push(Run { first: self.next, count, arrival_ms: run.arrival_ms, body });
        self.next += u64::from(count);
        self.records += count as usize;
        self.bytes += bytes;
        self.full |= self.records >= self.limit.records;
    }

    /// The page.
    pub(crate) fn finish(self) -> Page {
        Page { runs: self.runs, next: self.next }
    }
}

/// The first record of `run` at or above `from` whose time is at least `time_ms`.
pub(crate) fn first_at_time(run: &Run, from: u64, time_ms: i64) -> Option<u64> {
    run.records().find(|r| r.sequence >= from && r.time_ms >= time_ms).map(|r| r.sequence)
}

/// The largest time of a record in a chunk: a record without its own has the arrival time.
pub(crate) fn largest_time(time_max_ms: Option<i64>, takes_arrival: bool, arrival_ms: i64) -> i64 {
    match time_max_ms {
        Some(sent) if takes_arrival => sent.max(arrival_ms),
        Some(sent) => sent,
        None => arrival_ms,
    }
}
