//! The load: what the clients of the benchmark send and measure.

pub(crate) mod bodies;
pub(crate) mod caller;
pub(crate) mod connection;
pub(crate) mod idle;
pub(crate) mod put;
pub(crate) mod read;
pub(crate) mod restart;
pub(crate) mod stream;
pub(crate) mod visible;
