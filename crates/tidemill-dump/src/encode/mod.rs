//! From records to the bytes of files, and to the directory each record belongs to.

mod columns;
mod file;
mod fuzz;
mod record_time;
mod text;
mod unpack;
mod unzip;

pub(crate) use columns::{Columns, Trial};
pub(crate) use file::Encoding;
pub use fuzz::fuzz_payload;
pub(crate) use record_time::{RecordTime, is_time_format};
pub(crate) use text::Text;
pub(crate) use unpack::unpack;
