//! Protobuf answers of `/records`, as the JSON that says the same. The numbers of members are the producers'.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value};

/// The type of such an answer.
pub(super) const MEDIA_TYPE: &str = "application/x-protobuf";

/// What a member holds.
#[derive(Clone, Copy)]
enum Kind {
    Text,
    Number,
    Data,
    Records,
}

/// The JSON name of a member, and what it holds.
fn member(number: u64) -> Option<(&'static str, Kind)> {
    Some(match number {
        14 => ("next_partition_cursor", Kind::Text),
        16 | 22 => ("records", Kind::Records),
        17 => ("partition_key", Kind::Text),
        18 | 24 => ("sequence_number", Kind::Text),
        19 => ("data", Kind::Data),
        21 => ("failed_record_count", Kind::Number),
        23 => ("partition_id", Kind::Text),
        25 => ("error_code", Kind::Text),
        26 => ("error_message", Kind::Text),
        27 => ("timestamp", Kind::Number),
        28 => ("timestamp_type", Kind::Text),
        _ => return None,
    })
}

/// The members of a message; `None` if it is none, or has a member that is not known.
pub(super) fn members(bytes: &[u8]) -> Option<Value> {
    message(bytes, 0).map(Value::Object)
}

/// A message inside `depth` others: records hold none.
fn message(mut rest: &[u8], depth: u8) -> Option<Map<String, Value>> {
    let mut found = Map::new();
    while !rest.is_empty() {
        let tag = varint(&mut rest)?;
        let (name, kind) = member(tag >> 3)?;
        let value = match (kind, tag & 7) {
            (Kind::Number, 0) => varint(&mut rest)?.cast_signed().into(),
            (Kind::Text, 2) => std::str::from_utf8(content(&mut rest)?).ok()?.into(),
            (Kind::Data, 2) => STANDARD.encode(content(&mut rest)?).into(),
            (Kind::Records, 2) if depth == 0 => {
                let record = message(content(&mut rest)?, 1)?.into();
                let records = found.entry(name).or_insert_with(|| Value::Array(Vec::new()));
                records.as_array_mut()?.push(record);
                continue;
            }
            _ => return None,
        };
        found.insert(name.to_owned(), value);
    }
    Some(found)
}

fn content<'b>(rest: &mut &'b [u8]) -> Option<&'b [u8]> {
    let length = usize::try_from(varint(rest)?).ok()?;
    let (content, after) = rest.split_at_checked(length)?;
    *rest = after;
    Some(content)
}

fn varint(rest: &mut &[u8]) -> Option<u64> {
    let mut value = 0u64;
    for shift in (0..64).step_by(7) {
        let (byte, after) = rest.split_first()?;
        *rest = after;
        value |= u64::from(byte & 127) << shift;
        if *byte < 128 {
            return Some(value);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn members_have_the_names_of_the_json() {
        let page = b"\x72\x01c\x82\x01\x0d\x92\x01\x011\x9a\x01\x02\xff\x00\xd8\x01\xac\x02";
        let record = json!({"sequence_number": "1", "data": "/wA=", "timestamp": 300});
        assert_eq!(members(page), Some(json!({"next_partition_cursor": "c", "records": [record]})));
        let put = b"\xa8\x01\x00\xb2\x01\x00\xb2\x01\x04\xca\x01\x01x";
        let expected = json!({"failed_record_count": 0, "records": [{}, {"error_code": "x"}]});
        assert_eq!(members(put), Some(expected));
    }

    #[test]
    fn what_is_cut_off_nested_or_unknown_is_none() {
        for wrong in [
            &b"\x72\x02c"[..],
            b"\x72",
            b"\x82\x01\x03\x82\x01\x00",
            b"\x08\x01",
            b"\x72\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff",
        ] {
            assert_eq!(members(wrong), None, "{wrong:?}");
        }
    }
}
