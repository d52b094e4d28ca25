//! `annotations.json` in the COCO format.

use crate::sample::SampleLabel;
use crate::voc::shape_of;
use serde_json::{Value, json};
use std::collections::HashMap;
use tidemill_vision::voc::{Point, Shape};

/// What goes into the file, as it is found. Some 200 bytes an image and a box.
#[derive(Debug, Default)]
pub(super) struct Coco {
    images: Vec<u8>,
    image_count: u64,
    annotations: Vec<u8>,
    annotation_count: u64,
    categories: Vec<String>,
    numbers: HashMap<String, usize>,
}

impl Coco {
    /// Adds an image with its labels. Circles, lines and points have no place in COCO and are left out.
    pub(super) fn add(&mut self, file: &str, size: (u32, u32), labels: &[SampleLabel]) {
        self.image_count += 1;
        let image = self.image_count;
        push(&mut self.images, &json!({"id": image, "file_name": file, "width": size.0, "height": size.1}));
        for label in labels {
            let Some(outline) = shape_of(&label.property).and_then(|shape| outline(&shape)) else { continue };
            let category = self.category(&label.name);
            self.annotation_count += 1;
            let mut annotation = json!({
                "id": self.annotation_count, "image_id": image, "category_id": category, "iscrowd": 0,
                "bbox": outline.bbox, "area": outline.area, "segmentation": outline.segmentation,
            });
            if let Some(score) = label.score {
                annotation["score"] = json!(score.get());
            }
            push(&mut self.annotations, &annotation);
        }
    }

    fn category(&mut self, name: &str) -> usize {
        if let Some(number) = self.numbers.get(name) {
            return *number;
        }
        self.categories.push(name.to_owned());
        self.numbers.insert(name.to_owned(), self.categories.len());
        self.categories.len()
    }

    /// The file.
    pub(super) fn finish(self) -> Vec<u8> {
        let numbered = self.categories.iter().zip(1u64..);
        let categories: Vec<Value> = numbered.map(|(name, id)| json!({"id": id, "name": name})).collect();
        let categories = Value::Array(categories).to_string();
        let parts: [&[u8]; 7] = [
            b"{\"images\":[",
            &self.images,
            b"],\"annotations\":[",
            &self.annotations,
            b"],\"categories\":",
            categories.as_bytes(),
            b"}\n",
        ];
        parts.concat()
    }
}

fn push(list: &mut Vec<u8>, value: &Value) {
    if !list.is_empty() {
        list.extend_from_slice(b",\n");
    }
    list.extend_from_slice(value.to_string().as_bytes());
}

/// A shape as COCO has it.
struct Outline {
    bbox: [f64; 4],
    area: f64,
    segmentation: Vec<Vec<f64>>,
}

fn outline(shape: &Shape) -> Option<Outline> {
    match shape {
        Shape::Box(r) => Some(Outline {
            bbox: [r.xmin, r.ymin, r.width(), r.height()],
            area: r.area(),
            segmentation: vec![],
        }),
        Shape::Polygon(points) => polygon(points),
        _ => None,
    }
}

fn polygon(points: &[Point]) -> Option<Outline> {
    let bound = |of: fn(&Point) -> f64, pick: fn(f64, f64) -> f64| points.iter().map(of).reduce(pick);
    let (xmin, xmax) = (bound(|p| p.x, f64::min)?, bound(|p| p.x, f64::max)?);
    let (ymin, ymax) = (bound(|p| p.y, f64::min)?, bound(|p| p.y, f64::max)?);
    let next = points.iter().cycle().skip(1);
    let twice: f64 = points.iter().zip(next).map(|(a, b)| a.x * b.y - b.x * a.y).sum();
    Some(Outline {
        bbox: [xmin, ymin, xmax - xmin, ymax - ymin],
        area: twice.abs() / 2.0,
        segmentation: vec![points.iter().flat_map(|p| [p.x, p.y]).collect()],
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::LabelType;
    use crate::voc::{FEATURE, SHAPE};

    fn label(name: &str, shape: &str, feature: Value) -> SampleLabel {
        let mut label = SampleLabel::named(name, LabelType::ObjectDetection, "human");
        label.property.insert(SHAPE.to_owned(), json!(shape));
        label.property.insert(FEATURE.to_owned(), feature);
        label
    }

    #[test]
    fn boxes_and_polygons_are_written_with_their_categories() {
        let mut coco = Coco::default();
        let cat = label("cat", "bndbox", json!([[1, 2], [11, 22]]));
        let dog = label("dog", "polygon", json!([[0, 0], [4, 0], [4, 3]]));
        coco.add("a.jpg", (30, 40), &[cat.clone(), dog]);
        coco.add("b.jpg", (5, 6), &[cat, label("cat", "point", json!([[1, 1]]))]);
        let file: Value = serde_json::from_slice(&coco.finish()).unwrap();
        assert_eq!(file["images"][1], json!({"id": 2, "file_name": "b.jpg", "width": 5, "height": 6}));
        assert_eq!(file["categories"], json!([{"id": 1, "name": "cat"}, {"id": 2, "name": "dog"}]));
        let boxes: Vec<&Value> = file["annotations"].as_array().unwrap().iter().map(|a| &a["bbox"]).collect();
        assert_eq!(
            boxes,
            [&json!([1.0, 2.0, 10.0, 20.0]), &json!([0.0, 0.0, 4.0, 3.0]), &json!([1.0, 2.0, 10.0, 20.0])]
        );
        assert_eq!(
            (&file["annotations"][1]["area"], &file["annotations"][2]["image_id"]),
            (&json!(6.0), &json!(2))
        );
    }

    #[test]
    fn an_empty_export_is_still_a_file() {
        let file: Value = serde_json::from_slice(&Coco::default().finish()).unwrap();
        assert_eq!(file, json!({"images": [], "annotations": [], "categories": []}));
    }
}
