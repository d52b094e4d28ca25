//! Label files of every shape, read and written.

use tidemill_vision::Rect;
use tidemill_vision::voc::{DEPTH_MAX, Document, ELEMENTS_MAX, ImageSize, Object, Point, Shape, VocError};

const FILE: &str = r#"<?xml version="1.0"?><!-- made by hand -->
<annotation verified="yes" xmlns:t="urn:t"><folder>VOC</folder><filename>1.jpg</filename><source><database>D</database></source>
<size><width>200</width><height>100</height><depth>1</depth><t:unit>px</t:unit></size><segmented>1</segmented><mask_source>m.png</mask_source>
<object id="7"><name> a&amp;b </name><pose>Left</pose><truncated>1</truncated><occluded>0</occluded><difficult>0</difficult>
 <confidence>0.875</confidence><hard-coefficient>0.5</hard-coefficient><mask_color>1,2,3</mask_color>
 <properties><colour>red</colour></properties><part><bndbox><xmin>1</xmin></bndbox></part>
 <bndbox><xmin>10</xmin><ymin>11.0</ymin><xmax>60</xmax><ymax>60</ymax></bndbox></object>
<object><name>p</name><truncated>Unspecified</truncated><properties><property><key>@modelarts:x</key><value>1</value></property></properties>
 <polygon><x1>1.5</x1><y1>2</y1><x2>3</x2><y2>4</y2><x3>5</x3><y3>0</y3></polygon></object>
<object><name>pl</name><polyline><x1>1</x1><y1>2</y1><x2>3</x2><y2>4</y2></polyline></object>
<object><name>l</name><line><x1>1</x1><y1>2</y1><x2>3</x2><y2>4</y2></line></object>
<object><name>d</name><dashed><x1>1</x1><y1>2</y1><x2>3</x2><y2>4</y2></dashed></object>
<object><name>q</name><point><x>7</x><y>8</y></point></object>
<object><name>q1</name><point><x1>7</x1><y1>8</y1></point></object>
<object><name>c</name><circle><cx>5</cx><cy>6</cy><r>2.25</r></circle></object>
<object><name>broken</name><bndbox><xmin>x</xmin></bndbox></object><object/>
</annotation>"#;

#[test]
fn every_field_and_shape_is_read() {
    let document = Document::parse(FILE.as_bytes()).unwrap();
    assert_eq!(document.size(), Some(ImageSize { width: 200, height: 100 }));
    assert_eq!((document.text("segmented"), document.text("mask_source")), (Some("1"), Some("m.png")));
    let first = &document.objects[0];
    assert_eq!((first.name.as_str(), first.pose.as_deref()), ("a&b", Some("Left")));
    assert_eq!((first.truncated, first.occluded, first.difficult), (Some(true), Some(false), Some(false)));
    assert_eq!((first.confidence, first.hard_coefficient), (Some(0.875), Some(0.5)));
    assert_eq!(first.mask_color.as_deref(), Some("1,2,3"));
    assert_eq!(first.properties, [("colour".to_owned(), "red".to_owned())]);
    assert_eq!(first.rect(), Some(Rect { xmin: 10.0, ymin: 11.0, xmax: 60.0, ymax: 60.0 }));
    assert!(first.whole && !document.objects[1].whole);
    assert_eq!(document.objects[1].truncated, None);
    assert_eq!(document.objects[1].properties, [("@modelarts:x".to_owned(), "1".to_owned())]);
    let at = |x, y| Point { x, y };
    let shapes = [
        Shape::Polygon(vec![at(1.5, 2.0), at(3.0, 4.0), at(5.0, 0.0)]),
        Shape::Polyline(vec![at(1.0, 2.0), at(3.0, 4.0)]),
        Shape::Line([at(1.0, 2.0), at(3.0, 4.0)]),
        Shape::Dashed([at(1.0, 2.0), at(3.0, 4.0)]),
        Shape::Point(at(7.0, 8.0)),
        Shape::Point(at(7.0, 8.0)),
        Shape::Circle { centre: at(5.0, 6.0), radius: 2.25 },
    ];
    for (object, shape) in document.objects[1..].iter().zip(shapes) {
        assert_eq!(object.shape, Some(shape));
    }
    assert!(matches!(document.objects[8].shape, Some(Shape::Unreadable(_))));
    assert_eq!((document.objects[9].name.as_str(), &document.objects[9].shape), ("", &None));
}

