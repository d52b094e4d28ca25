//! The body of a put, read in one pass: texts are borrowed from it, payloads stay base64.

use crate::dis::error::DisError;
use crate::request::json;
use serde::de::{
    self, Deserialize, DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor,
};
use std::borrow::Cow;
use std::fmt;
use tidemill_api::ErrorCode;
use tidemill_model::limits::{JSON_DEPTH_MAX, PUT_RECORDS_MAX};
use tidemill_stream::{Payload, PutRecord};

/// What a put asks for.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct PutBody<'a> {
    /// The stream's name.
    pub stream_name: Option<Cow<'a, str>>,
    /// The stream's id.
    pub stream_id: Option<Cow<'a, str>>,
    /// The records, at least one.
    pub records: Vec<PutRecord<'a>>,
}

const TOO_DEEP: &str = "nested deeper than 64";
const _: () = assert!(JSON_DEPTH_MAX == 64, "the text above names the limit");

/// Reads the body of a put. No record: DIS.4202; not JSON or too deep: DIS.4300; a wrong type or too many
/// records: DIS.4200.
pub fn parse(body: &[u8]) -> Result<PutBody<'_>, DisError> {
    let empty = || DisError::new(ErrorCode::EmptyRequest, &[]);
    if body.trim_ascii().is_empty() {
        return Err(empty());
    }
    let parsed: PutBody<'_> = serde_json::from_slice(body).map_err(|error| refusal(&error))?;
    if parsed.records.is_empty() { Err(empty()) } else { Ok(parsed) }
}

fn refusal(error: &serde_json::Error) -> DisError {
    let text = error.to_string();
    if text.starts_with(TOO_DEEP) { DisError::unreadable(text) } else { json::refusal(error).into() }
}

/// Feeds any bytes to the reader of put bodies: it must answer without a panic.
pub fn fuzz_put_body(bytes: &[u8]) {
    if let Ok(body) = parse(bytes) {
        assert!((1..=PUT_RECORDS_MAX).contains(&body.records.len()));
    }
}

#[derive(serde::Deserialize)]
#[serde(field_identifier, rename_all = "snake_case")]
enum BodyField {
    StreamName,
    StreamId,
    Records,
    #[serde(other)]
    Unknown,
}

#[derive(serde::Deserialize)]
#[serde(field_identifier, rename_all = "snake_case")]
enum RecordField {
    Data,
    PartitionId,
    ExplicitHashKey,
    PartitionKey,
    Timestamp,
    #[serde(other)]
    Unknown,
}

/// Members of one object that were there already, a bit each. The last of two would win silently, and what
/// the first one says would be lost.
#[derive(Default)]
struct Seen(u8);

impl Seen {
    fn once<E: de::Error>(&mut self, bit: u8, name: &'static str) -> Result<(), E> {
        let bit = 1 << bit;
        if self.0 & bit != 0 {
            return Err(E::duplicate_field(name));
        }
        self.0 |= bit;
        Ok(())
    }
}

impl<'de> Deserialize<'de> for PutBody<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(BodyVisitor)
    }
}

struct BodyVisitor;

impl<'de> Visitor<'de> for BodyVisitor {
    type Value = PutBody<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object with records")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<PutBody<'de>, A::Error> {
        let (mut body, mut seen) = (PutBody::default(), Seen::default());
        while let Some(field) = map.next_key()? {
            match field {
                BodyField::StreamName => {
                    seen.once(0, "stream_name")?;
                    body.stream_name = map.next_value::<Text<'de>>()?.0;
                }
                BodyField::StreamId => {
                    seen.once(1, "stream_id")?;
                    body.stream_id = map.next_value::<Text<'de>>()?.0;
                }
                BodyField::Records => {
                    seen.once(2, "records")?;
                    body.records = map.next_value::<Records<'de>>()?.0;
                }
                BodyField::Unknown => map.next_value_seed(Ignored(2))?,
            }
        }
        Ok(body)
    }
}

