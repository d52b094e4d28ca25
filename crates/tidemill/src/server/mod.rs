//! What `tidemill serve` is put together from.

mod delivery_buckets;
mod identity;
mod listeners;
mod run;
pub(crate) mod running;
mod services;
mod signals;
mod stores;
mod test_control;

pub(crate) use run::run;
