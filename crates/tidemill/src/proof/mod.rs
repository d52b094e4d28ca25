//! Buckets as `dump verify` reads them: through the object endpoint, or as a directory of downloaded objects.

mod directory;
mod endpoint;
mod store;

pub(crate) use directory::Directory;
pub(crate) use endpoint::Endpoint;
pub(crate) use store::ReadOnly;

use std::io::Read;

/// Why a source could not be read.
pub(crate) type SourceError = Box<dyn std::error::Error + Send + Sync>;

/// Somewhere a bucket's objects can be read.
pub(crate) trait Source: std::fmt::Debug + Send + Sync + 'static {
    /// Keys and sizes of everything below `prefix`, ascending.
    fn list(&self, prefix: &str) -> Result<Vec<(String, u64)>, SourceError>;

    /// An object's size; `None` if it is not there.
    fn size(&self, key: &str) -> Result<Option<u64>, SourceError>;

    /// An object's bytes; `None` if it is not there.
    fn open(&self, key: &str) -> Result<Option<Box<dyn Read + Send + Sync>>, SourceError>;
}
