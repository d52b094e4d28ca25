//! Parameters of CycleGAN tasks: images of one domain as images of another.

use tidemill_vision::parameters::{Kind, Parameter, Table};

const RATE: Kind = Kind::Real { min: 0.0, max: 1.0 };

/// The parameters.
pub const CYCLE_GAN: Table = Table {
    operator: "CycleGAN",
    parameters: &[
        Parameter::new("image_channel", Kind::Integer { min: 1, max: 3 }, "3"),
        Parameter::new("image_height", Kind::Integer { min: 4, max: 1024 }, "256"),
        Parameter::new("image_width", Kind::Integer { min: 4, max: 1024 }, "256"),
        Parameter::new("batch_size", Kind::Integer { min: 1, max: 1024 }, "1"),
        Parameter::new("max_epoch", Kind::Integer { min: 1, max: 100_000 }, "100"),
        Parameter::new("g_learning_rate", RATE, "0.0001"),
        Parameter::new("d_learning_rate", RATE, "0.0001"),
        Parameter::new("log_frequency", Kind::Integer { min: 1, max: 1_000_000 }, "5"),
        Parameter::new("save_frequency", Kind::Integer { min: 1, max: 1_000_000 }, "5"),
        Parameter::new("predict", Kind::Boolean, "False"),
        Parameter::new("resume", Kind::Text { max: 1024 }, ""),
    ],
    ordered: &[],
};
