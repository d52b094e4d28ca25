//! The disk-full watermark and the reserve that keeps deletes and retention going below it.

use super::device::{Access, Disk};
use super::segment::Layout;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Watches the free space of the log's file system.
pub(crate) struct Space {
    disk: Arc<dyn Disk>,
    layout: Layout,
    full_below: u64,
    reserve_bytes: u64,
    full: AtomicBool,
}

impl Space {
    pub(crate) fn new(disk: Arc<dyn Disk>, layout: &Layout, full_below: u64, reserve_bytes: u64) -> Self {
        Self { disk, layout: layout.clone(), full_below, reserve_bytes, full: AtomicBool::new(false) }
    }

    /// Whether puts are refused.
    pub(crate) fn is_full(&self) -> bool {
        self.full.load(Ordering::SeqCst)
    }

    /// Compares the free space with the watermark, with `unsettled` bytes still to be written, and
    /// returns whether puts are refused. The reserve is given back when it falls short and taken again
    /// when there is room for both.
    pub(crate) fn check(&self, unsettled: u64) -> bool {
        let Ok(free) = self.disk.free_bytes(&self.layout.0) else { return self.is_full() };
        let left = free.saturating_sub(unsettled);
        if left < self.full_below {
            self.set_full();
        } else if self.is_full() && left >= self.full_below + self.reserve_bytes && self.reserve().is_ok() {
            self.full.store(false, Ordering::SeqCst);
            tracing::info!(free, "the disk has room again");
        }
        self.is_full()
    }

    /// The disk turned out to be full.
    pub(crate) fn set_full(&self) {
        if !self.full.swap(true, Ordering::SeqCst) {
            tracing::warn!("the disk is nearly full: puts are refused until there is room");
            if let Err(error) = self.disk.remove(&self.layout.reserve()) {
                tracing::warn!(%error, "the reserve could not be given back");
            }
        }
    }

    /// Sets the reserve aside if it is not there.
    pub(crate) fn reserve(&self) -> io::Result<()> {
        let file = self.disk.open(&self.layout.reserve(), Access::Cached)?;
        if file.size()? < self.reserve_bytes {
            file.allocate(0, self.reserve_bytes)?;
            file.sync()?;
        }
        Ok(())
    }
}
