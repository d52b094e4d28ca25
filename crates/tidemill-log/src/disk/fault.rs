//! Test support: a disk that fails on demand.

use super::device::{Access, Disk, DiskFile, SystemDisk};
use parking_lot::Mutex;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// What goes wrong, and where: a fault applies to files whose path contains its text.
#[derive(Debug, Default)]
struct Faults {
    write: Option<(String, io::ErrorKind)>,
    short_write: Option<String>,
    sync: Option<String>,
    read_flip: Option<(String, u64)>,
    free_bytes: Option<u64>,
    /// How many changes of the disk happen before the power goes.
    changes_left: Option<u64>,
    changes: u64,
    /// What a power cut takes back, oldest first; kept only while one is coming.
    unsynced: Option<Vec<Unsynced>>,
}

/// What was in a file before a write that is not synced yet.
#[derive(Debug)]
struct Unsynced {
    path: PathBuf,
    at: u64,
    before: Vec<u8>,
    size: u64,
}

/// The real disk with faults that tests switch on. Clones share their faults.
#[derive(Clone, Debug, Default)]
pub struct FaultyDisk {
    faults: Arc<Mutex<Faults>>,
}

impl FaultyDisk {
    /// A disk without faults.
    pub fn new() -> Self {
        Self::default()
    }

    /// Writes to files whose path contains `part` fail with `kind` and change nothing.
    pub fn fail_writes(&self, part: &str, kind: io::ErrorKind) {
        self.faults.lock().write = Some((part.to_owned(), kind));
    }

    /// Writes to such files leave half of the bytes and fail.
    pub fn cut_writes(&self, part: &str) {
        self.faults.lock().short_write = Some(part.to_owned());
    }

    /// Syncs of such files fail, and so do writes that are synced at once.
    pub fn fail_syncs(&self, part: &str) {
        self.faults.lock().sync = Some(part.to_owned());
    }

    /// Reads of such files see the lowest bit of the byte at `offset` flipped.
    pub fn flip_on_read(&self, part: &str, offset: u64) {
        self.faults.lock().read_flip = Some((part.to_owned(), offset));
    }

    /// What the file system seems to have left; `None` asks the real one.
    pub fn set_free_bytes(&self, bytes: Option<u64>) {
        self.faults.lock().free_bytes = bytes;
    }

    /// Lets `changes` more writes, syncs, removals and renames through. The one after is a write that is cut
    /// in half or another change that does not happen; from then on everything fails. With `keep_unsynced`
    /// the disk has what was not synced all the same, else it is as if it had never been written.
    pub fn lose_power_after(&self, changes: u64, keep_unsynced: bool) {
        let mut faults = self.faults.lock();
        faults.changes_left = Some(changes);
        faults.unsynced = (!keep_unsynced).then(Vec::new);
    }

    /// Changes of the disk so far.
    pub fn changes(&self) -> u64 {
        self.faults.lock().changes
    }

    /// Switches all faults off.
    pub fn heal(&self) {
        let mut faults = self.faults.lock();
        *faults = Faults { changes: faults.changes, ..Faults::default() };
    }
}

/// How a change goes on.
enum Change {
    Whole,
    Half(io::Error),
}

fn power_is_gone() -> io::Error {
    io::Error::other("injected: the power is gone")
}

impl Faults {
    fn alive(&self) -> io::Result<()> {
        if self.changes_left == Some(u64::MAX) { Err(power_is_gone()) } else { Ok(()) }
    }

    fn change(&mut self) -> io::Result<Change> {
        self.alive()?;
        match self.changes_left.as_mut() {
            Some(0) => {
                self.changes_left = Some(u64::MAX);
                return Ok(Change::Half(power_is_gone()));
            }
            Some(left) => *left -= 1,
            None => {}
        }
        self.changes += 1;
        Ok(Change::Whole)
    }

    fn write(&mut self, path: &str) -> io::Result<Change> {
        if let Some((_, kind)) = self.write.as_ref().filter(|(part, _)| path.contains(part)) {
            return Err(io::Error::new(*kind, "injected: the write failed"));
        }
        if self.short_write.as_ref().is_some_and(|part| path.contains(part)) {
            return Ok(Change::Half(io::Error::new(io::ErrorKind::WriteZero, "injected: a short write")));
        }
        self.change()
    }

    fn sync(&mut self, path: &str) -> io::Result<()> {
        if self.sync.as_ref().is_some_and(|part| path.contains(part)) {
            return Err(io::Error::other("injected: the sync failed"));
        }
        self.whole_change()
    }

    fn whole_change(&mut self) -> io::Result<()> {
        match self.change()? {
            Change::Whole => Ok(()),
            Change::Half(error) => {
                self.take_unsynced_back()?;
                Err(error)
            }
        }
    }

