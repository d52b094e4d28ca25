//! All operators by name.

use serde_json::{Map, Value as Json};

use super::{
    Augmentation, Settings, add_noise, blur, crop, cut_out, flip, grayscale, histogram_equal,
    light_arithmetic, light_contrast, motion_blur, padding, resize, rotate, saturation, scale, sharpen,
    shear, translate, weather,
};
use crate::parameters::{ParameterError, Table, Values};

/// An augmentation operator.
#[derive(Debug)]
pub struct Operator {
    /// Its name and parameters.
    pub table: &'static Table,
    settings: fn(&Values) -> Box<dyn Settings>,
}

impl Operator {
    /// The operator with the parameters of a request.
    pub fn parse(&'static self, given: &Map<String, Json>) -> Result<Augmentation, ParameterError> {
        let values = self.table.read(given)?;
        let settings = (self.settings)(&values);
        Ok(Augmentation { operator: self, canonical: values.canonical(), values, settings })
    }
}

/// All operators, by name.
pub fn operators() -> &'static [Operator] {
    &OPERATORS
}

/// The operator of this name, spelled exactly so.
pub fn find(name: &str) -> Option<&'static Operator> {
    OPERATORS.iter().find(|operator| operator.table.operator == name)
}

static OPERATORS: [Operator; 19] = [
    Operator { table: &add_noise::TABLE, settings: |values| Box::new(add_noise::AddNoise::new(values)) },
    Operator { table: &blur::TABLE, settings: |values| Box::new(blur::Blur::new(values)) },
    Operator { table: &crop::TABLE, settings: |values| Box::new(crop::Crop::new(values)) },
    Operator { table: &cut_out::TABLE, settings: |_| Box::new(cut_out::CutOut) },
    Operator { table: &flip::TABLE, settings: |values| Box::new(flip::Flip::new(values)) },
    Operator { table: &grayscale::TABLE, settings: |_| Box::new(grayscale::Grayscale) },
    Operator { table: &histogram_equal::TABLE, settings: |_| Box::new(histogram_equal::HistogramEqual) },
    Operator { table: &light_arithmetic::TABLE, settings: |_| Box::new(light_arithmetic::LightArithmetic) },
    Operator {
        table: &light_contrast::TABLE,
        settings: |values| Box::new(light_contrast::LightContrast::new(values)),
    },
    Operator { table: &motion_blur::TABLE, settings: |_| Box::new(motion_blur::MotionBlur) },
    Operator { table: &padding::TABLE, settings: |values| Box::new(padding::Padding::new(values)) },
    Operator { table: &resize::TABLE, settings: |values| Box::new(resize::Resize::new(values)) },
    Operator { table: &rotate::TABLE, settings: |values| Box::new(rotate::Rotate::new(values)) },
    Operator { table: &saturation::TABLE, settings: |_| Box::new(saturation::Saturation) },
    Operator { table: &scale::TABLE, settings: |values| Box::new(scale::Scale::new(values)) },
    Operator { table: &sharpen::TABLE, settings: |_| Box::new(sharpen::Sharpen) },
    Operator { table: &shear::TABLE, settings: |values| Box::new(shear::Shear::new(values)) },
    Operator { table: &translate::TABLE, settings: |values| Box::new(translate::Translate::new(values)) },
    Operator { table: &weather::TABLE, settings: |values| Box::new(weather::Weather::new(values)) },
];
