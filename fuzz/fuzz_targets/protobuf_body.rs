//! Any bytes as the body of a put in protobuf.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| tidemill_http::dis::protobuf::fuzz_put_body(bytes));
