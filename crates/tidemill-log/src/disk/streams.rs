//! Creating, growing and deleting streams: durable through the manifest.

use super::block::SegmentId;
use super::shared::Shared;
use super::state::{Partition, Stream};
use super::sweep;
use crate::store::LogError;
use tidemill_model::Incarnation;

/// Makes an empty stream.
pub(crate) fn create(shared: &Shared, incarnation: Incarnation, partitions: u32) -> Result<(), LogError> {
    {
        let mut state = shared.state.write();
        if state.stopped.is_some() {
            return Err(LogError::Stopped);
        }
        if state.streams.contains_key(&incarnation) {
            return Err(LogError::Exists);
        }
        let partitions = vec![Partition::default(); partitions as usize];
        let created_group = state.next_group;
        // Segment numbers go on from there too: no file or cached block of a deleted stream is taken for ours.
        let stream = Stream { created_group, next_segment: created_group, partitions, ..Stream::default() };
        state.streams.insert(incarnation, stream);
    }
    shared.commit().inspect_err(|_| {
        shared.state.write().streams.remove(&incarnation);
    })?;
    open_partitions(shared, incarnation);
    Ok(())
}

/// Adds partitions until there are `partitions`.
pub(crate) fn grow(shared: &Shared, incarnation: Incarnation, partitions: u32) -> Result<(), LogError> {
    let changed = {
        let mut state = shared.state.write();
        let stopped = state.stopped.is_some();
        let stream = state.streams.get_mut(&incarnation).ok_or(LogError::UnknownStream)?;
        if stopped {
            return Err(LogError::Stopped);
        }
        let wanted = stream.partitions.len().max(partitions as usize);
        stream.partitions.resize_with(wanted, Partition::default);
        stream.partitions.len() > stream.open_partitions
    };
    shared.commit_if(changed)?;
    open_partitions(shared, incarnation);
    Ok(())
}

/// Lets records into partitions that are in the manifest now. Before that a crash would leave records in the
/// journal whose partition does not exist.
fn open_partitions(shared: &Shared, incarnation: Incarnation) {
    if let Some(stream) = shared.state.write().streams.get_mut(&incarnation) {
        stream.open_partitions = stream.partitions.len();
    }
}

/// Forgets a stream and removes its files. What cannot be removed is swept at the next start.
pub(crate) fn delete(shared: &Shared, incarnation: Incarnation) -> Result<(), LogError> {
    let removed = {
        let _nobody_settles = shared.pass.lock();
        let mut state = shared.state.write();
        if state.stopped.is_some() {
            return Err(LogError::Stopped);
        }
        let removed = state.streams.remove(&incarnation);
        let freed: usize =
            removed.iter().flat_map(|s| &s.partitions).flat_map(|p| &p.tail).map(|r| r.run.body.len()).sum();
        state.unsettled = state.unsettled.saturating_sub(freed);
        drop(state);
        shared.commit_if(removed.is_some())?;
        removed
    };
    // An earlier try may have removed the stream and failed before its files were gone.
    let segments = removed.map(|stream| stream.segments).unwrap_or_default();
    segments.iter().for_each(|s| shared.readers.forget(SegmentId { incarnation, id: s.id }));
    if let Err(error) = sweep::sweep_stream(shared, incarnation) {
        tracing::warn!(%error, %incarnation, "files of a deleted stream could not be removed");
    }
    if shared.space.is_full() {
        shared.refuses_for_space();
    }
    Ok(())
}
