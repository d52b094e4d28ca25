//! The HTTP client of the commands: signed requests to the API and to the object endpoint.

mod accounts;
mod agencies;
mod connection;
mod datasets;
mod dumps;
mod error;
mod objects;
mod processing;
mod raw;
mod records;
mod streams;
mod subscriptions;

pub(crate) use accounts::Named;
pub(crate) use agencies::Agency;
pub(crate) use connection::{Connection, Identity};
pub(crate) use dumps::NewTask;
pub(crate) use error::ClientError;
pub(crate) use raw::{RawAnswer, RawRequest};
pub(crate) use records::{Page, payload};