#[test]
fn nothing_is_lost_by_reading_and_writing() {
    let document = Document::parse(FILE.as_bytes()).unwrap();
    let written = document.write();
    assert_eq!(Document::parse(&written).unwrap(), document);
    let text = String::from_utf8(written).unwrap();
    let carried = [
        "verified=\"yes\"",
        "<database>D</database>",
        "<t:unit>px</t:unit>",
        "<object id=\"7\">",
        "<truncated>Unspecified</truncated>",
        "<xmin>x</xmin>",
        "a&amp;b",
        "<point>\n\t\t\t<x1>7</x1>",
    ];
    for carried in carried {
        assert!(text.contains(carried), "{carried} in {text}");
    }
}

#[test]
fn coordinates_are_whole_if_they_were() {
    let size = ImageSize { width: 100, height: 50 };
    let mut document = Document::new("x.jpg", size);
    let rect = Rect { xmin: 1.0, ymin: 2.0, xmax: 30.0, ymax: 40.0 };
    document.objects.push(Object::new("whole", Shape::Box(rect)));
    document.objects.push(Object::new("parts", Shape::Box(Rect { xmin: 1.25, ..rect })));
    let scaled = Rect { xmin: 2.5, ymin: -0.25, xmax: 99.6, ymax: 50.125 };
    document.objects.iter_mut().for_each(|object| object.set_rect(scaled));
    let written = Document::parse(&document.write()).unwrap();
    let rects: Vec<_> = written.objects.iter().map(|object| object.rect().unwrap()).collect();
    assert_eq!(rects[0], Rect { xmin: 3.0, ymin: 0.0, xmax: 100.0, ymax: 50.0 });
    assert_eq!(rects[1], Rect { xmin: 2.5, ymin: 0.0, xmax: 99.6, ymax: 50.0 });
}

#[test]
fn any_text_can_be_a_label() {
    let point = Shape::Point(Point { x: 1.0, y: 1.0 });
    let mut document = Document::new("<&\"'>.jpg", ImageSize { width: 5, height: 5 });
    for label in ["]]>", "a<b>&c;", "猫 \u{1f63a}", "tab\tand\nline"] {
        document.objects.push(Object::new(label, point.clone()));
    }
    document.objects.push(Object::new("no\u{1}control", point));
    let read = Document::parse(&document.write()).unwrap();
    assert_eq!(read.text("filename"), Some("<&\"'>.jpg"));
    let names: Vec<&str> = read.objects.iter().map(|object| object.name.as_str()).collect();
    assert_eq!(names, ["]]>", "a<b>&c;", "猫 \u{1f63a}", "tab\tand\nline", "no\u{fffd}control"]);
}

#[test]
fn hostile_files_are_refused() {
    let bomb = "<!DOCTYPE a [<!ENTITY a 'aaaa'><!ENTITY b '&a;&a;'>]><annotation>&b;</annotation>";
    assert_eq!(Document::parse(bomb.as_bytes()), Err(VocError::DocumentType));
    let external = "<!DOCTYPE a SYSTEM 'file:///etc/passwd'><annotation/>";
    assert_eq!(Document::parse(external.as_bytes()), Err(VocError::DocumentType));
    let nested =
        |depth: usize| format!("<annotation>{}{}</annotation>", "<a>".repeat(depth), "</a>".repeat(depth));
    assert_eq!(Document::parse(nested(DEPTH_MAX).as_bytes()), Err(VocError::TooDeep));
    assert!(Document::parse(nested(DEPTH_MAX - 1).as_bytes()).is_ok());
    assert_eq!(Document::parse("<annotation>".repeat(1_000_000).as_bytes()), Err(VocError::TooDeep));
    let many = format!("<annotation>{}</annotation>", "<a/>".repeat(ELEMENTS_MAX));
    assert_eq!(Document::parse(many.as_bytes()), Err(VocError::TooManyElements));
    for bad in [
        "",
        "text",
        "<a/>",
        "<annotation",
        "<annotation>",
        "<annotation>&x;</annotation>",
        "<annotation/>x",
        "<annotation/><annotation/>",
        "<annotation a='1' a='2'/>",
        "<annotation>&#0;</annotation>",
    ] {
        assert!(Document::parse(bad.as_bytes()).is_err(), "{bad}");
    }
}
