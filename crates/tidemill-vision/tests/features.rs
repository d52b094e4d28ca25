//! Metrics and hashes on real images, against other libraries' results, and properties that hold on any image.
//!
//! `golden/features.json` was made with OpenCV, numpy and ImageHash; its box metrics by counting pixels.

#![allow(clippy::unwrap_used, clippy::expect_used)] // A test may stop at what it did not expect.

use std::path::PathBuf;

use proptest::prelude::*;
use serde::Deserialize;
use tidemill_vision::feature::{self, BoxFeatures, Features, ImageFeatures, Metric};
use tidemill_vision::hash::Hashes;
use tidemill_vision::{Pixels, Rect};

#[derive(Deserialize)]
struct Golden {
    tolerance: Tolerances,
    images: Vec<GoldenImage>,
}

#[derive(Deserialize)]
struct Tolerances {
    lossless: Tolerance,
}

#[derive(Deserialize)]
struct Tolerance {
    brightness: f64,
    saturation: f64,
    blur_score_rel: f64,
    colorfulness_rel: f64,
}

#[derive(Deserialize)]
struct GoldenImage {
    id: String,
    package: String,
    member: String,
    metrics: GoldenMetrics,
    hashes: GoldenHashes,
    detection: Option<Detection>,
}

#[derive(Deserialize)]
struct GoldenMetrics {
    resolution: f64,
    aspect_ratio: f64,
    brightness: f64,
    saturation: f64,
    blur_score: f64,
    colorfulness: f64,
}

#[derive(Deserialize)]
struct GoldenHashes {
    phash64: String,
    dhash64: String,
    dhash256: String,
}

#[derive(Deserialize)]
struct Detection {
    bbox_number: usize,
    bbox_area_std: f64,
    boxes: Vec<GoldenBox>,
}

#[derive(Deserialize)]
struct GoldenBox {
    #[serde(rename = "box")]
    corners: [f64; 4],
    aspect_ratio: f64,
    area_ratio: f64,
    marginalization: f64,
    overlap: f64,
    brightness: f64,
    blur_score: f64,
}

fn golden() -> Golden {
    serde_json::from_str(include_str!("golden/features.json")).unwrap()
}

fn picture(image: &GoldenImage) -> Pixels {
    let folder = std::env::var_os("TIDEMILL_TEST_IMAGES")
        .expect("TIDEMILL_TEST_IMAGES has to name the folder of the test images: see tests/images/README.md");
    let name = image.member.rsplit('/').next().unwrap();
    let file = std::fs::read(PathBuf::from(folder).join("packages").join(&image.package).join(name)).unwrap();
    tidemill_vision::decode(&file, &Default::default()).unwrap().pixels
}

fn near(what: &str, found: f64, expected: f64, tolerance: f64) {
    assert!((found - expected).abs() <= tolerance, "{what}: {found} instead of {expected}");
}

/// The golden values have seven digits.
fn same(what: &str, found: f64, expected: f64) {
    near(what, found, expected, 1e-6 * expected.abs());
}

#[test]
fn metrics_of_images_are_those_of_other_libraries() {
    let golden = golden();
    for image in &golden.images {
        let (found, _) = feature::image_features(&picture(image));
        let (expected, id) = (&image.metrics, &image.id);
        // JPEG files too: the same library decoded them.
        let allowed = &golden.tolerance.lossless;
        assert_eq!(found.resolution, expected.resolution, "{id}");
        same(id, found.aspect_ratio, expected.aspect_ratio);
        near(id, found.brightness, expected.brightness, allowed.brightness);
        near(id, found.saturation, expected.saturation, allowed.saturation);
        near(id, found.blur_score, expected.blur_score, allowed.blur_score_rel * expected.blur_score);
        near(id, found.colorfulness, expected.colorfulness, allowed.colorfulness_rel * expected.colorfulness);
    }
}

