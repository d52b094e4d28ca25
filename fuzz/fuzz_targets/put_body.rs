//! Any bytes as the body of a put.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| tidemill_http::dis::put_body::fuzz_put_body(bytes));