/// The records; `null` counts as none.
struct Records<'a>(Vec<PutRecord<'a>>);

impl<'de> Deserialize<'de> for Records<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(RecordsVisitor).map(Self)
    }
}

struct RecordsVisitor;

impl<'de> Visitor<'de> for RecordsVisitor {
    type Value = Vec<PutRecord<'de>>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an array of records")
    }

    fn visit_unit<E: de::Error>(self) -> Result<Self::Value, E> {
        Ok(Vec::new())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
        let mut records = Vec::with_capacity(512);
        while let Some(Entry(record)) = seq.next_element()? {
            if records.len() == PUT_RECORDS_MAX {
                return Err(de::Error::custom(format_args!("more than {PUT_RECORDS_MAX} records")));
            }
            records.push(record);
        }
        Ok(records)
    }
}

struct Entry<'a>(PutRecord<'a>);

impl<'de> Deserialize<'de> for Entry<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(EntryVisitor).map(Self)
    }
}

struct EntryVisitor;

impl<'de> Visitor<'de> for EntryVisitor {
    type Value = PutRecord<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a record")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<PutRecord<'de>, A::Error> {
        let (mut record, mut seen) = (PutRecord::default(), Seen::default());
        while let Some(field) = map.next_key()? {
            match field {
                RecordField::Data => {
                    seen.once(0, "data")?;
                    if let Some(text) = map.next_value::<Base64<'de>>()?.0 {
                        record.data = Payload::Base64(text);
                    }
                }
                RecordField::PartitionId => {
                    seen.once(1, "partition_id")?;
                    record.partition_id = map.next_value::<Text<'de>>()?.0;
                }
                RecordField::ExplicitHashKey => {
                    seen.once(2, "explicit_hash_key")?;
                    record.explicit_hash_key = map.next_value::<Text<'de>>()?.0;
                }
                RecordField::PartitionKey => {
                    seen.once(3, "partition_key")?;
                    record.partition_key = map.next_value::<Text<'de>>()?.0;
                }
                RecordField::Timestamp => {
                    seen.once(4, "timestamp")?;
                    record.timestamp_ms = map.next_value()?;
                }
                RecordField::Unknown => map.next_value_seed(Ignored(4))?,
            }
        }
        Ok(record)
    }
}

/// A text or `null`, borrowed from the body where it has no escapes.
struct Text<'a>(Option<Cow<'a, str>>);

impl<'de> Deserialize<'de> for Text<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(TextVisitor).map(Self)
    }
}

struct TextVisitor;

impl<'de> Visitor<'de> for TextVisitor {
    type Value = Option<Cow<'de, str>>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string")
    }

    fn visit_unit<E: de::Error>(self) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_borrowed_str<E: de::Error>(self, text: &'de str) -> Result<Self::Value, E> {
        Ok(Some(Cow::Borrowed(text)))
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Some(Cow::Owned(text.to_owned())))
    }
}

/// A string taken as bytes, or `null`: base64 is checked when it is decoded, so UTF-8 need not be checked before.
struct Base64<'a>(Option<Cow<'a, [u8]>>);

impl<'de> Deserialize<'de> for Base64<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_option(Base64Visitor).map(Self)
    }
}

struct Base64Visitor;

impl<'de> Visitor<'de> for Base64Visitor {
    type Value = Option<Cow<'de, [u8]>>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("base64 text")
    }

    fn visit_none<E: de::Error>(self) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_bytes(self)
    }

    fn visit_borrowed_bytes<E: de::Error>(self, bytes: &'de [u8]) -> Result<Self::Value, E> {
        Ok(Some(Cow::Borrowed(bytes)))
    }

    fn visit_bytes<E: de::Error>(self, bytes: &[u8]) -> Result<Self::Value, E> {
        Ok(Some(Cow::Owned(bytes.to_vec())))
    }
}

/// Skips the value of an unknown member that stands at this depth.
struct Ignored(usize);

