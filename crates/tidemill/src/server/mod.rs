//! What `tidemill serve` is put together from.

mod embedding;
mod identity;
mod listeners;
mod local_buckets;
mod run;
pub(crate) mod running;
mod services;
mod signals;
mod stores;
mod test_control;

pub(crate) use run::run;