#[test]
fn metrics_of_boxes_are_those_of_counted_pixels() {
    let labelled: Vec<_> = golden().images.into_iter().filter(|image| image.detection.is_some()).collect();
    assert_eq!(labelled.len(), 3);
    for image in labelled {
        let expected = image.detection.as_ref().unwrap();
        let rects: Vec<Rect> = expected.boxes.iter().map(|found| rect(found.corners)).collect();
        let pixels = picture(&image);
        let (of_image, _) = feature::image_features(&pixels);
        let boxes = feature::box_features(&pixels, &rects);
        assert_eq!(boxes.len(), expected.bbox_number);
        for (found, expected) in boxes.iter().zip(&expected.boxes) {
            same("aspect ratio", found.aspect_ratio, expected.aspect_ratio);
            same("area ratio", found.area_ratio, expected.area_ratio);
            near("marginalization", found.marginalization, expected.marginalization, 1e-6);
            near("overlap", found.overlap, expected.overlap, 1e-6);
            near("brightness", found.brightness, expected.brightness, 1e-4);
            same("blur score", found.blur_score, expected.blur_score);
        }
        let features = Features { image: of_image, boxes };
        let mut column = Vec::new();
        features.extend(Metric::BoxAreaStd, &mut column);
        features.extend(Metric::BoxNumber, &mut column);
        same("deviation of areas", column[0], expected.bbox_area_std);
        assert_eq!(column[1], expected.bbox_number as f64);
    }
}

#[test]
fn hashes_are_those_of_imagehash() {
    for image in golden().images {
        let (_, blocks) = feature::image_features(&picture(&image));
        let found = Hashes::of(&blocks);
        let word = |text: &str| u64::from_str_radix(text, 16).unwrap();
        let large =
            image.hashes.dhash256.as_bytes().chunks(16).map(|part| word(std::str::from_utf8(part).unwrap()));
        let expected = Hashes {
            dhash: word(&image.hashes.dhash64),
            phash: word(&image.hashes.phash64),
            dhash256: large.collect::<Vec<_>>().try_into().unwrap(),
        };
        let distances = [
            (found.dhash ^ expected.dhash).count_ones(),
            (found.phash ^ expected.phash).count_ones(),
            found.distance256(&expected),
        ];
        println!("{}: {distances:?}", image.id);
        assert!(distances[..2].iter().all(|&bits| bits <= 2), "{}: {distances:?}", image.id);
        assert!(distances[2] <= 8, "{}: {distances:?}", image.id);
    }
}

fn rect([xmin, ymin, xmax, ymax]: [f64; 4]) -> Rect {
    Rect { xmin, ymin, xmax, ymax }
}

fn pixels(width: u32, height: u32) -> impl Strategy<Value = Pixels> {
    let bytes = (width * height * 3) as usize;
    prop::collection::vec(any::<u8>(), bytes).prop_map(move |rgb| Pixels::new(width, height, rgb).unwrap())
}

fn any_pixels() -> impl Strategy<Value = Pixels> {
    (1u32..40, 1u32..40).prop_flat_map(|(width, height)| pixels(width, height))
}

fn boxes_in(width: u32, height: u32) -> impl Strategy<Value = Vec<Rect>> {
    let (width, height) = (f64::from(width), f64::from(height));
    let one = (-0.3..1.3, -0.3..1.3, -0.3..1.3, -0.3..1.3, any::<bool>());
    let to_rect = move |(x0, y0, x1, y1, whole): (f64, f64, f64, f64, bool)| {
        let sides = [x0 * width, y0 * height, x1 * width, y1 * height];
        rect(if whole { sides.map(f64::round) } else { sides })
    };
    prop::collection::vec(one.prop_map(to_rect), 0..12)
}

fn any_labelled() -> impl Strategy<Value = (Pixels, Vec<Rect>)> {
    (2u32..40, 2u32..40).prop_flat_map(|(width, height)| (pixels(width, height), boxes_in(width, height)))
}

