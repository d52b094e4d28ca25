//! What reads payloads and schemas, fed with anything.

use super::columns::Columns;
use super::unpack;
use tidemill_model::limits::UNPACKED_RECORD_BYTES_MAX;
use tidemill_stream::CompressionFormat;

/// A field of every kind.
const SCHEMA: &str = r#"{"type":"record","name":"r","fields":[
    {"name":"b","type":["null","boolean"]},{"name":"i","type":["null","int"]},{"name":"d","type":["null","double"]},
    {"name":"n","type":["null",{"type":"bytes","logicalType":"decimal","precision":38,"scale":9}]},
    {"name":"f","type":["null",{"type":"fixed","name":"f2","size":2}]},
    {"name":"l","type":["null",{"type":"array","items":["null","r2"]}]},
    {"name":"m","type":["null",{"type":"map","values":{"type":"record","name":"r2","fields":[
        {"name":"t","type":"string"},{"name":"e","type":["null",{"type":"enum","name":"e","symbols":["A"]}]}]}}]}]}"#;

/// Feeds any bytes to whatever unpacks payloads, makes columns of them or reads schemas: they must be answered
/// without a panic and within their bounds.
pub fn fuzz_payload(bytes: &[u8]) {
    let mut out = Vec::new();
    for format in [CompressionFormat::Snappy, CompressionFormat::Gzip, CompressionFormat::Zip] {
        if unpack(format, bytes, &mut out).is_ok() {
            assert!(out.len() <= UNPACKED_RECORD_BYTES_MAX);
        }
    }
    for schema in [SCHEMA, &String::from_utf8_lossy(bytes)] {
        if let Ok(columns) = Columns::parse(schema) {
            let _ = columns.check(bytes, &mut columns.trial());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_schema_has_columns() {
        let columns = Columns::parse(SCHEMA).unwrap();
        assert!(
            columns.check(br#"{"l":[{"t":""}],"m":{"k":{"t":"x","e":"A"}}}"#, &mut columns.trial()).is_ok()
        );
    }

    proptest! {
        #[test]
        fn any_bytes_are_answered(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
            fuzz_payload(&bytes);
        }

        #[test]
        fn whatever_looks_like_json_is_answered(text in r#"[{}\[\]",:a-z0-9.eE+\\-]{0,200}"#) {
            fuzz_payload(text.as_bytes());
            fuzz_payload(format!(r#"{{"n":{text},"l":[{text}]}}"#).as_bytes());
        }
    }
}
