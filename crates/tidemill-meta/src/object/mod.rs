//! Rows of the object store: buckets, objects, multipart uploads, and the blobs they hold.

mod bucket;
mod entry;
mod piece;
mod upload;

pub use bucket::{
    BucketRow, bucket, bucket_in_use, buckets_of, delete_bucket, insert_bucket, set_bucket_acl,
};
pub use entry::{ObjectRow, delete_object, object, objects_from, put_object};
pub use piece::{
    PieceRow, copy_pieces, dead_blobs, forget_dead_blobs, held, held_numbered, hold, last_number, release,
    release_number, unknown_blob,
};
pub use upload::{UploadRow, delete_upload, insert_upload, upload, uploads_from};
