//! Finding what a request names.

use crate::dis::DisRequest;
use crate::dis::error::DisError;
use std::sync::Arc;
use tidemill_api::ErrorCode;
use tidemill_model::{PartitionId, ProjectId};
use tidemill_stream::{GrantedAction, LookupError, Stream, Streams};

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

/// Like [`stream`], and also a stream of another project that lets the caller do `action`, by its id.
///
/// DIS.4116 if that stream lets the caller do other things only; without any policy it does not exist.
pub(super) fn granted(
    streams: &Streams,
    request: &DisRequest,
    names: [Option<&str>; 2],
    action: GrantedAction,
) -> Result<Arc<Stream>, DisError> {
    let mut refusal = None;
    for name in names.iter().flatten().filter(|name| !name.is_empty()) {
        match streams.find_for(request.asker(), name, action) {
            Ok(stream) => return Ok(stream),
            Err(LookupError::Denied) => refusal = Some(DisError::not_granted(action)),
            Err(LookupError::Unknown) => {}
        }
    }
    let unknown = |name: &str| DisError::unknown_stream(name, &request.project);
    let given = names.into_iter().flatten().find(|name| !name.is_empty());
    Err(refusal.or_else(|| given.map(unknown)).unwrap_or_else(|| DisError::invalid("stream_name is missing")))
}

/// A partition id in either form; DIS.4201 for anything else.
pub(super) fn partition(text: &str) -> Result<PartitionId, DisError> {
    let shown: String = text.chars().take(40).collect();
    PartitionId::parse(text).ok_or_else(|| DisError::new(ErrorCode::InvalidPartitionId, &[&shown]))
}
