//! Flip: mirrored from left to right or upside down.

use serde::{Deserialize, Serialize};

use super::step::{Axis, Step};
use super::{COPIES, Fate, Settings};
use crate::parameters::{Kind, Parameter, Table, Values};
use crate::seed::Draws;
use crate::{Pixels, Rect};

pub(super) static TABLE: Table = Table {
    operator: "Flip",
    parameters: &[
        COPIES,
        Parameter::new("lr_ud", Kind::Choice(&["lr", "ud"]), "lr"),
        Parameter::new("flip_p", Kind::Real { min: 0.0, max: 1.0 }, "1"),
    ],
    ordered: &[],
};

pub(super) struct Flip {
    axis: Axis,
    probability: f64,
}

/// What was drawn.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Drawn {
    /// The direction that is turned round; `None`: the image stays.
    pub flipped: Option<Axis>,
}

impl Flip {
    pub(super) fn new(values: &Values) -> Self {
        let axis = if values.text("lr_ud") == "ud" { Axis::Y } else { Axis::X };
        Self { axis, probability: values.real("flip_p") }
    }
}

impl Settings for Flip {
    fn draw(&self, draws: &mut Draws, _: u32, _: u32) -> super::Drawn {
        super::Drawn::Flip(Drawn { flipped: draws.chance(self.probability).then_some(self.axis) })
    }
}

impl Step for Drawn {
    fn apply(&self, mut image: Pixels) -> Pixels {
        match self.flipped {
            Some(Axis::X) => image.rows_mut().for_each(|row| row.as_chunks_mut::<3>().0.reverse()),
            Some(Axis::Y) => turn_over(&mut image),
            None => {}
        }
        image
    }

    fn is_geometric(&self) -> bool {
        true
    }

    fn place(&self, rect: Rect, width: u32, height: u32) -> Fate {
        let (width, height) = (f64::from(width), f64::from(height));
        let rect = match self.flipped {
            Some(Axis::X) => Rect { xmin: width - rect.xmax, xmax: width - rect.xmin, ..rect },
            Some(Axis::Y) => Rect { ymin: height - rect.ymax, ymax: height - rect.ymin, ..rect },
            None => rect,
        };
        Fate::Kept { rect, clipped: false }
    }
}

fn turn_over(image: &mut Pixels) {
    let mut rows: Vec<&mut [u8]> = image.rows_mut().collect();
    let half = rows.len() / 2;
    let (upper, lower) = rows.split_at_mut(half);
    for (first, last) in upper.iter_mut().zip(lower.iter_mut().rev()) {
        first.swap_with_slice(last);
    }
}
