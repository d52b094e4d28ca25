//! Removes files that no segment of the log owns: left by a crash between a manifest and an unlink.

use super::block::SegmentId;
use super::shared::Shared;
use std::io;
use tidemill_model::Incarnation;

/// Looks through the segment folders once, in the background after a start.
pub(crate) fn remove_orphans(shared: &Shared) {
    let names = shared.disk.list(&shared.layout.segments()).unwrap_or_default();
    for name in names {
        let Ok(incarnation) = Incarnation::try_from(name) else { continue };
        if shared.ring.is_closed() {
            return;
        }
        if let Err(error) = sweep_stream(shared, incarnation) {
            tracing::warn!(%error, %incarnation, "leftover files could not be removed");
        }
    }
}

/// Removes the stream's files that are no segment of it, and its folder if it is gone.
pub(crate) fn sweep_stream(shared: &Shared, incarnation: Incarnation) -> io::Result<()> {
    let _nobody_writes = shared.pass.lock();
    let folder = shared.layout.stream(incarnation);
    let kept = {
        let state = shared.state.read();
        state.streams.get(&incarnation).map(|s| s.segments.iter().map(|s| s.id).collect::<Vec<_>>())
    };
    for name in shared.disk.list(&folder)? {
        let id = name.split('.').next().and_then(|stem| u64::from_str_radix(stem, 16).ok());
        let used = id.is_some_and(|id| kept.as_ref().is_some_and(|k| k.contains(&id)));
        if !used {
            shared.disk.remove(&folder.join(name))?;
        }
    }
    if kept.is_none() { shared.disk.remove_dir(&folder) } else { Ok(()) }
}

/// Removes the files of segments that are no longer in the manifest. What fails is swept at the next start.
pub(crate) fn remove_segments(shared: &Shared, gone: &[SegmentId]) {
    for id in gone {
        shared.readers.forget(*id);
        for path in [shared.layout.segment(*id), shared.layout.index(*id)] {
            if let Err(error) = shared.disk.remove(&path) {
                tracing::warn!(%error, file = %shared.layout.name(&path), "a file could not be removed");
            }
        }
    }
}
