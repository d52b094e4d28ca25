use serde_json::{Value as Json, json};

use super::*;

const LABELS: &str = "<annotation><filename>1.jpg</filename><size><width>1</width></size><source>kept</source>\
    <object><name>cat</name><pose>Left</pose><truncated>0</truncated>\
    <bndbox><xmin>0</xmin><ymin>0</ymin><xmax>20</xmax><ymax>20</ymax></bndbox></object>\
    <object><name>dog</name><bndbox><xmin>40</xmin><ymin>10</ymin><xmax>60</xmax><ymax>30</ymax></bndbox></object>\
    </annotation>";
const POLYGON: &str = "<annotation><object><name>sea</name><polygon><x1>1</x1><y1>1</y1><x2>9</x2><y2>1</y2>\
    <x3>9</x3><y3>9</y3></polygon></object></annotation>";

fn document(text: &str) -> Document {
    Document::parse(text.as_bytes()).unwrap()
}

/// What an operator with its drawn values makes of a picture of 100 x 80 and its label file.
fn run(drawn: Json, labels: &str) -> Result<(Pixels, Document), Discard> {
    let drawn: Drawn = serde_json::from_value(drawn).unwrap();
    let (product, labels) = drawn.augment(Pixels::black(100, 80), Some(document(labels)))?;
    Ok((product, labels.unwrap()))
}

fn rects(labels: &Document) -> Vec<(String, Option<bool>, Rect)> {
    let objects = &labels.objects;
    objects.iter().map(|object| (object.name.clone(), object.truncated, object.rect().unwrap())).collect()
}

#[test]
fn everything_but_the_size_and_the_boxes_stays_in_a_label_file() {
    let padding = json!({"operator": "Padding", "top": 1, "right": 2, "bottom": 3, "left": 4});
    let (product, labels) = run(padding, LABELS).unwrap();
    assert_eq!((product.width(), product.height()), (106, 84));
    assert_eq!(labels.size(), Some(ImageSize { width: 106, height: 84 }));
    assert_eq!((labels.text("filename"), labels.text("source")), (Some("1.jpg"), Some("kept")));
    assert_eq!(labels.objects[0].pose.as_deref(), Some("Left"));
    let expected = [
        ("cat".to_owned(), Some(false), Rect { xmin: 4.0, ymin: 1.0, xmax: 24.0, ymax: 21.0 }),
        ("dog".to_owned(), None, Rect { xmin: 44.0, ymin: 11.0, xmax: 64.0, ymax: 31.0 }),
    ];
    assert_eq!(rects(&labels), expected);
}

#[test]
fn a_clipped_object_is_truncated_and_a_dropped_one_is_gone() {
    let shifted = |dx: i32| run(json!({"operator": "Translate", "dx": dx, "dy": 0}), LABELS);
    let clipped = shifted(-10).unwrap().1;
    assert_eq!((clipped.objects.len(), clipped.objects[0].truncated), (2, Some(true)));
    assert_eq!(shifted(-11).unwrap().1.objects.len(), 1);
    assert_eq!(shifted(-90).unwrap_err(), Discard::NoBoxLeft);
}

#[test]
fn an_image_whose_boxes_leave_is_discarded() {
    let error = run(json!({"operator": "Rotate", "angle": 45.0}), LABELS).unwrap_err();
    assert_eq!(
        (error.code(), error.to_string().as_str()),
        ("box_leaves_image", "the box of cat would leave the image")
    );
}

#[test]
fn shapes_that_are_no_boxes_stop_geometric_operators_only() {
    let error = run(json!({"operator": "Flip", "flipped": "X"}), POLYGON).unwrap_err();
    assert_eq!(error.code(), "unsupported_shape");
    assert_eq!(
        error.to_string(),
        "the label sea is a polygon, and an operator that moves pixels carries only boxes along"
    );
    let (_, labels) = run(json!({"operator": "Grayscale"}), POLYGON).unwrap();
    assert_eq!(labels.objects, document(POLYGON).objects);
}
