//! From records to the bytes of files, and to the directory each record belongs to.

mod record_time;
mod text;
mod unpack;
mod unzip;

pub(crate) use record_time::{RecordTime, is_time_format};
pub(crate) use text::Text;
pub(crate) use unpack::unpack;
