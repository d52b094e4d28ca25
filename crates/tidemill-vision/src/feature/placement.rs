//! Metrics 8 and 11: how large the boxes of an image are, and where.

use super::BoxFeatures;
use crate::Rect;

/// Metric 8: the population deviation of the area ratios; 0 for one box or none.
pub(super) fn area_std(boxes: &[BoxFeatures]) -> f64 {
    let mut ratios: Vec<f64> = boxes.iter().map(|features| features.area_ratio).collect();
    // Sums in the order of size, so that the order of the boxes does not matter.
    ratios.sort_by(f64::total_cmp);
    let count = ratios.len().max(1) as f64;
    let mean = ratios.iter().sum::<f64>() / count;
    (ratios.iter().map(|ratio| (ratio - mean) * (ratio - mean)).sum::<f64>() / count).sqrt()
}

/// Metric 11: the distance of a box's centre from that of the image over the length of the ray through it.
pub(super) fn marginalization(rect: &Rect, width: f64, height: f64) -> f64 {
    let across = (rect.xmin + rect.xmax - width).abs() / width;
    let along = (rect.ymin + rect.ymax - height).abs() / height;
    across.max(along)
}
