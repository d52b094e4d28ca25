//! MetaValidation: drops what cannot be used and repairs the rest.

use super::Reason;
use super::step::{MapStep, Verdict, Work};
use serde_json::{Map, Value};
use tidemill_vision::DecodeLimits;
use tidemill_vision::parameters::{Kind, Parameter, ParameterError, Table, Values};
use tidemill_vision::validation::{Caps, Sample, Verdict as Found, validate};

const SIDE: Kind = Kind::Integer { min: -1, max: 1_000_000 };

/// The parameters of MetaValidation; -1 (and 0, which no picture could keep to) is no limit.
pub(super) const TABLE: Table = Table {
    operator: "MetaValidation",
    parameters: &[
        Parameter::new("image_max_width", SIDE, "-1"),
        Parameter::new("image_max_height", SIDE, "-1"),
    ],
    ordered: &[],
};

/// MetaValidation of one sample.
#[derive(Debug)]
pub(super) struct Validation(Caps);

impl Validation {
    /// As the first step of another operator.
    pub(super) fn without_limits() -> Box<dyn MapStep> {
        Box::new(Self(Caps::default()))
    }

    /// Reads the parameters of a request.
    pub(super) fn read(given: &Map<String, Value>) -> Result<(Box<dyn MapStep>, Values), ParameterError> {
        let values = TABLE.read(given)?;
        let side = |name| u32::try_from(values.integer(name)).ok().filter(|side| *side > 0);
        let caps = Caps { width_max: side("image_max_width"), height_max: side("image_max_height") };
        Ok((Box::new(Self(caps)), values))
    }
}

impl MapStep for Validation {
    fn apply(&self, work: &mut Work) -> Verdict {
        let file = match work.file() {
            Ok(file) => file,
            Err(error) => return work.drop_for(Reason::unencodable(&error.to_string())),
        };
        let sample = Sample { name: &work.name, image: &file, labels: work.label_file.as_deref() };
        let outcome = validate(&sample, &self.0, &DecodeLimits::default());
        work.reasons.extend(outcome.reasons.iter().map(Reason::of_validation));
        match outcome.verdict {
            Found::Dropped => return Verdict::Dropped,
            Found::Unmodified => {}
            Found::Modified(product) => {
                work.label_file_changed |= work.label_file.is_some();
                work.label_file = product.labels.map(|(_, text)| text.into());
                if let Some(image) = product.image {
                    work.set_file(image.into());
                }
                // Another name is a change even where the bytes stay.
                work.name = product.name;
            }
        }
        Verdict::Kept
    }
}
