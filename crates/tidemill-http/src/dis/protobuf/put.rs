//! `PutRecordsRequest` and `PutRecordsResult`.

use super::wire::{Fields, Malformed, bytes_len, push_bytes, push_length, push_number};
use crate::dis::error::{DisError, RecordFailure};
use crate::dis::put_body::PutBody;
use tidemill_api::ErrorCode;
use tidemill_model::limits::PUT_RECORDS_MAX;
use tidemill_stream::{Payload, PutRecord, RecordOutcome, Stream};

/// Bytes of one stored entry of the answer, about.
const ENTRY_BYTES: usize = 32;

/// Reads the body of a put. No record: DIS.4202; no such message: DIS.4300; too many records: DIS.4200.
pub(in crate::dis) fn parse(bytes: &[u8]) -> Result<PutBody<'_>, DisError> {
    let mut body = PutBody::default();
    for field in Fields(bytes) {
        let (number, value) = field.map_err(|error| unreadable("", error))?;
        match number {
            1 => body.stream_name = Some(value.text().map_err(|e| unreadable("streamName: ", e))?.into()),
            30 => body.stream_id = Some(value.text().map_err(|e| unreadable("streamId: ", e))?.into()),
            2 if body.records.len() == PUT_RECORDS_MAX => {
                return Err(DisError::invalid(format_args!("more than {PUT_RECORDS_MAX} records")));
            }
            2 => {
                let place = || format!("records[{}]: ", body.records.len());
                let record = value.bytes().and_then(record).map_err(|error| unreadable(&place(), error))?;
                body.records.push(record);
            }
            _ => {}
        }
    }
    if body.records.is_empty() { Err(DisError::new(ErrorCode::EmptyRequest, &[])) } else { Ok(body) }
}

fn unreadable(place: &str, error: Malformed) -> DisError {
    DisError::unreadable(format_args!("body is not a protobuf PutRecordsRequest: {place}{error}"))
}

fn record(bytes: &[u8]) -> Result<PutRecord<'_>, Malformed> {
    let mut record = PutRecord::default();
    for field in Fields(bytes) {
        let (number, value) = field?;
        match number {
            3 => record.data = Payload::Raw(value.bytes()?),
            4 => record.explicit_hash_key = Some(value.text()?.into()),
            5 => record.partition_key = Some(value.text()?.into()),
            6 => record.partition_id = Some(value.text()?.into()),
            29 => record.timestamp_ms = Some(value.int64()?),
            _ => {}
        }
    }
    Ok(record)
}

/// What became of every record, `failed` of which were not stored.
pub(in crate::dis) fn answer(outcomes: &[RecordOutcome], failed: usize, stream: &Stream) -> Vec<u8> {
    let mut out = Vec::with_capacity(16 + outcomes.len() * ENTRY_BYTES);
    let mut digits = itoa::Buffer::new();
    push_number(&mut out, 21, failed as u64);
    for outcome in outcomes {
        match outcome {
            RecordOutcome::Stored { partition, sequence } => {
                push_pair(&mut out, 23, &partition.to_string(), digits.format(*sequence));
            }
            RecordOutcome::Failed(error) => {
                let failure = RecordFailure::new(error, stream);
                push_pair(&mut out, 25, failure.error_code, &failure.error_message);
            }
        }
    }
    out
}

/// An entry of two texts: the fields `first` and the next one.
fn push_pair(out: &mut Vec<u8>, first: u32, left: &str, right: &str) {
    push_length(out, 22, bytes_len(first, left.len()) + bytes_len(first + 1, right.len()));
    push_bytes(out, first, left.as_bytes());
    push_bytes(out, first + 1, right.as_bytes());
}

/// Feeds any bytes to the reader of protobuf puts: it must answer without a panic and within its bounds.
pub fn fuzz_put_body(bytes: &[u8]) {
    if let Ok(body) = parse(bytes) {
        assert!((1..=PUT_RECORDS_MAX).contains(&body.records.len()));
    }
}
