//! Objects on local disk: blobs, their index, and the `object_store` traits over them.
//!
//! An object is a row in the metadata and a list of blobs; a blob is a file under a random id. Keys never
//! become paths, so any UTF-8 key works. What was acknowledged is on disk: bytes, directory entry and row.

pub mod blob;
mod bucket_store;
mod buckets;
mod error;
mod headers;
mod listing;
mod multipart;
mod objects;
mod pins;
mod reader;
mod store;
pub mod suite;
mod sweep;

pub use bucket_store::BucketStore;
pub use buckets::{Bucket, BucketAcl};
pub use error::ObjectsError;
pub use headers::ObjectHeaders;
pub use listing::{ListQuery, Listing};
pub use multipart::{PartInfo, PartsPage, UploadInfo, UploadsPage, UploadsQuery};
pub use objects::{CopySource, ObjectInfo, PutWhen};
pub use reader::ObjectReader;
pub use store::Objects;
