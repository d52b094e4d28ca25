//! Any bytes as a group of the journal.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| tidemill_log::disk::fuzz_frame_decoder(bytes));
