//! The object endpoint (OBS and S3): one file a resource.