impl<'de> DeserializeSeed<'de> for Ignored {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl Ignored {
    fn deeper<E: de::Error>(&self) -> Result<Self, E> {
        if self.0 > JSON_DEPTH_MAX { Err(E::custom(TOO_DEEP)) } else { Ok(Self(self.0 + 1)) }
    }
}

impl<'de> Visitor<'de> for Ignored {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any value")
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_str<E>(self, _: &str) -> Result<(), E> {
        Ok(())
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        while seq.next_element_seed(self.deeper()?)?.is_some() {}
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while map.next_key::<IgnoredAny>()?.is_some() {
            map.next_value_seed(self.deeper()?)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn code(body: &str) -> ErrorCode {
        parse(body.as_bytes()).unwrap_err().code
    }

    #[test]
    fn plain_texts_are_borrowed_and_escaped_ones_are_not() {
        let body = r#"{"x":{"y":[1,2.5,null]},"stream_name":"s","stream_id":"","records":[
            {"data":"YQ==","partition_key":"k","timestamp":5},
            {"data":"YQ\u003d=","partition_id":null,"partition_key":"a\nb","z":true}]}"#;
        let parsed = parse(body.as_bytes()).unwrap();
        assert!(matches!(parsed.records[0].data, Payload::Base64(Cow::Borrowed(b"YQ=="))));
        assert!(matches!(parsed.records[0].partition_key, Some(Cow::Borrowed("k"))));
        assert_eq!(parsed.records[0].timestamp_ms, Some(5));
        assert_eq!(parsed.records[1].data, Payload::Base64(b"YQ==".into()));
        assert_eq!(parsed.records[1].partition_key.as_deref(), Some("a\nb"));
        assert_eq!(parsed.stream_id.as_deref(), Some(""));
        let absent = parse(br#"{"records":[{"data":null},{}]}"#).unwrap();
        assert_eq!(absent.records[0], absent.records[1]);
    }

    #[test]
    fn bad_bodies_get_their_code() {
        assert_eq!(code(""), ErrorCode::EmptyRequest);
        assert_eq!(code("{}"), ErrorCode::EmptyRequest);
        assert_eq!(code(r#"{"records":null}"#), ErrorCode::EmptyRequest);
        assert_eq!(code(r#"{"records":[]}"#), ErrorCode::EmptyRequest);
        assert_eq!(code(r#"{"records":[{"data":"YQ==""#), ErrorCode::RequestError);
        assert_eq!(code("hello"), ErrorCode::RequestError);
        assert_eq!(code(r#"{"records":[{"data":"YQ=="}]} x"#), ErrorCode::RequestError);
        assert_eq!(code("[1]"), ErrorCode::InvalidRequest);
        assert_eq!(code(r#"{"records":{}}"#), ErrorCode::InvalidRequest);
        assert_eq!(code(r#"{"records":[{"data":5}]}"#), ErrorCode::InvalidRequest);
        assert_eq!(code(r#"{"records":[{"data":[97]}]}"#), ErrorCode::InvalidRequest);
        assert_eq!(code(r#"{"records":[{"data":"YQ==","timestamp":"x"}]}"#), ErrorCode::InvalidRequest);
        assert_eq!(
            code(r#"{"records":[{"data":"YQ==","timestamp":99999999999999999999}]}"#),
            ErrorCode::InvalidRequest
        );
    }

    #[test]
    fn a_member_that_is_there_twice_is_refused() {
        for (twice, name) in [
            (r#"{"records":[{"data":"YQ=="}],"records":[{"data":"Yg=="}]}"#, "records"),
            (r#"{"records":null,"records":[{"data":"Yg=="}]}"#, "records"),
            (r#"{"stream_name":"a","stream_name":"b","records":[{"data":"YQ=="}]}"#, "stream_name"),
            (r#"{"stream_id":"a","stream_id":"a","records":[{"data":"YQ=="}]}"#, "stream_id"),
            (r#"{"records":[{"data":"YQ=="},{"data":"YQ==","data":"Yg=="}]}"#, "data"),
            (r#"{"records":[{"data":"YQ==","partition_id":"0","partition_id":"1"}]}"#, "partition_id"),
            (r#"{"records":[{"data":"YQ==","partition_key":"0","partition_key":"1"}]}"#, "partition_key"),
            (
                r#"{"records":[{"data":"YQ==","explicit_hash_key":"0","explicit_hash_key":"1"}]}"#,
                "explicit_hash_key",
            ),
            (r#"{"records":[{"data":"YQ==","timestamp":1,"timestamp":null}]}"#, "timestamp"),
        ] {
            let refused = parse(twice.as_bytes()).unwrap_err();
            assert_eq!(refused.code, ErrorCode::InvalidRequest, "{twice}");
            assert!(refused.message.contains(&format!("duplicate field `{name}`")), "{}", refused.message);
        }
        let unknown = r#"{"x":1,"x":2,"records":[{"data":"YQ==","y":1,"y":2}]}"#;
        assert_eq!(parse(unknown.as_bytes()).unwrap().records.len(), 1);
    }

    #[test]
    fn depth_is_bounded_wherever_a_value_is_ignored() {
        for depth in [60, 100, 100_000] {
            let deep = format!("{}1{}", "[".repeat(depth), "]".repeat(depth));
            let expected = if depth == 60 { None } else { Some(ErrorCode::RequestError) };
            for body in [
                format!(r#"{{"x":{deep},"records":[{{"data":"YQ=="}}]}}"#),
                format!(r#"{{"records":[{{"data":"YQ==","x":{deep}}}]}}"#),
                format!(r#"{{"records":[{{"data":"YQ==","x":{{"y":{deep}}}}}]}}"#),
            ] {
                assert_eq!(parse(body.as_bytes()).err().map(|e| e.code), expected, "{depth}");
            }
        }
    }

    #[test]
    fn records_are_counted() {
        let body = |n: usize| format!(r#"{{"records":[{}]}}"#, vec![r#"{"data":"YQ=="}"#; n].join(","));
        assert_eq!(parse(body(PUT_RECORDS_MAX).as_bytes()).unwrap().records.len(), PUT_RECORDS_MAX);
        assert_eq!(code(&body(PUT_RECORDS_MAX + 1)), ErrorCode::InvalidRequest);
    }

    proptest! {
        #[test]
        fn any_bytes_are_answered(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
            fuzz_put_body(&bytes);
        }

        #[test]
        fn broken_bodies_are_answered(cut in 0usize..120, at in 0usize..120, byte in any::<u8>()) {
            let mut body = br#"{"stream_name":"s","records":[{"data":"YQ==","partition_key":"\u00e4","timestamp":1}]}"#.to_vec();
            let at = at % body.len();
            body[at] = byte;
            body.truncate(body.len() - cut % body.len());
            fuzz_put_body(&body);
        }

        #[test]
        fn what_serde_writes_is_read_back(
            records in proptest::collection::vec((".{0,20}", proptest::option::of(any::<i64>()), ".{0,20}"), 1..10)
        ) {
            let entries: Vec<_> = records.iter().map(|(data, timestamp, key)| tidemill_api::dis::PutEntry {
                data: data.clone(), timestamp: *timestamp, partition_key: Some(key.clone()), ..Default::default()
            }).collect();
            let body = tidemill_api::dis::PutRecords { stream_name: Some("s".into()), stream_id: None, records: entries };
            let json = serde_json::to_vec(&body).unwrap();
            let parsed = parse(&json).unwrap();
            for (record, (data, timestamp, key)) in parsed.records.iter().zip(&records) {
                prop_assert_eq!(&record.data, &Payload::Base64(data.as_bytes().into()));
                prop_assert_eq!(record.timestamp_ms, *timestamp);
                prop_assert_eq!(record.partition_key.as_deref(), Some(key.as_str()));
            }
        }
    }
}
