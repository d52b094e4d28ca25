//! The body of the fuzz target.

use super::entry::Entry;
use super::read::{Reader, read_entry};
use super::write::write_entry;
use bytes::Bytes;
use futures::executor::block_on;
use serde_json::{Map, Value};
use tidemill_bucket::{Location, Scheme};

/// Reads any bytes as a manifest; what is read is written and read again, which must not change it.
pub fn fuzz_manifest(bytes: &[u8]) {
    let base = Location { bucket: "b".into(), key: "m/".into() };
    let chunks: Vec<_> = bytes.chunks(7).map(|c| Ok::<_, ()>(Bytes::copy_from_slice(c))).collect();
    let mut reader = Reader::new(futures::stream::iter(chunks), base.clone());
    while let Ok(Some(line)) = block_on(reader.next()) {
        let Ok(entry) = line.entry else { continue };
        for scheme in [Scheme::Slash, Scheme::Obs, Scheme::S3] {
            let mut written = Vec::new();
            write_entry(&entry, scheme, &mut written);
            let again = read_entry(&written, &base).map(without_numbers);
            assert_eq!(again, Ok(without_numbers(entry.clone())), "not written as it was read");
        }
    }
}

/// The last digit of a number of 17 digits may change from one reading to the next.
fn without_numbers(mut entry: Entry) -> Entry {
    let keys_only = |map: Map<String, Value>| map.into_iter().map(|(key, _)| (key, Value::Null)).collect();
    entry.property = keys_only(entry.property);
    entry.hard_coefficient = None;
    for annotation in &mut entry.annotations {
        annotation.property = keys_only(std::mem::take(&mut annotation.property));
        annotation.hard_coefficient = None;
        annotation.confidence = None;
    }
    entry
}
