//! What `tidemill serve` is put together from.

pub(crate) mod running;
pub(crate) mod test_control;
