use super::*;
use crate::{Fraction, LabelType};
use proptest::prelude::*;
use serde_json::json;
use tidemill_vision::Rect;
use tidemill_vision::voc::{Document, Object, Point, Shape};

const FILE: &str = "<annotation><folder>in</folder><filename>x.jpg</filename>\
    <size><width>100</width><height>50</height><depth>1</depth></size><segmented>0</segmented>\
    <object><name>cat</name><pose>Left</pose><truncated>1</truncated><occluded>0</occluded><difficult>1</difficult>\
    <confidence>0.5</confidence><properties><fur>white</fur></properties>\
    <bndbox><xmin>1</xmin><ymin>2</ymin><xmax>30</xmax><ymax>40.5</ymax></bndbox></object>\
    <object><name>dog</name><circle><cx>5</cx><cy>6</cy><r>7</r></circle></object>\
    <object><name>nowhere</name></object></annotation>";

fn labels(document: &Document) -> Option<Vec<SampleLabel>> {
    labels_of(document, LabelType::ObjectDetection, "human")
}

#[test]
fn a_label_file_becomes_labels() {
    let document = Document::parse(FILE.as_bytes()).unwrap();
    let labels = labels(&document).unwrap();
    assert_eq!(labels.len(), 2);
    let cat = Value::Object(labels[0].property.clone());
    let expected = json!({
        "@modelarts:shape": "bndbox", "@modelarts:feature": [[1, 2], [30, 40.5]], "@modelarts:pose": "Left",
        "@modelarts:truncated": "1", "@modelarts:occluded": "0", "@modelarts:difficult": "1", "fur": "white",
    });
    assert_eq!(cat, expected);
    assert!(is_hard(&labels[0]) && !is_hard(&labels[1]));
    assert_eq!((labels[0].score, labels[1].score), (Fraction::new(0.5), None));
    assert_eq!(Value::Object(metadata_of(&document)), json!({"@modelarts:size": [100, 50, 1]}));
}

#[test]
fn a_shape_without_numbers_fails_the_file() {
    let file = FILE.replace("<xmin>1</xmin>", "<xmin>one</xmin>");
    assert_eq!(labels(&Document::parse(file.as_bytes()).unwrap()), None);
}

#[test]
fn numbers_have_to_fit_the_kind_of_shape() {
    for (shape, feature) in [
        ("bndbox", json!([[1, 2]])),
        ("circle", json!([[1, 2], [3, 4]])),
        ("point", json!([[1, 2], [3, 4]])),
        ("polygon", json!([])),
        ("polygon", json!([[1, "2"]])),
        ("star", json!([[1, 2]])),
    ] {
        let property = json!({SHAPE: shape, FEATURE: feature});
        assert_eq!(shape_of(property.as_object().unwrap()), None, "{property}");
    }
}

fn points() -> impl Strategy<Value = Vec<Point>> {
    let point = (0u16..4000, 0u16..4000).prop_map(|(x, y)| Point { x: x.into(), y: f64::from(y) / 2.0 });
    prop::collection::vec(point, 3..6)
}

fn shapes() -> impl Strategy<Value = Shape> {
    (0..7, points()).prop_map(|(kind, points)| match kind {
        0 => Shape::Box(Rect { xmin: points[0].x, ymin: points[0].y, xmax: points[1].x, ymax: points[1].y }),
        1 => Shape::Polygon(points),
        2 => Shape::Polyline(points),
        3 => Shape::Line([points[0], points[1]]),
        4 => Shape::Dashed([points[0], points[1]]),
        5 => Shape::Point(points[0]),
        _ => Shape::Circle { centre: points[0], radius: points[1].x },
    })
}

proptest! {
    /// Import, export, import.
    #[test]
    fn labels_survive_a_label_file(
        shape in shapes(),
        name in "[a-z<>&\"é]{1,8}",
        pose in prop::option::of("[A-Z]{1,4}"),
        difficult in prop::option::of(any::<bool>()),
        confidence in prop::option::of((0u32..=1000).prop_map(|n| f64::from(n) / 1000.0)),
        attribute in prop::option::of(("[a-z :]{1,5}[a-z]", "[a-z&]{1,5}")),
    ) {
        let mut object = Object::new(name, shape);
        (object.pose, object.difficult, object.confidence) = (pose, difficult, confidence);
        object.properties = attribute.into_iter().map(|(key, value)| (key.trim().to_owned(), value)).collect();
        let mut first = Document::new("x.jpg", tidemill_vision::voc::ImageSize { width: 5000, height: 5000 });
        first.objects = vec![object];
        let read = labels(&first).unwrap();
        let written = document_of("x.jpg", &metadata_of(&first), &read, true).write();
        let again = Document::parse(&written).unwrap();
        prop_assert_eq!(labels(&again).unwrap(), read);
        prop_assert_eq!(metadata_of(&again), metadata_of(&first));
    }
}
