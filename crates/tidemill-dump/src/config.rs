//! What the deployment allows dump tasks.

use crate::retry::RetryPolicy;
use std::path::PathBuf;
use std::time::Duration;
use tidemill_model::limits;

/// Settings of all dump tasks. [`DumpConfig::new`] has the defaults.
#[derive(Clone, Debug)]
pub struct DumpConfig {
    /// Directory for files being encoded. Emptied at start.
    pub spool_dir: PathBuf,
    /// A file is closed early at this encoded size, in bytes.
    pub file_bytes_max: u64,
    /// Bytes a task may spool ahead of its next flush.
    pub spool_bytes_max: u64,
    /// Bytes of one part of an upload, which a task holds in memory; stores ask for at least 5 MiB.
    pub part_bytes: usize,
    /// How often a task looks for new records between two flushes.
    pub read_ahead: Duration,
    /// How long one call to the destination may take.
    pub call_timeout: Duration,
    /// How long stop and delete wait for calls under way before they abort them.
    pub drain: Duration,
    /// How long a delete tries to learn the outcome of a publication under way before it answers that it goes on.
    pub learn: Duration,
    /// How failing destinations are tried again.
    pub retry: RetryPolicy,
}

impl DumpConfig {
    /// The defaults, spooling to `spool_dir`.
    pub fn new(spool_dir: PathBuf) -> Self {
        Self {
            spool_dir,
            file_bytes_max: limits::DELIVERY_FILE_BYTES_MAX,
            spool_bytes_max: 1024 * 1024 * 1024,
            part_bytes: 5 * 1024 * 1024,
            read_ahead: Duration::from_secs(1),
            call_timeout: Duration::from_secs(60),
            drain: Duration::from_secs(4),
            learn: Duration::from_secs(30),
            retry: RetryPolicy::default(),
        }
    }
}
