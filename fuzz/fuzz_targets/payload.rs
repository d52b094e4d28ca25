//! Any bytes as the payload of a record that a dump task delivers.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| tidemill_dump::fuzz_payload(bytes));
