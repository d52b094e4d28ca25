//! Boxes around objects.

/// A box in pixels from the top left, half open: its width is `xmax - xmin`. Any finite numbers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rect {
    /// Left.
    pub xmin: f64,
    /// Top.
    pub ymin: f64,
    /// Right.
    pub xmax: f64,
    /// Bottom.
    pub ymax: f64,
}

/// What is left of a box in an image.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Visible {
    /// All of it.
    Whole(Rect),
    /// At least half of it: the part inside.
    Clipped(Rect),
    /// Less than half of it is inside.
    MostlyOutside,
    /// It is, or what is left is, narrower or lower than [`Rect::SIDE_MIN`].
    TooThin,
}

impl Rect {
    /// The shortest side a box may have, in pixels.
    pub const SIDE_MIN: f64 = 2.0;
    /// The largest share of a box that may lie outside of the image.
    pub const OUTSIDE_MAX: f64 = 0.5;

    /// Left to right; negative if the bounds are swapped.
    pub fn width(&self) -> f64 {
        self.xmax - self.xmin
    }

    /// Top to bottom; negative if the bounds are swapped.
    pub fn height(&self) -> f64 {
        self.ymax - self.ymin
    }

    /// Square pixels.
    pub fn area(&self) -> f64 {
        self.width() * self.height()
    }

    /// The part inside an image of `width` by `height`; its area may be 0.
    pub fn clipped(&self, width: f64, height: f64) -> Self {
        Self {
            xmin: self.xmin.clamp(0.0, width),
            ymin: self.ymin.clamp(0.0, height),
            xmax: self.xmax.clamp(0.0, width),
            ymax: self.ymax.clamp(0.0, height),
        }
    }

    /// Whether a side is shorter than [`Self::SIDE_MIN`].
    pub fn is_too_thin(&self) -> bool {
        self.width() < Self::SIDE_MIN || self.height() < Self::SIDE_MIN
    }

    /// The box rule: dropped if more than half is outside, else clipped, then dropped if a side is too short.
    pub fn visible(&self, width: f64, height: f64) -> Visible {
        let inside = self.clipped(width, height);
        if inside == *self {
            return if self.is_too_thin() { Visible::TooThin } else { Visible::Whole(*self) };
        }
        let outside = 1.0 - inside.area() / self.area();
        // A box without area has no such share.
        if outside.is_nan() || outside > Self::OUTSIDE_MAX {
            Visible::MostlyOutside
        } else if inside.is_too_thin() {
            Visible::TooThin
        } else {
            Visible::Clipped(inside)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rect(xmin: f64, ymin: f64, xmax: f64, ymax: f64) -> Rect {
        Rect { xmin, ymin, xmax, ymax }
    }

    #[test]
    fn half_outside_is_clipped_and_more_is_dropped() {
        assert_eq!(
            rect(-5.0, 0.0, 5.0, 4.0).visible(100.0, 50.0),
            Visible::Clipped(rect(0.0, 0.0, 5.0, 4.0))
        );
        assert_eq!(rect(-5.1, 0.0, 5.0, 4.0).visible(100.0, 50.0), Visible::MostlyOutside);
        assert_eq!(rect(101.0, 0.0, 105.0, 4.0).visible(100.0, 50.0), Visible::MostlyOutside);
    }

    #[test]
    fn thin_boxes_are_dropped_before_and_after_clipping() {
        assert_eq!(rect(0.0, 0.0, 1.9, 9.0).visible(100.0, 50.0), Visible::TooThin);
        assert_eq!(rect(-1.5, 0.0, 1.5, 9.0).visible(100.0, 50.0), Visible::TooThin);
        assert_eq!(rect(1.0, 1.0, 3.0, 3.0).visible(100.0, 50.0), Visible::Whole(rect(1.0, 1.0, 3.0, 3.0)));
        assert_eq!(rect(5.0, 0.0, 5.0, 4.0).visible(4.0, 4.0), Visible::MostlyOutside);
    }
}
