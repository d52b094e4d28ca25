//! The connection every client command opens first.

use crate::client::Connection;
use crate::config::{ClientFlags, Layers};
use anyhow::Result;
use std::path::Path;

/// Opens the connection the flags, the environment and the file describe.
pub(crate) fn connect(flags: &ClientFlags, config: Option<&Path>) -> Result<Connection> {
    Connection::open(&Layers::load(&flags.0, config)?)
}
