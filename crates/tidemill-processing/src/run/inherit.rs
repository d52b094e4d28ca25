//! What the product of a sample keeps of what its dataset said of the sample.

use tidemill_dataset::LabelType;
use tidemill_dataset::sample::{NewSample, SampleLabel};
use tidemill_dataset::voc::{self, FEATURE, SHAPE};
use tidemill_vision::voc::{Document, ImageSize};

/// Pixels by which the sides of one box may differ after rounding.
const ROUNDING: f64 = 1.0;

/// The labels and the properties of a sample whose label file became another one; `None`: it has none any more.
/// Labels that are not in label files stay, and boxes keep what a label file does not hold: who made them, how sure
/// that was, their ids.
pub(super) fn relabel(sample: &mut NewSample, document: Option<&Document>, by: &str) {
    let before = std::mem::take(&mut sample.labels);
    let (boxes, others): (Vec<_>, Vec<_>) = before.into_iter().partition(is_shape);
    sample.labels = others;
    let Some(document) = document else { return };
    let old_size = voc::size_of(&sample.metadata);
    let scale = old_size.zip(document.size()).map_or((1.0, 1.0), |(old, new)| scale(old, new));
    let after = voc::labels_of(document, LabelType::ObjectDetection, by).unwrap_or_default();
    sample.labels.extend(matched(boxes, after, scale));
    sample.metadata.extend(voc::metadata_of(document));
}

fn is_shape(label: &SampleLabel) -> bool {
    matches!(label.kind, LabelType::ObjectDetection | LabelType::ImageSegmentation)
}

fn scale(old: ImageSize, new: ImageSize) -> (f64, f64) {
    (f64::from(new.width) / f64::from(old.width), f64::from(new.height) / f64::from(old.height))
}

/// The boxes of the new label file, each with what else was known of the box it was made of. Boxes go, but those
/// that stay keep their order.
fn matched(before: Vec<SampleLabel>, after: Vec<SampleLabel>, scale: (f64, f64)) -> Vec<SampleLabel> {
    let mut before: Vec<Option<SampleLabel>> = before.into_iter().map(Some).collect();
    let mut first = 0;
    let heir = |new: SampleLabel| {
        let Some(at) = origin_of(&new, &before, first, scale) else { return new };
        while before.get(first).is_some_and(|old| first == at || old.is_none()) {
            first += 1;
        }
        let Some(old) = before.get_mut(at).and_then(Option::take) else { return new };
        let mut property = old.property;
        property.extend(new.property.into_iter().filter(|(key, _)| [SHAPE, FEATURE].contains(&key.as_str())));
        SampleLabel { property, ..old }
    };
    after.into_iter().map(heir).collect()
}

/// Which of the old boxes a new one was made of: the nearest one of its name.
fn origin_of(
    new: &SampleLabel,
    before: &[Option<SampleLabel>],
    first: usize,
    scale: (f64, f64),
) -> Option<usize> {
    let coordinates = coordinates(new, (1.0, 1.0));
    let mut nearest: Option<(usize, f64)> = None;
    for (at, old) in before.iter().enumerate().skip(first) {
        let Some(old) = old.as_ref().filter(|old| old.name == new.name) else { continue };
        let distance = distance(&coordinates, &self::coordinates(old, scale));
        if nearest.is_none_or(|(_, least)| distance < least) {
            nearest = Some((at, distance));
        }
        if distance <= ROUNDING {
            break;
        }
    }
    nearest.map(|(at, _)| at)
}

/// The coordinates of a shape: x and y in turn.
fn coordinates(label: &SampleLabel, scale: (f64, f64)) -> Vec<f64> {
    let points = label.property.get(FEATURE).and_then(|feature| feature.as_array());
    let numbers = points.into_iter().flatten().filter_map(|point| point.as_array()).flatten();
    let scaled = |(n, number): (usize, f64)| number * if n % 2 == 0 { scale.0 } else { scale.1 };
    numbers.filter_map(|number| number.as_f64()).enumerate().map(scaled).collect()
}

/// The greatest difference of two coordinates.
fn distance(one: &[f64], other: &[f64]) -> f64 {
    if one.len() != other.len() {
        return f64::INFINITY;
    }
    one.iter().zip(other).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;
    use tidemill_bucket::Location;
    use tidemill_dataset::SampleType;

    fn labeled(name: &str, x: f64, by: &str) -> SampleLabel {
        let mut label = SampleLabel::named(name, LabelType::ObjectDetection, by);
        label.property.insert(SHAPE.to_owned(), json!("bndbox"));
        label.property.insert(FEATURE.to_owned(), json!([[x, 10.0], [x + 20.0, 30.0]]));
        label.property.insert("colour".to_owned(), json!(by));
        label
    }

    #[test]
    fn boxes_keep_who_made_them_wherever_they_went_and_other_labels_stay() {
        let place = Location::parse("/b/x.jpg").unwrap();
        let mut sample = NewSample::object(place, SampleType::Image, 1, "e", 0);
        sample.metadata.insert(voc::SIZE.to_owned(), json!([200, 100, 3]));
        sample.metadata.insert("camera".to_owned(), json!("left"));
        let name = SampleLabel::named("street", LabelType::ImageClassification, "d");
        sample.labels =
            vec![labeled("cat", 0.0, "a"), labeled("cat", 50.0, "b"), labeled("dog", 0.0, "c"), name];
        // Half the size; the first cat is gone.
        let halved: Vec<_> = sample.labels[1..3]
            .iter()
            .cloned()
            .map(|mut label| {
                let x = label.property[FEATURE][0][0].as_f64().unwrap() / 2.0;
                label.property.insert(FEATURE.to_owned(), json!([[x, 5.0], [x + 10.0, 15.0]]));
                label
            })
            .collect();
        let metadata = json!({"@modelarts:size": [100, 50, 3]});
        let document = voc::document_of("x.jpg", metadata.as_object().unwrap(), &halved, false);

        relabel(&mut sample, Some(&document), "run");
        let shown = |label: &SampleLabel| {
            let x = label.property.get(FEATURE).map(|feature| feature[0][0].as_f64().unwrap());
            (label.name.clone(), label.annotated_by.clone(), x)
        };
        let expected = [("street", "d", None), ("cat", "b", Some(25.0)), ("dog", "c", Some(0.0))];
        let expected: Vec<_> = expected.map(|(n, by, x)| (n.to_owned(), by.to_owned(), x)).into();
        assert_eq!(sample.labels.iter().map(shown).collect::<Vec<_>>(), expected);
        assert_eq!(sample.labels[1].property["colour"], "b");
        assert_eq!(
            (&sample.metadata["camera"], &sample.metadata[voc::SIZE]),
            (&json!("left"), &json!([100, 50, 3]))
        );

        relabel(&mut sample, None, "run");
        assert_eq!(sample.labels.len(), 1, "a label file that is gone takes its boxes along");
    }
}
