//! Samples through MetaValidation.

use image::{DynamicImage, ImageFormat as Writer};
use tidemill_vision::validation::{Caps, Outcome, Product, Reason, Sample, Verdict, validate};
use tidemill_vision::voc::{Document, ImageSize};
use tidemill_vision::{DecodeLimits, ImageFormat, Orientation, Rect, decode};

use super::support::{dynamic, file, jpeg, mean_difference, picture};

fn judged(name: &str, image: &[u8], labels: Option<&str>, caps: &Caps) -> Outcome {
    let sample = Sample { name, image, labels: labels.map(str::as_bytes) };
    validate(&sample, caps, &DecodeLimits::default())
}

fn codes(outcome: &Outcome) -> Vec<&'static str> {
    outcome.reasons.iter().map(Reason::code).collect()
}

fn product(outcome: &Outcome) -> &Product {
    match &outcome.verdict {
        Verdict::Modified(product) => product,
        other => panic!("{other:?}, {:?}", outcome.reasons),
    }
}

fn labels(width: u32, height: u32, sides: [f64; 4]) -> String {
    let [xmin, ymin, xmax, ymax] = sides;
    format!(
        "<annotation><filename>x.jpg</filename><size><width>{width}</width><height>{height}</height></size>\
         <object><name>cat</name><bndbox><xmin>{xmin}</xmin><ymin>{ymin}</ymin><xmax>{xmax}</xmax><ymax>{ymax}</ymax>\
         </bndbox></object></annotation>"
    )
}

fn boxes(product: &Product) -> (Document, Rect) {
    let document = Document::parse(&product.labels.as_ref().unwrap().1).unwrap();
    let rect = document.objects[0].rect().unwrap();
    (document, rect)
}

/// A JPEG file that is to be turned clockwise by a quarter.
fn turned_jpeg(width: u32, height: u32) -> Vec<u8> {
    let exif = [b'I', b'I', 42, 0, 8, 0, 0, 0, 1, 0, 0x12, 1, 3, 0, 1, 0, 0, 0, 6, 0, 0, 0, 0, 0, 0, 0];
    jpeg(&picture(width, height), |encoder| encoder.add_exif_metadata(&exif).unwrap())
}

#[test]
fn a_sound_sample_stays_as_it_is() {
    let image = jpeg(&picture(40, 30), |_| {});
    let outcome = judged("a/1.JPG", &image, Some(&labels(40, 30, [1.0, 1.0, 20.0, 20.0])), &Caps::default());
    assert_eq!((&outcome.verdict, codes(&outcome).len()), (&Verdict::Unmodified, 0));
    assert_eq!(outcome.pixels.unwrap().width(), 40);
    assert_eq!(outcome.document.unwrap().objects.len(), 1);
    let png = file(&dynamic(&picture(4, 4)), Writer::Png);
    let caps = Caps { width_max: Some(4), height_max: Some(4) };
    assert_eq!(judged("1.png", &png, None, &caps).verdict, Verdict::Unmodified);
}

#[test]
fn what_gives_no_pixels_is_dropped() {
    let whole = jpeg(&picture(40, 30), |_| {});
    let mut without_end = whole.clone();
    without_end.truncate(whole.len() - 2);
    for bytes in [&b""[..], b"hello", &whole[..100], &without_end] {
        let outcome = judged("1.jpg", bytes, Some("<annotation/>"), &Caps::default());
        assert_eq!((&outcome.verdict, codes(&outcome)), (&Verdict::Dropped, vec!["undecodable"]));
        assert!(outcome.pixels.is_none());
    }
}

#[test]
fn other_pixels_become_rgb_in_the_same_format() {
    let grey = DynamicImage::ImageLuma8(dynamic(&picture(20, 10)).to_luma8());
    for (name, writer, format) in
        [("g.png", Writer::Png, ImageFormat::Png), ("g.bmp", Writer::Bmp, ImageFormat::Bmp)]
    {
        let outcome = judged(name, &file(&grey, writer), None, &Caps::default());
        let product = product(&outcome);
        assert_eq!(codes(&outcome), ["converted_to_rgb"]);
        assert_eq!(product.name, name.replace("g.", "g_checked."));
        let read = decode(product.image.as_ref().unwrap(), &DecodeLimits::default()).unwrap();
        assert_eq!((read.format, read.was_rgb8), (format, true));
        assert!(read.pixels == outcome.pixels.unwrap());
    }
}

#[test]
fn other_formats_become_jpeg() {
    for writer in [Writer::Gif, Writer::WebP, Writer::Tiff] {
        let bytes = file(&dynamic(&picture(20, 10)), writer);
        let outcome = judged("d/a.b.png", &bytes, None, &Caps::default());
        let product = product(&outcome);
        assert_eq!(product.name, "d/a.b_checked.jpg");
        assert!(codes(&outcome).contains(&"reencoded") && !codes(&outcome).contains(&"extension_corrected"));
        let read = decode(product.image.as_ref().unwrap(), &DecodeLimits::default()).unwrap();
        assert_eq!(read.format, ImageFormat::Jpeg);
        assert!(mean_difference(&read.pixels, outcome.pixels.as_ref().unwrap()) < 3.0);
    }
}

#[test]
fn a_wrong_extension_is_corrected_and_the_bytes_stay() {
    let png = file(&dynamic(&picture(20, 10)), Writer::Png);
    let outcome = judged("1.jpg", &png, Some(&labels(20, 10, [1.0, 1.0, 9.0, 9.0])), &Caps::default());
    let product = product(&outcome);
    assert_eq!(codes(&outcome), ["extension_corrected"]);
    assert_eq!((product.name.as_str(), &product.image), ("1_checked.png", &None));
    assert_eq!(product.labels.as_ref().unwrap().0, "1_checked.xml");
    assert_eq!(boxes(product).0.text("filename"), Some("1_checked.png"));
}

