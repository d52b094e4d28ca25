//! Any bytes as the files of a YOLO directory.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| tidemill_dataset::fuzz_yolo(bytes));
