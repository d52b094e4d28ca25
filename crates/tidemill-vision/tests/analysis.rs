//! The result of a feature analysis: its documented shape, and that it does not depend on how the samples came.

#![allow(clippy::unwrap_used)] // A test may stop at what it did not expect.

use proptest::prelude::*;
use serde_json::{Value, json};
use tidemill_vision::analysis::{Columns, TaskType, UsageGroup, report};
use tidemill_vision::feature::{BoxFeatures, Features, ImageFeatures, Metric};

fn features(brightness: f64, boxes: usize) -> Features {
    let image = ImageFeatures {
        resolution: 640.0 * 480.0,
        aspect_ratio: 0.75,
        brightness,
        saturation: 0.5,
        blur_score: 0.0,
        colorfulness: 20.0,
    };
    let of_box = |index: usize| BoxFeatures {
        aspect_ratio: 1.0 + index as f64,
        area_ratio: 0.1,
        marginalization: 0.2,
        overlap: 0.0,
        brightness: 100.0,
        blur_score: 30.0,
    };
    Features { image, boxes: (0..boxes).map(of_box).collect() }
}

fn columns(task_type: TaskType, samples: &[(&str, Option<UsageGroup>, f64, usize)]) -> Columns {
    let mut columns = Columns::new(task_type.metrics());
    for &(id, group, brightness, boxes) in samples {
        columns.push(id, group, &features(brightness, boxes));
    }
    columns
}

fn json_of(columns: &Columns, task_type: TaskType, is_normed: bool) -> Value {
    serde_json::to_value(report(columns, task_type, is_normed)).unwrap()
}

#[test]
fn the_result_has_its_documented_shape() {
    let samples = [
        ("a", Some(UsageGroup::Train), 3.1, 2),
        ("b", None, 220.4, 0),
        ("c", Some(UsageGroup::Train), 101.0, 1),
    ];
    let found = json_of(&columns(TaskType::ObjectDetection, &samples), TaskType::ObjectDetection, false);
    assert_eq!(found["task_type"], "object_detection");
    assert_eq!(
        (&found["is_normed"], &found["usage"]["eval"], &found["usage"]["inference"]),
        (&json!(false), &json!({}), &json!({}))
    );
    let all = &found["usage"]["all"];
    assert_eq!((&all["image_count"], &all["box_count"]), (&json!(3), &json!(3)));
    assert_eq!(all["metrics"].as_object().unwrap().len(), 14);
    let brightness = &all["metrics"]["brightness"];
    assert_eq!(
        (&brightness["unit"], &brightness["count"], &brightness["min"], &brightness["max"]),
        (&json!("image"), &json!(3), &json!(3.1), &json!(220.4))
    );
    assert_eq!(
        (&brightness["quantiles"]["50"], &brightness["low_confidence"]),
        (&json!(101.0), &json!(true))
    );
    assert_eq!(brightness["bins"].as_array().unwrap().len(), 51);
    assert_eq!(brightness["counts"].as_array().unwrap().len(), 50);
    assert_eq!((&brightness["counts"][0], &brightness["counts"][43]), (&json!(1), &json!(1)));
    let ratios = &all["metrics"]["bbox_aspect_ratio"];
    assert_eq!((&ratios["unit"], &ratios["count"]), (&json!("box"), &json!(3)));
    let train = &found["usage"]["train"];
    assert_eq!((&train["image_count"], &train["metrics"]["bbox_num"]["max"]), (&json!(2), &json!(2.0)));
}

#[test]
fn normed_counts_are_shares_and_classification_has_six_metrics() {
    let samples = [("a", None, 3.0, 0), ("b", None, 3.0, 0), ("c", None, 250.0, 0), ("d", None, 100.0, 0)];
    let found =
        json_of(&columns(TaskType::ImageClassification, &samples), TaskType::ImageClassification, true);
    let all = &found["usage"]["all"];
    assert_eq!(all.get("box_count"), None);
    assert_eq!(all["metrics"].as_object().unwrap().len(), 6);
    assert_eq!(all["metrics"]["brightness"]["counts"][0], 0.5);
}

#[test]
fn what_is_far_away_is_listed_with_its_sample() {
    let ids: Vec<String> = (0..1200).map(|index| format!("{index:04}")).collect();
    let brightness =
        |index: usize| if index < 150 { 200.0 + index as f64 / 10.0 } else { 100.0 + (index % 7) as f64 };
    let samples: Vec<_> =
        ids.iter().enumerate().map(|(index, id)| (id.as_str(), None, brightness(index), 0)).collect();
    let found =
        json_of(&columns(TaskType::ImageClassification, &samples), TaskType::ImageClassification, false);
    let metric = &found["usage"]["all"]["metrics"]["brightness"];
    assert_eq!((&metric["low_confidence"], &metric["outliers"]["count"]), (&json!(false), &json!(150)));
    let listed = metric["outliers"]["farthest"].as_array().unwrap();
    assert_eq!((listed.len(), &listed[0]), (100, &json!({"sample_id": "0149", "value": 214.9})));
}

#[test]
fn the_metrics_of_an_op_list() {
    let all = TaskType::ObjectDetection;
    let chosen = all.chosen(&["bbox_num", "brightness"]).unwrap();
    assert_eq!(chosen, [Metric::Brightness, Metric::BoxNumber]);
    assert_eq!(all.chosen::<&str>(&[]).unwrap().len(), 14);
    let refused = TaskType::ImageClassification.chosen(&["bbox_num"]).unwrap_err().to_string();
    assert!(refused.contains("bbox_num") && refused.contains("colorfulness"), "{refused}");
    let found = json_of(&Columns::new(&chosen), all, false);
    assert_eq!(found["usage"], json!({"all": {}, "train": {}, "eval": {}, "inference": {}}));
}

fn any_samples() -> impl Strategy<Value = Vec<(String, Option<UsageGroup>, f64, usize)>> {
    let group = prop_oneof![
        Just(None),
        Just(Some(UsageGroup::Train)),
        Just(Some(UsageGroup::Eval)),
        Just(Some(UsageGroup::Inference))
    ];
    let samples = prop::collection::vec((group, 0.0..255.0, 0usize..4), 0..60);
    samples.prop_map(|samples| {
        samples
            .into_iter()
            .enumerate()
            .map(|(id, (group, value, boxes))| (id.to_string(), group, value, boxes))
            .collect()
    })
}

proptest! {
    #[test]
    fn parts_and_order_do_not_matter(samples in any_samples(), cut in 0usize..60, reversed: bool) {
        let of = |samples: &[(String, Option<UsageGroup>, f64, usize)]| {
            let samples: Vec<_> = samples.iter().map(|(id, group, value, boxes)| (id.as_str(), *group, *value, *boxes)).collect();
            columns(TaskType::ObjectDetection, &samples)
        };
        let whole = report(&of(&samples), TaskType::ObjectDetection, false);
        let mut turned = samples.clone();
        if reversed {
            turned.reverse();
        }
        let cut = cut.min(turned.len());
        let mut parts = of(&turned[..cut]);
        parts.append(of(&turned[cut..]));
        prop_assert_eq!(parts.len(), samples.len());
        prop_assert_eq!(report(&parts, TaskType::ObjectDetection, false), whole);
    }
}
