//! `GetRecordsResult`.

use super::wire::{bytes_len, number_len, push_bytes, push_length, push_number};
use tidemill_log::{Page, RecordView};

/// Bytes a record takes in the answer beside payload and key, at most.
const RECORD_BYTES: usize = 80;
const TIME_KIND: &[u8] = b"CreateTime";

/// A page of records and the cursor to go on with.
pub(in crate::dis) fn answer(page: &Page, next: &str) -> Vec<u8> {
    let size = |run: &tidemill_log::Run| run.body.len() + run.count as usize * RECORD_BYTES;
    let mut out = Vec::with_capacity(1024 + page.runs.iter().map(size).sum::<usize>());
    push_bytes(&mut out, 14, next.as_bytes());
    for record in page.records() {
        push_record(&mut out, &record);
    }
    out
}

fn push_record(out: &mut Vec<u8>, record: &RecordView<'_>) {
    let mut digits = itoa::Buffer::new();
    let sequence = digits.format(record.sequence).as_bytes();
    let time = record.time_ms.cast_unsigned();
    let length = record.key.map_or(0, |key| bytes_len(17, key.len()))
        + bytes_len(18, sequence.len())
        + bytes_len(19, record.data.len())
        + number_len(27, time)
        + bytes_len(28, TIME_KIND.len());
    push_length(out, 16, length);
    if let Some(key) = record.key {
        push_bytes(out, 17, key);
    }
    push_bytes(out, 18, sequence);
    push_bytes(out, 19, record.data);
    push_number(out, 27, time);
    push_bytes(out, 28, TIME_KIND);
}
