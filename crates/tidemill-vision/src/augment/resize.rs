//! Resize: to exactly this size, whatever the shape was.

use serde::{Deserialize, Serialize};

use super::step::Step;
use super::{COPIES, Fate, Settings};
use crate::parameters::{Kind, Parameter, Table, Values};
use crate::resize;
use crate::seed::Draws;
use crate::{Pixels, Rect};

const SIDE: Kind = Kind::Integer { min: 1, max: 10_000 };

pub(super) static TABLE: Table = Table {
    operator: "Resize",
    parameters: &[COPIES, Parameter::new("height", SIDE, "224"), Parameter::new("width", SIDE, "224")],
    ordered: &[],
};

pub(super) struct Resize(Drawn);

/// The size of the product.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Drawn {
    /// Columns.
    pub width: u32,
    /// Rows.
    pub height: u32,
}

impl Resize {
    pub(super) fn new(values: &Values) -> Self {
        let side = |name| u32::try_from(values.integer(name)).unwrap_or(1);
        Self(Drawn { width: side("width"), height: side("height") })
    }
}

impl Settings for Resize {
    fn draw(&self, _: &mut Draws, _: u32, _: u32) -> super::Drawn {
        super::Drawn::Resize(self.0)
    }

    fn largest(&self, width: u32, height: u32) -> (u64, u64) {
        self.0.size(width, height)
    }
}

impl Step for Drawn {
    fn size(&self, _: u32, _: u32) -> (u64, u64) {
        (u64::from(self.width.max(1)), u64::from(self.height.max(1)))
    }

    fn apply(&self, image: Pixels) -> Pixels {
        resize(&image, self.width, self.height)
    }

    fn is_geometric(&self) -> bool {
        true
    }

    fn place(&self, rect: Rect, width: u32, height: u32) -> Fate {
        let x = f64::from(self.width.max(1)) / f64::from(width);
        let y = f64::from(self.height.max(1)) / f64::from(height);
        Fate::unless_thin(rect.stretched(x, y))
    }
}