    /// What a power cut does to writes that were not synced.
    fn take_unsynced_back(&mut self) -> io::Result<()> {
        for Unsynced { path, at, before, size } in self.unsynced.take().unwrap_or_default().into_iter().rev()
        {
            // A file that was removed since has nothing to take back.
            if let Ok(file) = std::fs::OpenOptions::new().write(true).open(path) {
                std::os::unix::fs::FileExt::write_all_at(&file, &before, at)?;
                file.set_len(size)?;
            }
        }
        Ok(())
    }
}

struct FaultyFile {
    inner: Box<dyn DiskFile>,
    path: PathBuf,
    access: Access,
    faults: Arc<Mutex<Faults>>,
}

impl FaultyFile {
    fn path(&self) -> String {
        self.path.to_string_lossy().into_owned()
    }

    /// Keeps what a write is about to replace, until it is synced.
    fn remember(&self, length: usize, at: u64) -> io::Result<()> {
        let mut faults = self.faults.lock();
        let Some(unsynced) = faults.unsynced.as_mut().filter(|_| self.access != Access::Journal) else {
            return Ok(());
        };
        let mut before = vec![0; length];
        let read = self.inner.read_at(&mut before, at)?;
        before.truncate(read);
        unsynced.push(Unsynced { path: self.path.clone(), at, before, size: self.inner.size()? });
        Ok(())
    }
}

impl Disk for FaultyDisk {
    fn open(&self, path: &Path, access: Access) -> io::Result<Box<dyn DiskFile>> {
        self.faults.lock().alive()?;
        let inner = SystemDisk.open(path, access)?;
        let file = FaultyFile { inner, path: path.to_owned(), access, faults: Arc::clone(&self.faults) };
        Ok(Box::new(file))
    }
    fn remove(&self, path: &Path) -> io::Result<()> {
        self.faults.lock().whole_change()?;
        SystemDisk.remove(path)
    }
    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.faults.lock().whole_change()?;
        SystemDisk.rename(from, to)
    }
    fn create_dir(&self, path: &Path) -> io::Result<()> {
        self.faults.lock().alive()?;
        SystemDisk.create_dir(path)
    }
    fn remove_dir(&self, path: &Path) -> io::Result<()> {
        self.faults.lock().alive()?;
        SystemDisk.remove_dir(path)
    }
    fn list(&self, path: &Path) -> io::Result<Vec<String>> {
        self.faults.lock().alive()?;
        SystemDisk.list(path)
    }
    fn sync_dir(&self, path: &Path) -> io::Result<()> {
        self.faults.lock().sync(&path.to_string_lossy())?;
        SystemDisk.sync_dir(path)
    }
    fn free_bytes(&self, path: &Path) -> io::Result<u64> {
        match self.faults.lock().free_bytes {
            Some(bytes) => Ok(bytes),
            None => SystemDisk.free_bytes(path),
        }
    }
}

impl DiskFile for FaultyFile {
    fn read_at(&self, buf: &mut [u8], at: u64) -> io::Result<usize> {
        self.faults.lock().alive()?;
        let read = self.inner.read_at(buf, at)?;
        if let Some((part, offset)) = self.faults.lock().read_flip.as_ref() {
            let inside = self.path().contains(part) && (at..at + read as u64).contains(offset);
            if inside {
                buf[(offset - at) as usize] ^= 1;
            }
        }
        Ok(read)
    }

    fn write_at(&self, bytes: &[u8], at: u64) -> io::Result<()> {
        let change = self.faults.lock().write(&self.path())?;
        match change {
            Change::Whole => {
                self.remember(bytes.len(), at)?;
                self.inner.write_at(bytes, at)?;
            }
            Change::Half(error) => {
                // Half of it in whole blocks, so that direct writes stay aligned.
                let half = if bytes.len() >= 8192 { bytes.len() / 8192 * 4096 } else { 0 };
                self.inner.write_at(&bytes[..half], at)?;
                self.faults.lock().take_unsynced_back()?;
                return Err(error);
            }
        }
        let fails = self.faults.lock().sync.as_ref().is_some_and(|part| self.path().contains(part));
        if self.access == Access::Journal && fails {
            return Err(io::Error::other("injected: the sync failed"));
        }
        Ok(())
    }

    fn sync(&self) -> io::Result<()> {
        self.faults.lock().sync(&self.path())?;
        self.inner.sync()?;
        if let Some(unsynced) = &mut self.faults.lock().unsynced {
            unsynced.retain(|u| u.path != self.path);
        }
        Ok(())
    }

    fn allocate(&self, at: u64, len: u64) -> io::Result<()> {
        let full =
            self.faults.lock().write.as_ref().is_some_and(|(part, kind)| {
                self.path().contains(part) && *kind == io::ErrorKind::StorageFull
            });
        if full {
            return Err(io::Error::new(io::ErrorKind::StorageFull, "injected: no room"));
        }
        self.faults.lock().alive()?;
        self.inner.allocate(at, len)
    }

    fn size(&self) -> io::Result<u64> {
        self.inner.size()
    }
}
