//! A bucket behind an object endpoint.

use super::{Source, SourceError};
use crate::client::{ClientError, Connection};
use std::io::Read;

/// A bucket read by signed requests.
pub(crate) struct Endpoint {
    pub(crate) connection: Connection,
    pub(crate) bucket: String,
}

impl std::fmt::Debug for Endpoint {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Endpoint({})", self.bucket)
    }
}

impl Source for Endpoint {
    fn list(&self, prefix: &str) -> Result<Vec<(String, u64)>, SourceError> {
        let entries = self.connection.objects().list(&self.bucket, prefix)?;
        Ok(entries.into_iter().map(|entry| (entry.key, entry.size)).collect())
    }

    fn size(&self, key: &str) -> Result<Option<u64>, SourceError> {
        Ok(present(self.connection.objects().size(&self.bucket, key))?)
    }

    fn open(&self, key: &str) -> Result<Option<Box<dyn Read + Send + Sync>>, SourceError> {
        Ok(present(self.connection.objects().open(&self.bucket, key))?)
    }
}

/// 404 is an answer here, unless it is the bucket that is missing.
fn present<T>(found: Result<T, ClientError>) -> Result<Option<T>, ClientError> {
    match found {
        Ok(found) => Ok(Some(found)),
        Err(ClientError::Refused { status: 404, code, .. }) if code != "NoSuchBucket" => Ok(None),
        Err(error) => Err(error),
    }
}
