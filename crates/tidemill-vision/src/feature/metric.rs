//! The table of metrics.

/// A feature metric.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Metric {
    /// 1: pixels.
    Resolution,
    /// 2: height over width.
    AspectRatio,
    /// 3: mean luma.
    Brightness,
    /// 4: mean saturation.
    Saturation,
    /// 5: variance of the Laplacian.
    BlurScore,
    /// 6: spread and offset of the opponent colours.
    Colorfulness,
    /// 7: boxes in an image.
    BoxNumber,
    /// 8: deviation of the area ratios of an image's boxes.
    BoxAreaStd,
    /// 9: height over width of a box.
    BoxAspectRatio,
    /// 10: area of a box over the area of the image.
    BoxAreaRatio,
    /// 11: how far from the centre a box is.
    BoxMarginalization,
    /// 12: how much of a box others cover.
    BoxOverlap,
    /// 13: mean luma of a box.
    BoxBrightness,
    /// 14: variance of the Laplacian of a box.
    BoxBlurScore,
}

/// What a metric has one value of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// One an image.
    Image,
    /// One a box.
    Box,
}

/// How the values of a metric are counted. It depends on the metric alone, so that distributions can be compared.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Bins {
    /// Fifty of the same width from 0 to `max`; the last takes what is above.
    Linear {
        /// The upper end of the last bin.
        max: f64,
    },
    /// Four an octave, without end; zero has a bin of its own.
    Octaves {
        /// Whether 1 is in the middle of a bin (a ratio) and not at its start.
        centred: bool,
    },
    /// The numbers 0 to 49, then everything above.
    Integers,
}

impl Metric {
    /// All of them, in the order of their numbers.
    pub const ALL: [Self; 14] = [
        Self::Resolution,
        Self::AspectRatio,
        Self::Brightness,
        Self::Saturation,
        Self::BlurScore,
        Self::Colorfulness,
        Self::BoxNumber,
        Self::BoxAreaStd,
        Self::BoxAspectRatio,
        Self::BoxAreaRatio,
        Self::BoxMarginalization,
        Self::BoxOverlap,
        Self::BoxBrightness,
        Self::BoxBlurScore,
    ];

    /// Those that need no boxes.
    pub const OF_IMAGES: usize = 6;

    /// The name in requests and results.
    pub fn id(self) -> &'static str {
        match self {
            Self::Resolution => "resolution",
            Self::AspectRatio => "aspect_ratio",
            Self::Brightness => "brightness",
            Self::Saturation => "saturation",
            Self::BlurScore => "blur_score",
            Self::Colorfulness => "colorfulness",
            Self::BoxNumber => "bbox_num",
            Self::BoxAreaStd => "bbox_std",
            Self::BoxAspectRatio => "bbox_aspect_ratio",
            Self::BoxAreaRatio => "bbox_area_ratio",
            Self::BoxMarginalization => "bbox_marginalization",
            Self::BoxOverlap => "bbox_overlap",
            Self::BoxBrightness => "bbox_brightness",
            Self::BoxBlurScore => "bbox_blur_score",
        }
    }

    /// The metric of this name.
    pub fn of_id(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|metric| metric.id() == id)
    }

    /// Whether it is about boxes: such metrics are for object detection only.
    pub fn needs_boxes(self) -> bool {
        self as usize >= Self::OF_IMAGES
    }

    /// What it has one value of.
    pub fn unit(self) -> Unit {
        if self as usize >= Self::BoxAspectRatio as usize { Unit::Box } else { Unit::Image }
    }

    /// How its values are counted.
    pub fn bins(self) -> Bins {
        match self {
            Self::Brightness | Self::BoxBrightness => Bins::Linear { max: 255.0 },
            Self::Saturation | Self::BoxAreaRatio | Self::BoxMarginalization | Self::BoxOverlap => {
                Bins::Linear { max: 1.0 }
            }
            Self::Colorfulness => Bins::Linear { max: 150.0 },
            Self::BoxAreaStd => Bins::Linear { max: 0.5 },
            Self::Resolution | Self::BlurScore | Self::BoxBlurScore => Bins::Octaves { centred: false },
            Self::AspectRatio | Self::BoxAspectRatio => Bins::Octaves { centred: true },
            Self::BoxNumber => Bins::Integers,
        }
    }
}
