//! Metric 12: the share of each box that the union of the others covers.

use crate::Rect;

/// The scores of boxes with an area, in their order. O(b²) for b boxes, with memory for O(b).
///
/// The borders of all boxes cut the image into strips and each strip into cells; within a strip a box is covered
/// where a cell is under at least two boxes.
pub(super) fn overlaps(boxes: &[Rect]) -> Vec<f64> {
    let xs = borders(boxes.iter().flat_map(|rect| [rect.xmin, rect.xmax]));
    let ys = borders(boxes.iter().flat_map(|rect| [rect.ymin, rect.ymax]));
    let columns: Vec<(usize, usize)> =
        boxes.iter().map(|rect| (place(&xs, rect.xmin), place(&xs, rect.xmax))).collect();
    let mut covers = vec![0u32; xs.len()];
    let mut shared = vec![0.0; xs.len()];
    let mut covered = vec![0.0; boxes.len()];
    for strip in ys.windows(2) {
        for (rect, &(left, right)) in boxes.iter().zip(&columns) {
            if rect.ymax == strip[0] {
                covers[left..right].iter_mut().for_each(|count| *count -= 1);
            }
            if rect.ymin == strip[0] {
                covers[left..right].iter_mut().for_each(|count| *count += 1);
            }
        }
        add_up(&xs, &covers, &mut shared);
        for ((rect, &(left, right)), covered) in boxes.iter().zip(&columns).zip(&mut covered) {
            if rect.ymin <= strip[0] && rect.ymax >= strip[1] {
                *covered += (shared[right] - shared[left]) * (strip[1] - strip[0]);
            }
        }
    }
    boxes.iter().zip(covered).map(|(rect, covered)| (covered / rect.area()).clamp(0.0, 1.0)).collect()
}

/// The different values, in order.
fn borders(values: impl Iterator<Item = f64>) -> Vec<f64> {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values.dedup();
    values
}

fn place(borders: &[f64], value: f64) -> usize {
    borders.partition_point(|&border| border < value)
}

/// `shared[i]` becomes the width under at least two boxes left of border `i`.
fn add_up(xs: &[f64], covers: &[u32], shared: &mut [f64]) {
    let mut width = 0.0;
    for (index, cell) in xs.windows(2).enumerate() {
        shared[index] = width;
        if covers[index] >= 2 {
            width += cell[1] - cell[0];
        }
    }
    if let Some(last) = shared.last_mut() {
        *last = width;
    }
}
