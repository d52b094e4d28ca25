//! Where objects are read and written, as the domain sees it: buckets of an object store, opened by name.

mod bucket;
mod location;

pub use bucket::{Bucket, BucketError, Buckets};
pub use location::{InvalidLocation, Location, Scheme};