/// The definitions, pixel by pixel in floats.
fn by_definition(picture: &Pixels) -> ImageFeatures {
    let (width, height) = (picture.width() as i64, picture.height() as i64);
    let (mut grey, mut saturation, mut rg, mut yb) = (vec![], vec![], vec![], vec![]);
    for pixel in picture.rgb().chunks_exact(3) {
        let [red, green, blue] = [pixel[0], pixel[1], pixel[2]].map(f64::from);
        grey.push(((9798.0 * red + 19235.0 * green + 3735.0 * blue + 16384.0) / 32768.0).floor());
        let (max, min) = (red.max(green).max(blue), red.min(green).min(blue));
        saturation.push(if max > 0.0 { (max - min) / max } else { 0.0 });
        rg.push(red - green);
        yb.push((red + green) / 2.0 - blue);
    }
    let mirror = |index: i64, length: i64| match index {
        -1 => 1.min(length - 1),
        index if index == length => (length - 2).max(0),
        index => index,
    };
    let at = |x: i64, y: i64| grey[(mirror(y, height) * width + mirror(x, width)) as usize];
    let laplacian = |x, y| at(x - 1, y) + at(x + 1, y) + at(x, y - 1) + at(x, y + 1) - 4.0 * at(x, y);
    let laplacians: Vec<f64> =
        (0..height).flat_map(|y| (0..width).map(move |x| (x, y))).map(|(x, y)| laplacian(x, y)).collect();
    let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
    let variance = |values: &[f64]| {
        let centre = mean(values);
        mean(&values.iter().map(|value| (value - centre).powi(2)).collect::<Vec<_>>())
    };
    ImageFeatures {
        resolution: (width * height) as f64,
        aspect_ratio: height as f64 / width as f64,
        brightness: mean(&grey),
        saturation: mean(&saturation),
        blur_score: variance(&laplacians),
        colorfulness: (variance(&rg) + variance(&yb)).sqrt() + 0.3 * mean(&rg).hypot(mean(&yb)),
    }
}

fn crop(picture: &Pixels, rect: &Rect) -> Pixels {
    let (left, top) = (rect.xmin.floor() as usize, rect.ymin.floor() as usize);
    let (right, bottom) = (rect.xmax.ceil() as usize, rect.ymax.ceil() as usize);
    let rows = (top..bottom).flat_map(|y| picture.row(y as u32)[left * 3..right * 3].to_vec());
    Pixels::new((right - left) as u32, (bottom - top) as u32, rows.collect()).unwrap()
}

fn assert_same_image(found: &ImageFeatures, expected: &ImageFeatures) {
    assert_eq!((found.resolution, found.aspect_ratio), (expected.resolution, expected.aspect_ratio));
    near("brightness", found.brightness, expected.brightness, 1e-9);
    near("saturation", found.saturation, expected.saturation, 1e-5);
    near("blur score", found.blur_score, expected.blur_score, 1e-6);
    near("colorfulness", found.colorfulness, expected.colorfulness, 1e-9);
}

/// The covered share of each box with whole corners, by counting pixels.
fn counted_overlaps(boxes: &[Rect]) -> Vec<f64> {
    let inside =
        |rect: &Rect, x: f64, y: f64| rect.xmin <= x && x < rect.xmax && rect.ymin <= y && y < rect.ymax;
    let covered = |index: usize, rect: &Rect| {
        let (mut all, mut shared) = (0.0, 0.0);
        for y in rect.ymin as u32..rect.ymax as u32 {
            for x in rect.xmin as u32..rect.xmax as u32 {
                let (x, y) = (f64::from(x), f64::from(y));
                all += 1.0;
                let under_another = |(other, rect): (usize, &Rect)| other != index && inside(rect, x, y);
                shared += f64::from(u8::from(boxes.iter().enumerate().any(under_another)));
            }
        }
        shared / all
    };
    boxes.iter().enumerate().map(|(index, rect)| covered(index, rect)).collect()
}

fn sorted(mut boxes: Vec<BoxFeatures>) -> Vec<BoxFeatures> {
    boxes.sort_by(|a, b| format!("{a:?}").cmp(&format!("{b:?}")));
    boxes
}

