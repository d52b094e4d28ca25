//! Finding what a request names.

use crate::dis::error::DisError;
use std::sync::Arc;
use tidemill_api::ErrorCode;
use tidemill_model::{PartitionId, ProjectId};
use tidemill_stream::{Stream, Streams};

/// The stream that the first fitting text names: names first, then ids; empty ones count as absent.
///
/// DIS.4301 shows what the client called it.
pub(super) fn stream(
    streams: &Streams,
    project: &ProjectId,
    names: [Option<&str>; 2],
) -> Result<Arc<Stream>, DisError> {
    let given = || names.iter().flatten().filter(|name| !name.is_empty());
    let found = given().find_map(|name| streams.find(project, name));
    found.ok_or_else(|| match given().next() {
        Some(name) => DisError::unknown_stream(name, project),
        None => DisError::invalid("stream_name is missing"),
    })
}

/// A partition id in either form; DIS.4201 for anything else.
pub(super) fn partition(text: &str) -> Result<PartitionId, DisError> {
    let shown: String = text.chars().take(40).collect();
    PartitionId::parse(text).ok_or_else(|| DisError::new(ErrorCode::InvalidPartitionId, &[&shown]))
}
