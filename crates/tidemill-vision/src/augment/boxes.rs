//! Boxes through an operator.

use super::step::Step;
use crate::rounding::nearest;
use crate::{Rect, Visible};

/// What becomes of a box.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Fate {
    /// It is here now.
    Kept {
        /// The box in the product, already rounded.
        rect: Rect,
        /// Whether a part of it was cut off.
        clipped: bool,
    },
    /// More than half of it is outside.
    MostlyOutside,
    /// A side is shorter than [`Rect::SIDE_MIN`].
    TooThin,
    /// Nine tenths of it or more are painted over.
    Erased,
    /// It leaves the image, and with it the whole image is discarded.
    Discards,
}

/// What becomes of the boxes of an image.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Placement {
    /// One fate for each box, in their order; an image without boxes has none.
    Boxes(Vec<Fate>),
    /// The image is not emitted: a box left it, or it had boxes and none is left. The fates tell why.
    Discarded(Vec<Fate>),
}

impl From<Visible> for Fate {
    fn from(visible: Visible) -> Self {
        match visible {
            Visible::Whole(rect) => Self::Kept { rect, clipped: false },
            Visible::Clipped(rect) => Self::Kept { rect, clipped: true },
            Visible::MostlyOutside => Self::MostlyOutside,
            Visible::TooThin => Self::TooThin,
        }
    }
}

impl Fate {
    /// A box that is inside for certain, but may have become too thin.
    pub(super) fn unless_thin(rect: Rect) -> Self {
        if rect.is_too_thin() { Self::TooThin } else { Self::Kept { rect, clipped: false } }
    }

    fn is_kept(&self) -> bool {
        matches!(self, Self::Kept { .. })
    }
}

/// What becomes of `boxes` in an image of `width` by `height`.
pub(super) fn place(step: &dyn Step, boxes: &[Rect], width: u32, height: u32) -> Placement {
    let size = step.size(width, height);
    let fates: Vec<Fate> =
        boxes.iter().map(|rect| rounded(step.place(*rect, width, height), rect, size)).collect();
    let all_gone = !fates.is_empty() && !fates.iter().any(Fate::is_kept);
    if all_gone || fates.contains(&Fate::Discards) {
        Placement::Discarded(fates)
    } else {
        Placement::Boxes(fates)
    }
}

/// A whole-numbered box stays one; others have at most three decimals.
fn rounded(fate: Fate, before: &Rect, (width, height): (u64, u64)) -> Fate {
    let Fate::Kept { rect, clipped } = fate else { return fate };
    if rect == *before {
        return fate;
    }
    let digits = if corners(before).iter().all(|number| number.fract() == 0.0) { 1.0 } else { 1000.0 };
    let [xmin, ymin, xmax, ymax] = corners(&rect).map(|number| nearest(number * digits) / digits);
    let rect = Rect { xmin, ymin, xmax, ymax }.clipped(width as f64, height as f64);
    Fate::Kept { rect, clipped }
}

fn corners(rect: &Rect) -> [f64; 4] {
    [rect.xmin, rect.ymin, rect.xmax, rect.ymax]
}

/// The smallest box around the corners of `rect`, each moved by `map`.
pub(super) fn hull(rect: &Rect, map: impl Fn(f64, f64) -> (f64, f64)) -> Rect {
    let first = map(rect.xmin, rect.ymin);
    let mut hull = Rect { xmin: first.0, ymin: first.1, xmax: first.0, ymax: first.1 };
    for (x, y) in [(rect.xmax, rect.ymin), (rect.xmin, rect.ymax), (rect.xmax, rect.ymax)] {
        let (x, y) = map(x, y);
        hull.xmin = hull.xmin.min(x);
        hull.ymin = hull.ymin.min(y);
        hull.xmax = hull.xmax.max(x);
        hull.ymax = hull.ymax.max(y);
    }
    hull
}

impl Rect {
    /// The same box elsewhere.
    pub(crate) fn shifted(&self, right: f64, down: f64) -> Self {
        Self {
            xmin: self.xmin + right,
            ymin: self.ymin + down,
            xmax: self.xmax + right,
            ymax: self.ymax + down,
        }
    }

    /// The box in an image that was stretched.
    pub(crate) fn stretched(&self, x: f64, y: f64) -> Self {
        Self { xmin: self.xmin * x, ymin: self.ymin * y, xmax: self.xmax * x, ymax: self.ymax * y }
    }
}
