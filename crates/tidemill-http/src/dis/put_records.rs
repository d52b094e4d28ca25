//! `POST /records`.

use crate::dis::error::{DisError, RecordFailure};
use crate::dis::{DisRequest, DisState, lookup, protobuf, put_body, reply};
use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use tidemill_stream::{GrantedAction, RecordOutcome, Stream};

/// Bytes of one stored entry of the answer, about.
const ENTRY_BYTES: usize = 80;

pub(super) async fn put_records(
    State(state): State<DisState>,
    request: DisRequest,
) -> Result<Response, DisError> {
    request.allow("dis:records:write")?;
    let is_protobuf = request.is_protobuf();
    let parse = if is_protobuf { protobuf::parse_put } else { put_body::parse };
    let body = parse(&request.body)?;
    let names = [body.stream_name.as_deref(), body.stream_id.as_deref()];
    let stream = lookup::granted(&state.streams, &request, names, GrantedAction::PutRecords)?;
    let outcomes = state.streams.append_records(&stream, body.records).await;
    let outcomes = outcomes.map_err(|error| DisError::append(error, &stream))?;
    let failed = outcomes.iter().filter(|o| matches!(o, RecordOutcome::Failed(_))).count();
    record_metrics(outcomes.len() - failed, failed);
    Ok(if is_protobuf {
        reply::protobuf(protobuf::put_answer(&outcomes, failed, &stream))
    } else {
        reply::raw_json(StatusCode::OK, answer(&outcomes, failed, &stream))
    })
}

/// Written by hand: a stored entry is always the same few texts around two numbers.
fn answer(outcomes: &[RecordOutcome], failed: usize, stream: &Stream) -> Vec<u8> {
    let mut out = Vec::with_capacity(64 + outcomes.len() * ENTRY_BYTES);
    let mut digits = itoa::Buffer::new();
    out.extend_from_slice(b"{\"failed_record_count\":");
    out.extend_from_slice(digits.format(failed).as_bytes());
    out.extend_from_slice(b",\"records\":[");
    for (index, outcome) in outcomes.iter().enumerate() {
        if index > 0 {
            out.push(b',');
        }
        match outcome {
            RecordOutcome::Stored { partition, sequence } => {
                out.extend_from_slice(b"{\"partition_id\":\"shardId-");
                push_ten_digits(&mut out, partition.0);
                out.extend_from_slice(b"\",\"sequence_number\":\"");
                out.extend_from_slice(digits.format(*sequence).as_bytes());
                out.extend_from_slice(b"\"}");
            }
            RecordOutcome::Failed(error) => push_failure(&mut out, &RecordFailure::new(error, stream)),
        }
    }
    out.extend_from_slice(b"]}");
    out
}

fn push_failure(out: &mut Vec<u8>, failure: &RecordFailure) {
    // Failures are rare and their texts need escaping; serde writes them. Writing to a Vec cannot fail.
    let _ = serde_json::to_writer(out, failure);
}

fn push_ten_digits(out: &mut Vec<u8>, mut number: u32) {
    let mut digits = [b'0'; 10];
    for digit in digits.iter_mut().rev() {
        *digit += (number % 10) as u8;
        number /= 10;
    }
    out.extend_from_slice(&digits);
}

fn record_metrics(stored: usize, failed: usize) {
    metrics::counter!("tidemill_records_put_total").increment(stored as u64);
    if failed > 0 {
        metrics::counter!("tidemill_records_put_failed_total").increment(failed as u64);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn partition_ids_have_ten_digits() {
        for number in [0, 7, 10, 4_294_967_295] {
            let mut out = b"shardId-".to_vec();
            push_ten_digits(&mut out, number);
            assert_eq!(String::from_utf8(out).unwrap(), tidemill_model::PartitionId(number).to_string());
        }
    }
}
