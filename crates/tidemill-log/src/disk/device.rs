//! The disk below the log: what tests put a faulty one in place of.

use rustix::fs::{FallocateFlags, Mode, OFlags};
use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

/// How a file is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Read only; must exist.
    Read,
    /// Read and write through the page cache; made if missing.
    Cached,
    /// Aligned writes that are durable after [`DiskFile::sync`], past the page cache where possible; made
    /// if missing.
    Direct,
    /// Aligned writes, each durable when it returns; must exist.
    Journal,
}

/// An open file. Offsets and sizes are in bytes.
pub trait DiskFile: Send + Sync {
    /// Reads up to `buf.len()` bytes; fewer only at the end of the file.
    fn read_at(&self, buf: &mut [u8], at: u64) -> io::Result<usize>;
    /// Writes all bytes or fails.
    fn write_at(&self, bytes: &[u8], at: u64) -> io::Result<()>;
    /// Makes everything written durable.
    fn sync(&self) -> io::Result<()>;
    /// Sets room aside without writing it. No effect where the file system cannot.
    fn allocate(&self, at: u64, len: u64) -> io::Result<()>;
    /// The file's length.
    fn size(&self) -> io::Result<u64>;
}

/// Files of one directory tree.
pub trait Disk: Send + Sync {
    /// Opens a file.
    fn open(&self, path: &Path, access: Access) -> io::Result<Box<dyn DiskFile>>;
    /// Removes a file; a missing one is no error.
    fn remove(&self, path: &Path) -> io::Result<()>;
    /// Renames a file over whatever is there.
    fn rename(&self, from: &Path, to: &Path) -> io::Result<()>;
    /// Makes a directory and those above it; durable entries need [`Disk::sync_dir`] on the parent.
    fn create_dir(&self, path: &Path) -> io::Result<()>;
    /// Removes an empty directory; a missing one is no error.
    fn remove_dir(&self, path: &Path) -> io::Result<()>;
    /// The names in a directory; none if it is missing.
    fn list(&self, path: &Path) -> io::Result<Vec<String>>;
    /// Makes the entries of a directory durable.
    fn sync_dir(&self, path: &Path) -> io::Result<()>;
    /// Bytes the file system has left for us.
    fn free_bytes(&self, path: &Path) -> io::Result<u64>;
}

/// The operating system's files.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemDisk;

struct SystemFile {
    cached: File,
    /// The same file past the page cache, where the file system allows it.
    direct: Option<File>,
    direct_works: AtomicBool,
    synced: bool,
}

fn open_with(path: &Path, flags: OFlags) -> io::Result<File> {
    let fd = rustix::fs::open(path, flags | OFlags::CLOEXEC, Mode::from_raw_mode(0o600))?;
    Ok(File::from(fd))
}

fn absent_is_fine(result: io::Result<()>) -> io::Result<()> {
    match result {
        Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(()),
        other => other,
    }
}

impl Disk for SystemDisk {
    fn open(&self, path: &Path, access: Access) -> io::Result<Box<dyn DiskFile>> {
        let flags = match access {
            Access::Read => OFlags::RDONLY,
            Access::Cached | Access::Direct => OFlags::RDWR | OFlags::CREATE,
            Access::Journal => OFlags::RDWR,
        };
        let cached = open_with(path, flags)?;
        let past_cache = match access {
            Access::Read | Access::Cached => None,
            Access::Direct => Some(OFlags::WRONLY | OFlags::DIRECT),
            Access::Journal => Some(OFlags::WRONLY | OFlags::DIRECT | OFlags::DSYNC),
        };
        // A file system without O_DIRECT refuses the open or the write: both fall back to the cached file.
        let direct = past_cache.and_then(|flags| open_with(path, flags).ok());
        let direct_works = AtomicBool::new(direct.is_some());
        Ok(Box::new(SystemFile { cached, direct, direct_works, synced: access == Access::Journal }))
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        absent_is_fine(std::fs::remove_file(path))
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        std::fs::rename(from, to)
    }

    fn create_dir(&self, path: &Path) -> io::Result<()> {
        std::fs::create_dir_all(path)
    }

    fn remove_dir(&self, path: &Path) -> io::Result<()> {
        absent_is_fine(std::fs::remove_dir(path))
    }

    fn list(&self, path: &Path) -> io::Result<Vec<String>> {
        let entries = match std::fs::read_dir(path) {
            Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            other => other?,
        };
        entries.map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned())).collect()
    }

    fn sync_dir(&self, path: &Path) -> io::Result<()> {
        File::open(path)?.sync_all()
    }

    fn free_bytes(&self, path: &Path) -> io::Result<u64> {
        let stat = rustix::fs::statvfs(path)?;
        Ok(stat.f_bavail.saturating_mul(stat.f_frsize))
    }
}

impl DiskFile for SystemFile {
    fn read_at(&self, buf: &mut [u8], at: u64) -> io::Result<usize> {
        let mut done = 0;
        while done < buf.len() {
            match self.cached.read_at(&mut buf[done..], at + done as u64) {
                Ok(0) => break,
                Ok(n) => done += n,
                Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
                Err(e) => return Err(e),
            }
        }
        Ok(done)
    }

    fn write_at(&self, bytes: &[u8], at: u64) -> io::Result<()> {
        if let Some(direct) = self.direct.as_ref().filter(|_| self.direct_works.load(Ordering::Relaxed)) {
            match direct.write_all_at(bytes, at) {
                Err(e) if e.kind() == io::ErrorKind::InvalidInput => {
                    self.direct_works.store(false, Ordering::Relaxed);
                }
                other => return other,
            }
        }
        self.cached.write_all_at(bytes, at)?;
        if self.synced { self.cached.sync_data() } else { Ok(()) }
    }

    fn sync(&self) -> io::Result<()> {
        self.cached.sync_data()
    }

    fn allocate(&self, at: u64, len: u64) -> io::Result<()> {
        match rustix::fs::fallocate(&self.cached, FallocateFlags::empty(), at, len) {
            Err(rustix::io::Errno::OPNOTSUPP | rustix::io::Errno::NOSYS) => Ok(()),
            other => Ok(other?),
        }
    }

    fn size(&self) -> io::Result<u64> {
        Ok(self.cached.metadata()?.len())
    }
}

/// Whether an error means that the disk is full.
pub(crate) fn is_full(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded)
}
