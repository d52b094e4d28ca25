//! Parameters of StyleGAN tasks: images like those of a class.

use tidemill_vision::parameters::{Kind, Parameter, Table};

/// The parameters, with the hyphens that two of their names have in the API.
pub const STYLE_GAN: Table = Table {
    operator: "StyleGAN",
    parameters: &[
        Parameter::new("resolution", Kind::Integer { min: 4, max: 1024 }, "256"),
        Parameter::new("batch-size", Kind::Integer { min: 1, max: 1024 }, "8"),
        Parameter::new("total-kimg", Kind::Integer { min: 1, max: 100_000 }, "300"),
        Parameter::new("generate_num", Kind::Integer { min: 1, max: 100_000 }, "300"),
        Parameter::new("predict", Kind::Boolean, "False"),
        Parameter::new("resume", Kind::Text { max: 1024 }, ""),
    ],
    ordered: &[],
};
