//! Any bytes as a compressed body.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| tidemill_http::dis::compression::fuzz_compressed_body(bytes));
