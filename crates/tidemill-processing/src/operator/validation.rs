//! MetaValidation: drops what cannot be used and repairs the rest.

use super::Reason;
use super::step::{MapStep, Verdict, Work};
use serde_json::{Map, Value};
use tidemill_vision::DecodeLimits;
use tidemill_vision::parameters::{Kind, Parameter, ParameterError, Table, Values};
use tidemill_vision::validation::{Caps, Sample, Verdict as Found, validate};

const SIDE: Kind = Kind::Integer { min: -1, max: i64::MAX };

/// The parameters of MetaValidation; -1 is no limit.
pub(super) const TABLE: Table = Table {
    operator: "MetaValidation",
    parameters: &[
        Parameter::new("image_max_width", SIDE, "-1"),
        Parameter::new("image_max_height", SIDE, "-1"),
    ],
    ordered: &[],
};

/// Among the values of a sample: the validation before an operator dropped it.
pub(crate) const VALIDATION_DROPPED: &str = "validation_dropped";

/// MetaValidation of one sample.
#[derive(Debug)]
pub(super) struct Validation {
    caps: Caps,
    /// As the first step of another operator.
    before_another: bool,
}

impl Validation {
    /// As the first step of another operator.
    pub(super) fn without_limits() -> Box<dyn MapStep> {
        Box::new(Self { caps: Caps::default(), before_another: true })
    }

    /// Reads the parameters of a request.
    pub(super) fn read(given: &Map<String, Value>) -> Result<(Box<dyn MapStep>, Values), ParameterError> {
        let values = TABLE.read(given)?;
        if let Some(parameter) = TABLE.parameters.iter().find(|side| values.integer(side.name) == 0) {
            return Err(ParameterError::Invalid {
                operator: TABLE.operator,
                name: parameter.name,
                value: "0".to_owned(),
                allowed: "-1 (no limit), or a whole number from 1".to_owned(),
            });
        }
        // No picture is larger than what is too large for the type.
        let side = |name| u32::try_from(values.integer(name)).ok();
        let caps = Caps { width_max: side("image_max_width"), height_max: side("image_max_height") };
        Ok((Box::new(Self { caps, before_another: false }), values))
    }
}

impl MapStep for Validation {
    fn apply(&self, work: &mut Work) -> Verdict {
        let file = match work.file() {
            Ok(file) => file,
            Err(error) => return work.drop_for(Reason::unencodable(&error.to_string())),
        };
        let sample = Sample { name: &work.name, image: &file, labels: work.label_file.as_deref() };
        let outcome = validate(&sample, &self.caps, &DecodeLimits::default());
        work.reasons.extend(outcome.reasons.iter().map(Reason::of_validation));
        match outcome.verdict {
            Found::Dropped => {
                if self.before_another {
                    work.scores.insert(VALIDATION_DROPPED.to_owned(), Value::Bool(true));
                }
                return Verdict::Dropped;
            }
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
