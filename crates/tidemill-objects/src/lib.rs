//! Objects on local disk: blobs, their index, and the object_store trait over them.
