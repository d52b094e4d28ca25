//! Image generators of a user's own, and the parameter tables of the tasks that run them.
//!
//! A generator is an ONNX model that makes images of noise (`z`, `[N, Z]`) or of other images (`[N, C, H, W]`); images
//! are `[N, 3, H, W]`, all values from -1 to 1. Nothing here trains one.

mod cycle_gan;
mod network;
mod plan;
mod style_gan;
mod trial;

pub use cycle_gan::CYCLE_GAN;
pub use network::{Generator, GeneratorError};
pub use plan::{GanPlan, GanTask, PlanError, Training, plan_cycle_gan, plan_style_gan};
pub use style_gan::STYLE_GAN;
pub use trial::{GeneratorTrialError, try_generator};
