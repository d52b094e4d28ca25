//! What can be asked for in a feature analysis.

#![allow(clippy::unwrap_used)] // A test may stop at what it did not expect.

use tidemill_vision::analysis::TaskType;
use tidemill_vision::feature::Metric;

#[test]
fn the_metrics_of_an_op_list() {
    let all = TaskType::ObjectDetection;
    let chosen = all.chosen(&["bbox_num", "brightness"]).unwrap();
    assert_eq!(chosen, [Metric::Brightness, Metric::BoxNumber]);
    assert_eq!(all.chosen::<&str>(&[]).unwrap().len(), 14);
    let refused = TaskType::ImageClassification.chosen(&["bbox_num"]).unwrap_err().to_string();
    assert!(refused.contains("bbox_num") && refused.contains("colorfulness"), "{refused}");
}
