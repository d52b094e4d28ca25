//! Any bytes as a label file: what can be read is written, and written the same again.
#![no_main]

use tidemill_vision::voc::Document;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    if let Ok(document) = Document::parse(bytes) {
        let written = document.write();
        let again = Document::parse(&written).expect("what was written can be read").write();
        assert_eq!(String::from_utf8(again), String::from_utf8(written));
    }
});
