//! Models that turn an image into numbers: what describes them, what may run, and running them.

mod contract;
mod cpu;
mod description;
mod directory;
mod image;
mod network;
mod trial;

pub(crate) use contract::Ports;
pub use contract::{ContractError, MODEL_BYTES_MAX};
pub(crate) use contract::{bounded_model, check_graph};
pub(crate) use cpu::kernel;
pub use description::{Calibration, Color, Description, DescriptionError, Resize, ResizeFilter};
pub use directory::{DESCRIPTION_FILE, MODEL_FILE, ModelDirectory, OpenError, WriteError};
pub(crate) use image::planes;
pub use network::RunError;
pub(crate) use network::{Network, Output};
pub use trial::{TrialError, try_model};
