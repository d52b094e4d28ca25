//! Settings: one table, four layers, one struct.

mod flags;
pub(crate) mod key;
pub(crate) mod layers;
pub(crate) mod reference;
mod settings;
pub(crate) mod value;

pub(crate) use flags::{ClientFlags, ServerFlags};
pub(crate) use layers::{Layers, Values};
pub(crate) use settings::{IdentitySettings, LimitSettings, LogFormat, Settings, TlsFiles, model_directory};
