//! Against prost, an independent reading of the same messages.

use super::messages::{GetRecordsResult, PutRecordsRequest, PutRecordsRequestEntry, Record};
use super::{fuzz_put_body, page, put};
use crate::dis::put_body::PutBody;
use proptest::prelude::*;
use prost::Message;
use tidemill_api::ErrorCode;
use tidemill_log::{ChunkBuilder, Page, Run};
use tidemill_model::limits::PUT_RECORDS_MAX;
use tidemill_stream::Payload;

/// What prost would have read.
fn as_prost(body: &PutBody<'_>) -> PutRecordsRequest {
    let text = |text: &Option<std::borrow::Cow<'_, str>>| text.as_deref().map(str::to_owned);
    let record = |record: &tidemill_stream::PutRecord<'_>| PutRecordsRequestEntry {
        data: match &record.data {
            Payload::Raw(bytes) => Some(bytes.to_vec()),
            Payload::Base64(_) => panic!("protobuf payloads are raw"),
        },
        explicit_hash_key: text(&record.explicit_hash_key),
        partition_key: text(&record.partition_key),
        partition_id: text(&record.partition_id),
        timestamp: record.timestamp_ms,
    };
    PutRecordsRequest {
        stream_name: text(&body.stream_name),
        records: body.records.iter().map(record).collect(),
        stream_id: text(&body.stream_id),
    }
}

fn entry() -> impl Strategy<Value = PutRecordsRequestEntry> {
    let text = || proptest::option::of(".{0,12}");
    let data = proptest::collection::vec(any::<u8>(), 0..200).prop_map(Some);
    (data, text(), text(), text(), any::<Option<i64>>()).prop_map(
        |(data, explicit_hash_key, partition_key, partition_id, timestamp)| PutRecordsRequestEntry {
            data,
            explicit_hash_key,
            partition_key,
            partition_id,
            timestamp,
        },
    )
}

fn request() -> impl Strategy<Value = PutRecordsRequest> {
    let text = || proptest::option::of("[a-z0-9]{0,12}");
    (text(), proptest::collection::vec(entry(), 1..8), text())
        .prop_map(|(stream_name, records, stream_id)| PutRecordsRequest { stream_name, records, stream_id })
}

/// Both readings agree on what is a message and what it says; a missing payload is an empty one.
fn agree(bytes: &[u8]) -> Result<(), TestCaseError> {
    match (put::parse(bytes), PutRecordsRequest::decode(bytes)) {
        (Ok(ours), Ok(mut theirs)) => {
            theirs
                .records
                .iter_mut()
                .for_each(|record| record.data = record.data.take().or(Some(Vec::new())));
            prop_assert_eq!(as_prost(&ours), theirs);
        }
        (Err(error), Ok(theirs)) => {
            prop_assert!(theirs.records.is_empty(), "{}", error.message);
            prop_assert_eq!(error.code, ErrorCode::EmptyRequest);
        }
        (Err(error), Err(_)) => prop_assert_eq!(error.code, ErrorCode::RequestError),
        (Ok(_), Err(error)) => prop_assert!(false, "prost refuses it: {}", error),
    }
    Ok(())
}

proptest! {
    #[test]
    fn what_prost_writes_is_read(request in request()) {
        agree(&request.encode_to_vec())?;
    }

    #[test]
    fn damaged_messages_are_refused_as_prost_refuses_them(
        request in request(), at in any::<prop::sample::Index>(), byte in any::<u8>(), cut in 0usize..20
    ) {
        let mut bytes = request.encode_to_vec();
        let at = at.index(bytes.len());
        bytes[at] = byte;
        bytes.truncate(bytes.len().saturating_sub(cut));
        agree(&bytes)?;
    }

    #[test]
    fn any_bytes_are_answered(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        fuzz_put_body(&bytes);
        agree(&bytes)?;
    }

    #[test]
    fn a_page_is_what_prost_reads(
        records in proptest::collection::vec(
            (proptest::option::of(".{0,12}"), any::<Option<i64>>(), proptest::collection::vec(any::<u8>(), 0..300)),
            1..10),
        first in 0u64..i64::MAX as u64
    ) {
        let mut builder = ChunkBuilder::default();
        for (key, time, data) in &records {
            builder.push(key.as_deref().map(str::as_bytes), *time, data);
        }
        let chunk = builder.finish().unwrap();
        let run = Run { first, count: chunk.count, arrival_ms: 9, body: chunk.body };
        let bytes = page::answer(&Page { runs: vec![run], next: 0 }, "next_-");
        let read = GetRecordsResult::decode(&bytes[..]).unwrap();
        prop_assert_eq!(read.next, "next_-");
        for (index, (record, (key, time, data))) in read.records.iter().zip(&records).enumerate() {
            let expected = Record {
                partition_key: key.clone(),
                sequence_number: (first + index as u64).to_string(),
                data: Some(data.clone()),
                timestamp: Some(time.unwrap_or(9)),
                timestamp_type: Some("CreateTime".into()),
            };
            prop_assert_eq!(record, &expected);
        }
        prop_assert_eq!(read.records.len(), records.len());
    }
}

fn message(bytes: &[u8]) -> String {
    put::parse(bytes).unwrap_err().message
}

#[test]
fn absurd_lengths_and_depths_are_refused() {
    let reason = "Request error. [body is not a protobuf PutRecordsRequest: ";
    let huge = [0x12, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f];
    assert_eq!(message(&huge), format!("{reason}a length is beyond the end]"));
    let inside = [0x12, 0x06, 0x1a, 0xff, 0xff, 0xff, 0xff, 0x0f];
    assert_eq!(message(&inside), format!("{reason}records[0]: a length is beyond the end]"));
    assert_eq!(message(&[0x0a, 0x02, 0xff, 0xfe]), format!("{reason}streamName: a text is not UTF-8]"));
    assert_eq!(message(&vec![0x53; 1 << 20]), format!("{reason}groups are nested deeper than 64]"));
    assert_eq!(message(&[0xff; 64]), format!("{reason}an integer is cut or too long]"));
    assert_eq!(message(br#"{"stream_name":"s"}"#), format!("{reason}a length is beyond the end]"));
}

#[test]
fn records_are_counted_while_they_are_read() {
    let body = |records: usize| [0x12, 0x00].repeat(records);
    assert_eq!(put::parse(&body(PUT_RECORDS_MAX)).unwrap().records.len(), PUT_RECORDS_MAX);
    let refused = put::parse(&body(PUT_RECORDS_MAX + 1)).unwrap_err();
    assert_eq!(refused.code, ErrorCode::InvalidRequest);
}

#[test]
fn unknown_fields_of_every_kind_are_skipped() {
    let record: &[u8] = &[0x12, 0x05, 0x3a, 0x00, 0x1a, 0x01, b'x'];
    let unknown: &[&[u8]] = &[
        &[0xd0, 0x06, 0x96, 0x01],
        &[0xd1, 0x06, 1, 2, 3, 4, 5, 6, 7, 8],
        &[0xd2, 0x06, 2, b'a', b'b'],
        &[0xd3, 0x06, 0x08, 0x01, 0x53, 0x54, 0xd4, 0x06],
        &[0xd5, 0x06, 1, 2, 3, 4],
    ];
    for field in unknown {
        let body = [*field, record, *field].concat();
        assert_eq!(put::parse(&body).unwrap().records[0].data, Payload::Raw(b"x"), "{field:x?}");
        agree(&body).unwrap();
    }
}
