//! Sound files that were cut or altered: an error or the same picture, never a crash.

use image::ImageFormat as Writer;
use proptest::prelude::*;
use tidemill_vision::voc::Document;
use tidemill_vision::{DecodeLimits, decode, dimensions};

use super::support::{dynamic, file, jpeg, picture};

const LIMITS: DecodeLimits = DecodeLimits { pixels_max: 1_000_000 };

/// One small file of each kind.
fn files() -> Vec<(&'static str, Vec<u8>)> {
    let pixels = picture(19, 13);
    let image = dynamic(&pixels);
    vec![
        ("jpeg", jpeg(&pixels, |_| {})),
        ("progressive jpeg", jpeg(&pixels, |encoder| encoder.set_progressive(true))),
        ("png", file(&image, Writer::Png)),
        ("bmp", file(&image, Writer::Bmp)),
        ("gif", file(&image, Writer::Gif)),
        ("webp", file(&image, Writer::WebP)),
        ("tiff", file(&image, Writer::Tiff)),
    ]
}

#[test]
fn a_cut_file_is_an_error_or_the_whole_picture() {
    for (kind, bytes) in files() {
        let whole = decode(&bytes, &LIMITS).unwrap().pixels;
        for length in 0..bytes.len() {
            let read = decode(&bytes[..length], &LIMITS);
            let marked = kind.ends_with("jpeg") || kind == "png";
            assert!(!marked || read.is_err(), "{kind} cut to {length} of {}", bytes.len());
            assert!(read.is_err() || read.is_ok_and(|read| read.pixels == whole), "{kind} cut to {length}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn altered_files_never_crash(
        kind in 0..7usize,
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
        inserted in prop::collection::vec(any::<u8>(), 0..9),
    ) {
        let mut bytes = files()[kind].1.clone();
        for (at, value) in &changes {
            let at = at.index(bytes.len());
            bytes[at] ^= value;
        }
        let at = changes[0].0.index(bytes.len());
        bytes.splice(at..at, inserted);
        let size = dimensions(&bytes, &LIMITS);
        if let Ok(read) = decode(&bytes, &LIMITS) {
            let size = size.expect("what can be decoded has a size");
            prop_assert_eq!((size.width, size.height), (read.pixels.width(), read.pixels.height()));
        }
    }

    #[test]
    fn any_bytes_with_a_sound_beginning_never_crash(kind in 0..7usize, kept in 2..60usize, rest in any::<Vec<u8>>()) {
        let bytes = files()[kind].1[..kept].iter().copied().chain(rest).collect::<Vec<u8>>();
        let _ = decode(&bytes, &LIMITS);
    }

    #[test]
    fn labels_that_can_be_read_are_written_the_same_again(
        parts in prop::collection::vec(
            prop::sample::select(vec![
                "<object>", "</object>", "<name>", "</name>", "<bndbox>", "</bndbox>", "<xmin>", "</xmin>", "<ymin>",
                "</ymin>", "<xmax>", "</xmax>", "<ymax>", "</ymax>", "12", "7.25", "-1", "&amp;", "&#13;", "<![CDATA[<]]>",
                "<size>", "</size>", "<width>", "</width>", "<height>", "</height>", "<a:b c='&lt;&#10;'/>", "<properties>",
                "</properties>", "<polygon><x1>1</x1><y1>2</y1></polygon>", " ", "x", "<point><x>1</x><y>2</y></point>",
            ]),
            0..40,
        ),
    ) {
        let text = format!("<annotation>{}</annotation>", parts.concat());
        if let Ok(document) = Document::parse(text.as_bytes()) {
            let written = document.write();
            let again = Document::parse(&written).expect("what was written can be read").write();
            prop_assert_eq!(String::from_utf8(again), String::from_utf8(written));
        }
    }
}
