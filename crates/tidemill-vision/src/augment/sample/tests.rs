use serde_json::{Value as Json, json};

use super::super::find;
use super::*;

const LABELS: &str = "<annotation><filename>1.jpg</filename><size><width>1</width></size><source>kept</source>\
    <object><name>cat</name><pose>Left</pose><truncated>0</truncated>\
    <bndbox><xmin>0</xmin><ymin>0</ymin><xmax>20</xmax><ymax>20</ymax></bndbox></object>\
    <object><name>dog</name><bndbox><xmin>40</xmin><ymin>10</ymin><xmax>60</xmax><ymax>30</ymax></bndbox></object>\
    </annotation>";
const POLYGON: &str = "<annotation><object><name>sea</name><polygon><x1>1</x1><y1>1</y1><x2>9</x2><y2>1</y2>\
    <x3>9</x3><y3>9</y3></polygon></object></annotation>";

fn image(format: ImageFormat) -> Vec<u8> {
    let bytes = (0..100 * 80 * 3).map(|i| (i / 7 % 251) as u8).collect();
    encode(&Pixels::new(100, 80, bytes).unwrap(), format).unwrap()
}

fn run(operator: &str, parameters: Json, bytes: &[u8], name: &str, labels: &str) -> Result<Product, Discard> {
    let augmentation = find(operator).unwrap().parse(parameters.as_object().unwrap()).unwrap();
    let labels = (!labels.is_empty()).then(|| Document::parse(labels.as_bytes()).unwrap());
    let key = SampleKey::of_bytes(name, bytes);
    let input = Input { bytes, name, labels: labels.as_ref(), key };
    augment_sample(&augmentation, &input, &TaskSeed::of_task("task"), 1, &DecodeLimits::default())
}

fn rects(product: &Product) -> Vec<(String, Option<bool>, Rect)> {
    let objects = &product.labels.as_ref().unwrap().objects;
    objects.iter().map(|object| (object.name.clone(), object.truncated, object.rect().unwrap())).collect()
}

#[test]
fn a_product_keeps_name_format_and_everything_else_in_its_label_file() {
    let padding = json!({"px_top": 1, "px_right": 2, "px_bottom": 3, "px_left": 4});
    let product = run("Padding", padding, &image(ImageFormat::Png), "1.png", LABELS).unwrap();
    assert_eq!((product.name.as_str(), product.size), ("1.png", (106, 84)));
    assert_eq!(ImageFormat::sniff(&product.bytes), Some(ImageFormat::Png));
    let labels = product.labels.as_ref().unwrap();
    assert_eq!(labels.size(), Some(ImageSize { width: 106, height: 84 }));
    assert_eq!((labels.text("filename"), labels.text("source")), (Some("1.png"), Some("kept")));
    assert_eq!(labels.objects[0].pose.as_deref(), Some("Left"));
    let expected = [
        ("cat".to_owned(), Some(false), Rect { xmin: 4.0, ymin: 1.0, xmax: 24.0, ymax: 21.0 }),
        ("dog".to_owned(), None, Rect { xmin: 44.0, ymin: 11.0, xmax: 64.0, ymax: 31.0 }),
    ];
    assert_eq!(rects(&product), expected);
}

#[test]
fn a_clipped_object_is_truncated_and_a_dropped_one_is_gone() {
    let labels = Document::parse(LABELS.as_bytes()).unwrap();
    let shifted = |dx: i32| {
        let drawn = json!({"operator": "Translate", "dx": dx, "dy": 0});
        carry(&labels, &serde_json::from_value(drawn).unwrap(), 100, 80)
    };
    let clipped = shifted(-10).unwrap();
    assert_eq!((clipped.objects.len(), clipped.objects[0].truncated), (2, Some(true)));
    assert_eq!(shifted(-11).unwrap().objects.len(), 1);
    assert_eq!(shifted(-90).unwrap_err().code(), "no_box_left");
}

#[test]
fn an_image_whose_boxes_leave_is_discarded() {
    let error =
        run("Rotate", json!({"angle_min": 45, "angle_max": 45}), &image(ImageFormat::Jpeg), "1.jpg", LABELS);
    let error = error.unwrap_err();
    assert_eq!(
        (error.code(), error.to_string().as_str()),
        ("box_leaves_image", "the box of cat would leave the image")
    );
}

#[test]
fn shapes_that_are_no_boxes_stop_geometric_operators_only() {
    let bytes = image(ImageFormat::Bmp);
    let error = run("Flip", json!({}), &bytes, "1.bmp", POLYGON).unwrap_err();
    assert_eq!(error.code(), "unsupported_shape");
    let product = run("Grayscale", json!({}), &bytes, "1.bmp", POLYGON).unwrap();
    let before = Document::parse(POLYGON.as_bytes()).unwrap();
    assert_eq!(product.labels.unwrap().objects, before.objects);
}

#[test]
fn images_without_labels_and_broken_images() {
    let product = run("Rotate", json!({}), &image(ImageFormat::Jpeg), "a.b.JPG", "").unwrap();
    assert_eq!((product.name.as_str(), product.labels.is_none()), ("a.b.JPG", true));
    assert_eq!(run("Blur", json!({}), b"no image", "1.jpg", "").unwrap_err().code(), "undecodable");
}

#[test]
fn several_copies_are_numbered_and_differ() {
    let augmentation = find("Rotate").unwrap().parse(json!({"copies": "2"}).as_object().unwrap()).unwrap();
    let bytes = image(ImageFormat::Jpeg);
    let input =
        Input { bytes: &bytes, name: "x.jpg", labels: None, key: SampleKey::of_bytes("x.jpg", &bytes) };
    let copy = |number| {
        let seed = TaskSeed::of_task("task");
        augment_sample(&augmentation, &input, &seed, number, &DecodeLimits::default()).unwrap()
    };
    assert_eq!((copy(1).name.as_str(), copy(2).name.as_str()), ("x_1.jpg", "x_2.jpg"));
    assert_ne!(copy(1).bytes, copy(2).bytes);
    assert_eq!(copy(2).bytes, copy(2).bytes);
    assert_eq!(product_name(&augmentation, ".gif", false, 1), ".gif_1.jpg");
}