proptest! {
    #[test]
    fn metrics_of_any_image_are_the_definitions(picture in any_pixels()) {
        let (found, blocks) = feature::image_features(&picture);
        assert_same_image(&found, &by_definition(&picture));
        Hashes::of(&blocks);
    }

    #[test]
    fn a_box_has_the_metrics_of_its_crop((picture, rects) in any_labelled()) {
        let kept = feature::countable(&rects, picture.width().into(), picture.height().into());
        let boxes = feature::box_features(&picture, &rects);
        prop_assert_eq!(boxes.len(), kept.len());
        for (found, rect) in boxes.iter().zip(&kept) {
            let (expected, _) = feature::image_features(&crop(&picture, rect));
            prop_assert_eq!((found.brightness, found.blur_score), (expected.brightness, expected.blur_score));
            prop_assert!((0.0..=1.0).contains(&found.marginalization) && (0.0..=1.0).contains(&found.overlap));
        }
    }

    #[test]
    fn overlap_is_what_counting_pixels_says((picture, rects) in any_labelled()) {
        let rects: Vec<Rect> = rects.iter().map(|r| rect([r.xmin, r.ymin, r.xmax, r.ymax].map(f64::round))).collect();
        let kept = feature::countable(&rects, picture.width().into(), picture.height().into());
        for (found, expected) in feature::box_features(&picture, &rects).iter().zip(counted_overlaps(&kept)) {
            near("overlap", found.overlap, expected, 1e-12);
        }
    }

    #[test]
    fn the_order_of_boxes_does_not_matter((picture, mut rects) in any_labelled(), by in 0usize..12) {
        let before = feature::box_features(&picture, &rects);
        if !rects.is_empty() {
            let by = by % rects.len();
            rects.rotate_left(by);
        }
        rects.reverse();
        prop_assert_eq!(sorted(before), sorted(feature::box_features(&picture, &rects)));
    }

    #[test]
    fn sums_do_not_depend_on_the_order_of_pixels(picture in any_pixels(), by in 0usize..1000) {
        let mut turned: Vec<[u8; 3]> = picture.rgb().chunks_exact(3).map(|p| [p[0], p[1], p[2]]).collect();
        let by = by % turned.len();
        turned.rotate_left(by);
        let turned = Pixels::new(picture.width(), picture.height(), turned.concat()).unwrap();
        let ((found, _), (same, _)) = (feature::image_features(&turned), feature::image_features(&picture));
        prop_assert_eq!(
            (found.brightness, found.saturation, found.colorfulness),
            (same.brightness, same.saturation, same.colorfulness)
        );
    }
}

#[test]
fn the_widest_rows_do_not_overflow() {
    for rgb in [[255u8, 0, 0], [0, 0, 255], [255, 255, 0]] {
        let width = 70_000;
        let stripes = (0..2 * width)
            .flat_map(|index| if (index + index / width) % 2 == 0 { rgb } else { [0, 255, 255] });
        let picture = Pixels::new(width as u32, 2, stripes.collect()).unwrap();
        let (found, blocks) = feature::image_features(&picture);
        assert_same_image(&found, &by_definition(&picture));
        Hashes::of(&blocks);
    }
}

#[test]
fn the_thinnest_pictures_have_hashes() {
    for (width, height) in [(3_000_000, 1), (1, 3_000_000)] {
        let rising = (0..3_000_000).flat_map(|index| [(index / 12_000) as u8; 3]).collect();
        let (_, blocks) = feature::image_features(&Pixels::new(width, height, rising).unwrap());
        let along = if width > 1 { u64::MAX } else { 0 };
        assert_eq!(Hashes::of(&blocks).dhash, along);
    }
}

#[test]
fn boxes_that_say_nothing_do_not_count() {
    let kept = feature::countable(
        &[
            rect([f64::NAN, 0.0, 5.0, 5.0]),
            rect([0.0, 0.0, f64::INFINITY, 5.0]),
            rect([5.0, 5.0, 0.0, 0.0]),
            rect([0.0, 0.0, 1.0, 9.0]),
            rect([-6.0, 0.0, 5.0, 5.0]),
            rect([-5.0, 0.0, 5.0, 5.0]),
        ],
        10.0,
        10.0,
    );
    assert_eq!(kept, [rect([0.0, 0.0, 5.0, 5.0])]);
}
