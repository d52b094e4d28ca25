//! Any bytes as an image file.
#![no_main]

use tidemill_vision::{DecodeLimits, decode, dimensions};

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let limits = DecodeLimits { pixels_max: 4_000_000 };
    if let Ok(read) = decode(bytes, &limits) {
        let size = dimensions(bytes, &limits).expect("what can be decoded has a size");
        assert_eq!((size.width, size.height), (read.pixels.width(), read.pixels.height()));
    }
});
