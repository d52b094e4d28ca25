//! `GET /records`.

use crate::dis::error::DisError;
use crate::dis::{DisRequest, DisState, protobuf, reply};
use axum::extract::State;
use axum::response::Response;
use tidemill_api::ErrorCode;
use tidemill_log::{Page, ReadLimit, RecordView};
use tidemill_model::limits::{FETCH_BYTES_DEFAULT, FETCH_BYTES_MAX, FETCH_RECORDS_MAX};

/// Bytes a record takes in the answer beside payload and key, at most.
const RECORD_BYTES: usize = 160;

pub(super) async fn get_records(
    State(state): State<DisState>,
    request: DisRequest,
) -> Result<Response, DisError> {
    request.allow("dis:records:read")?;
    let missing = || DisError::new(ErrorCode::InvalidCursor, &["partition-cursor is missing"]);
    let cursor = request.query.get("partition-cursor").ok_or_else(missing)?;
    let limit = limit(&request)?;
    let room = state.gate.budget.answer(limit.bytes.div_ceil(3) * 4).await?;
    let read = state.streams.read_records(request.asker(), cursor, limit).await;
    let (page, next) = read.map_err(|error| DisError::get(error, &request.project))?;
    let records = page.runs.iter().map(|run| u64::from(run.count)).sum();
    metrics::counter!("tidemill_records_read_total").increment(records);
    Ok(if request.is_protobuf() {
        reply::held(reply::PROTOBUF, protobuf::page_answer(&page, &next), room)
    } else {
        reply::held(reply::JSON, answer(&page, &next), room)
    })
}

/// A size that the client names is kept strictly; our own lets one large record through.
fn limit(request: &DisRequest) -> Result<ReadLimit, DisError> {
    let asked = request.query.get("max_fetch_bytes").is_some();
    Ok(ReadLimit {
        bytes: request.query.limit("max_fetch_bytes", FETCH_BYTES_DEFAULT, FETCH_BYTES_MAX)?,
        records: request.query.limit("limit", FETCH_RECORDS_MAX, FETCH_RECORDS_MAX)?,
        at_least_one: !asked,
    })
}

/// Written by hand into one buffer: payloads are encoded where they end up.
fn answer(page: &Page, next: &str) -> Vec<u8> {
    let (records, bytes) = page.runs.iter().fold((0usize, 0usize), |(records, bytes), run| {
        (records + run.count as usize, bytes + run.body.len())
    });
    let mut out = Vec::with_capacity(1024 + bytes.div_ceil(3) * 4 + records * RECORD_BYTES);
    out.extend_from_slice(b"{\"records\":[");
    let empty = out.len();
    for record in page.records() {
        if out.len() > empty {
            out.push(b',');
        }
        push_record(&mut out, &record);
    }
    out.extend_from_slice(b"],\"next_partition_cursor\":\"");
    out.extend_from_slice(next.as_bytes());
    out.extend_from_slice(b"\"}");
    out
}

fn push_record(out: &mut Vec<u8>, record: &RecordView<'_>) {
    let mut digits = itoa::Buffer::new();
    out.push(b'{');
    if let Some(key) = record.key {
        out.extend_from_slice(b"\"partition_key\":");
        push_text(out, key);
        out.push(b',');
    }
    out.extend_from_slice(b"\"sequence_number\":\"");
    out.extend_from_slice(digits.format(record.sequence).as_bytes());
    out.extend_from_slice(b"\",\"data\":\"");
    base64_simd::STANDARD.encode_append(record.data, out);
    out.extend_from_slice(b"\",\"timestamp\":");
    out.extend_from_slice(digits.format(record.time_ms).as_bytes());
    out.extend_from_slice(b",\"timestamp_type\":\"CreateTime\"}");
}

/// Keys came in as JSON text, so they are UTF-8; they may need escapes.
fn push_text(out: &mut Vec<u8>, text: &[u8]) {
    // Writing to a Vec cannot fail.
    let _ = serde_json::to_writer(out, &String::from_utf8_lossy(text));
}

#[cfg(test)]
mod tests {
    use super::*;
    use tidemill_api::dis::GetRecordsResult;
    use tidemill_log::{ChunkBuilder, Run};

    #[test]
    fn the_answer_is_json_whatever_keys_and_payloads_hold() {
        let mut builder = ChunkBuilder::default();
        builder.push(Some("a\"\\\n\u{1}ä".as_bytes()), Some(7), b"\x00\xff\x10");
        builder.push(None, None, &[b'x'; 1000]);
        let chunk = builder.finish().unwrap();
        let run = Run { first: 41, count: chunk.count, arrival_ms: 9, body: chunk.body };
        let out = answer(&Page { runs: vec![run], next: 43 }, "c_-");
        let read: GetRecordsResult = serde_json::from_slice(&out).unwrap();
        assert_eq!(read.next_partition_cursor, "c_-");
        assert_eq!(read.records[0].partition_key.as_deref(), Some("a\"\\\n\u{1}ä"));
        assert_eq!((read.records[0].sequence_number.as_str(), read.records[0].timestamp), ("41", 7));
        assert_eq!(read.records[0].data, "AP8Q");
        assert_eq!((read.records[1].partition_key.clone(), read.records[1].timestamp), (None, 9));
        assert!(!String::from_utf8(out).unwrap()[40..].contains("null"));
    }

    #[test]
    fn no_records_are_an_empty_array() {
        assert_eq!(answer(&Page::default(), "n"), b"{\"records\":[],\"next_partition_cursor\":\"n\"}");
    }
}
