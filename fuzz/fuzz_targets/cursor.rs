//! Any bytes as a cursor.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| tidemill_stream::fuzz_cursor(bytes));
