//! Generation and domain transfer: their parameters. Tasks are checked and kept; no network is trained or run here yet.

use serde_json::{Map, Value};
use tidemill_vision::parameters::{Kind, Parameter, ParameterError, Table, Values};

const SIDE: Kind = Kind::Integer { min: 4, max: 4096 };
const COUNT: Kind = Kind::Integer { min: 1, max: i64::MAX };
const RATE: Kind = Kind::Real { min: 0.0, max: 1.0 };
const PREDICT: Parameter = Parameter::new("predict", Kind::Boolean, "False");
const RESUME: Parameter = Parameter::new("resume", Kind::Text { max: 1100 }, "");

const STYLE_GAN: Table = Table {
    operator: "StyleGAN",
    parameters: &[
        Parameter::new("resolution", SIDE, "256"),
        Parameter::new("batch-size", COUNT, "8"),
        Parameter::new("total-kimg", COUNT, "300"),
        Parameter::new("generate_num", COUNT, "300"),
        PREDICT,
        RESUME,
    ],
    ordered: &[],
};

const CYCLE_GAN: Table = Table {
    operator: "CycleGAN",
    parameters: &[
        Parameter::new("image_channel", Kind::Integer { min: 1, max: 4 }, "3"),
        Parameter::new("image_height", SIDE, "256"),
        Parameter::new("image_width", SIDE, "256"),
        Parameter::new("batch_size", COUNT, "1"),
        Parameter::new("max_epoch", COUNT, "100"),
        Parameter::new("g_learning_rate", RATE, "0.0001"),
        Parameter::new("d_learning_rate", RATE, "0.0001"),
        Parameter::new("log_frequency", COUNT, "5"),
        Parameter::new("save_frequency", COUNT, "5"),
        PREDICT,
        RESUME,
    ],
    ordered: &[],
};

/// The names of all of them.
pub(super) const NAMES: [&str; 2] = [STYLE_GAN.operator, CYCLE_GAN.operator];

/// Reads the parameters of the operator `name`: why its run will fail, and the values. `None` if there is none of
/// that name.
pub(super) fn read(name: &str, given: &Map<String, Value>) -> Option<Result<(String, Values), String>> {
    let table = [STYLE_GAN, CYCLE_GAN].into_iter().find(|table| table.operator == name)?;
    Some(table.read(given).map_err(|e: ParameterError| e.to_string()).and_then(|values| check(table, values)))
}

fn check(table: Table, values: Values) -> Result<(String, Values), String> {
    let operator = table.operator;
    for side in ["resolution", "image_height", "image_width"] {
        let length = values.integer(side);
        if values.get(side).is_some() && length.count_ones() != 1 {
            return Err(format!(
                "The value {length} of parameter {side} of {operator} is invalid. Allowed: a power of two from 4 to 4096."
            ));
        }
    }
    let (predict, resume) = (values.boolean("predict"), values.text("resume"));
    if predict && resume.is_empty() {
        return Err(format!(
            "{operator} needs the parameter resume when predict is True. Allowed: obs://bucket/generator.onnx."
        ));
    }
    if predict && !resume.ends_with(".onnx") {
        return Err(format!(
            "unsupported_model_format: the value {resume:?} of parameter resume of {operator} is invalid. \
             Allowed: an ONNX file; export the generator to ONNX."
        ));
    }
    let fails = match predict {
        true => format!("{operator}: running a generator is not offered by this server yet"),
        false => format!("{operator}: no trainer is configured on this server, so nothing can be trained"),
    };
    Ok((fails, values))
}
