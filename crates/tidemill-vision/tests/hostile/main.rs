//! Files made to do harm: none crashes, hangs or takes more memory than a sound image of the largest size tried here.
//!
//! A test binary of its own, because memory is measured for the whole process.

#![allow(clippy::unwrap_used)] // a test that cannot go on has failed

mod gif_webp;
mod jpeg;
mod labels;
mod other;
mod png;
mod tiff_bmp;

use std::time::{Duration, Instant};

use tidemill_vision::validation::{Caps, Sample, Verdict, validate};
use tidemill_vision::{DecodeLimits, Pixels, dimensions};

/// A file and what it tries.
type File = (&'static str, Vec<u8>);

const TIME_MAX: Duration = Duration::from_secs(120);
const MEMORY_KIB_MAX: u64 = 700 * 1024;

#[test]
fn hostile_files_are_dropped_within_bounds() {
    let files: Vec<File> =
        [jpeg::files(), png::files(), gif_webp::files(), tiff_bmp::files(), other::files()].concat();
    assert!(files.len() >= 60, "{} files", files.len());
    for (what, bytes) in &files {
        let (verdict, codes) = judged(what, bytes, None);
        assert!(verdict == Verdict::Dropped && codes == ["undecodable"], "{what}: {codes:?}");
    }
    for (what, bytes) in [jpeg::odd(), png::odd(), gif_webp::odd()].concat() {
        let _ = judged(what, &bytes, None);
    }
    let sound = jpeg::sound();
    for (what, labels) in labels::files() {
        let (verdict, codes) = judged(what, &sound, Some(&labels));
        assert!(matches!(verdict, Verdict::Modified(product) if product.labels.is_none()), "{what}");
        assert_eq!(codes, ["unparsable"], "{what}");
    }
    for (what, labels) in labels::odd() {
        let _ = judged(what, &sound, Some(&labels));
    }
    let peak = peak_kib();
    assert!(peak < MEMORY_KIB_MAX, "{peak} KiB");
}

fn judged(what: &str, image: &[u8], labels: Option<&[u8]>) -> (Verdict, Vec<&'static str>) {
    let started = Instant::now();
    let _ = dimensions(image, &DecodeLimits::default());
    let sample = Sample { name: "1.jpg", image, labels };
    let caps = Caps { width_max: None, height_max: None };
    let outcome = validate(&sample, &caps, &DecodeLimits::default());
    assert!(started.elapsed() < TIME_MAX, "{what} took {:?}", started.elapsed());
    (outcome.verdict, outcome.reasons.iter().map(|reason| reason.code()).collect())
}

/// The most memory the process ever had.
fn peak_kib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

/// A picture to make files of.
fn picture(width: u32, height: u32) -> Pixels {
    let rgb = (0..width * height * 3).map(|at| (at * 7 % 251) as u8).collect();
    Pixels::new(width, height, rgb).unwrap()
}

/// The bytes with another part from `at` on.
fn patched(bytes: &[u8], at: usize, part: &[u8]) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    bytes[at..at + part.len()].copy_from_slice(part);
    bytes
}
