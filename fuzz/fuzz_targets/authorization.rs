//! Any bytes as an Authorization header.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| tidemill_iam::fuzz_authorization(bytes));
