//! Any bytes as a table or as labeled text.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| tidemill_dataset::fuzz_csv(bytes));
