//! Any bytes as a manifest.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| tidemill_dataset::manifest::fuzz_manifest(bytes));