#[test]
fn large_images_are_scaled_with_their_boxes() {
    let image = file(&dynamic(&picture(100, 50)), Writer::Png);
    let caps = Caps { width_max: Some(33), height_max: None };
    let outcome = judged("1.png", &image, Some(&labels(100, 50, [10.0, 10.0, 60.0, 40.0])), &caps);
    let product = product(&outcome);
    assert_eq!(codes(&outcome), ["scaled_down", "scaled"]);
    let size = ImageSize { width: 33, height: 17 };
    let (document, rect) = boxes(product);
    assert_eq!(document.size(), Some(size));
    assert_eq!(rect, Rect { xmin: 3.0, ymin: 3.0, xmax: 20.0, ymax: 14.0 });
    let read = decode(product.image.as_ref().unwrap(), &DecodeLimits::default()).unwrap();
    assert_eq!((read.pixels.width(), read.pixels.height()), (33, 17));
    let again = judged(&product.name, product.image.as_ref().unwrap(), None, &caps);
    assert_eq!(again.verdict, Verdict::Unmodified, "a product is sound");
}

#[test]
fn labels_alone_can_change_a_sample() {
    let image = jpeg(&picture(40, 30), |_| {});
    let outside = labels(99, 30, [-5.0, 1.0, 20.0, 20.0]);
    let outcome = judged("1.jpg", &image, Some(&outside), &Caps::default());
    let product = product(&outcome);
    assert_eq!(codes(&outcome), ["clipped", "size_fixed"]);
    assert_eq!((product.name.as_str(), &product.image), ("1_checked.jpg", &None));
    assert_eq!(boxes(product).1.xmin, 0.0);
    assert_eq!(boxes(product).0.size(), Some(ImageSize { width: 40, height: 30 }));
}

#[test]
fn labels_of_no_use_leave_the_image() {
    let image = jpeg(&picture(40, 30), |_| {});
    let far = labels(40, 30, [50.0, 1.0, 60.0, 20.0]);
    for (text, expected) in [
        ("<annotation>", vec!["unparsable"]),
        ("<annotation/>", vec!["no_object"]),
        ("<annotation><object><name>a</name></object></annotation>", vec!["no_bndbox"]),
        (far.as_str(), vec!["mostly_outside", "no_object_left"]),
    ] {
        let outcome = judged("1.jpg", &image, Some(text), &Caps::default());
        assert_eq!(codes(&outcome), expected);
        let product = product(&outcome);
        assert_eq!((product.name.as_str(), &product.image, &product.labels), ("1_checked.jpg", &None, &None));
        assert!(outcome.document.is_none());
    }
}

#[test]
fn a_nameless_object_is_removed() {
    let image = jpeg(&picture(40, 30), |_| {});
    let one = labels(40, 30, [1.0, 1.0, 20.0, 20.0]);
    let object = &one[one.find("<object>").unwrap()..one.find("</annotation>").unwrap()];
    let text = one.replace(object, &format!("{object}{}", object.replace("cat", " ")));
    let outcome = judged("1.jpg", &image, Some(&text), &Caps::default());
    assert_eq!(codes(&outcome), ["bad_name"]);
    assert_eq!(boxes(product(&outcome)).0.objects.len(), 1);
}

#[test]
fn an_image_is_turned_only_if_it_is_written_anew() {
    let image = turned_jpeg(40, 20);
    assert_eq!(judged("1.jpg", &image, None, &Caps::default()).verdict, Verdict::Unmodified);
    let caps = Caps { width_max: Some(15), height_max: None };
    let outcome = judged("1.jpg", &image, None, &caps);
    assert_eq!(codes(&outcome), ["scaled_down", "turned"]);
    let read = decode(product(&outcome).image.as_ref().unwrap(), &DecodeLimits::default()).unwrap();
    assert_eq!((read.pixels.width(), read.pixels.height(), read.orientation), (15, 30, Orientation::Upright));
}

#[test]
fn boxes_decide_whether_an_image_may_be_turned() {
    let image = turned_jpeg(40, 20);
    let caps = Caps { width_max: None, height_max: Some(10) };
    let drawn_turned = judged("1.jpg", &image, Some(&labels(20, 40, [0.0, 0.0, 20.0, 40.0])), &caps);
    let (document, rect) = boxes(product(&drawn_turned));
    assert_eq!(document.size(), Some(ImageSize { width: 5, height: 10 }));
    assert_eq!((rect.xmax, rect.ymax), (5.0, 10.0));
    let drawn_stored = judged("1.jpg", &image, Some(&labels(40, 20, [0.0, 0.0, 40.0, 20.0])), &caps);
    assert!(!codes(&drawn_stored).contains(&"turned"));
    let (document, _) = boxes(product(&drawn_stored));
    assert_eq!(document.size(), Some(ImageSize { width: 20, height: 10 }));
    let read = decode(product(&drawn_stored).image.as_ref().unwrap(), &DecodeLimits::default()).unwrap();
    assert_eq!((read.pixels.width(), read.orientation), (20, Orientation::Rotate90), "the mark stays");
}

#[test]
fn every_reason_has_words_in_both_languages() {
    let image = file(&dynamic(&picture(20, 10)), Writer::Gif);
    let caps = Caps { width_max: Some(10), height_max: None };
    let outcome = judged("1.gif", &image, Some(&labels(20, 10, [-1.0, 0.0, 9.0, 9.0])), &caps);
    assert!(outcome.reasons.len() >= 4);
    for reason in outcome.reasons.iter().chain([&Reason::Orphan]) {
        assert!(reason.english().is_ascii() && !reason.chinese().is_ascii(), "{reason:?}");
    }
}
