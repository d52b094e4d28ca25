//! The body of the call on small files.

use serde::{Deserialize, Serialize};

/// How far a small file is on its way to a bucket.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileState {
    /// The stream that was asked for; may be empty.
    pub stream_name: String,
    /// The file that was asked for; may be empty.
    pub file_name: String,
    /// The id that was asked for.
    pub deliver_data_id: String,
    /// `not found`, `receiving`, `uploading`, `in obs` or `cancelled`.
    pub state: String,
}
