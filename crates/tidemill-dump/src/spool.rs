//! One file being encoded on local disk: hashed as it grows, removed when it is dropped.
//!
//! Nothing here is durable and nothing needs to be: after a crash the range is encoded again from the log.

use sha2::{Digest, Sha256};
use std::fs::File;
use std::io::{self, BufWriter, Read, Write};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

static SERIAL: AtomicU64 = AtomicU64::new(0);

/// Removes the file with the last handle on it.
#[derive(Debug)]
struct Removed(PathBuf);

impl Drop for Removed {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

/// A file that grows.
#[derive(Debug)]
pub(crate) struct Spool {
    path: Removed,
    file: BufWriter<File>,
    sha256: Sha256,
    bytes: u64,
}

impl Spool {
    pub(crate) fn create(dir: &Path, task_id: &str) -> io::Result<Self> {
        let serial = SERIAL.fetch_add(1, Ordering::Relaxed);
        let path = dir.join(format!("{task_id}-{serial}.spool"));
        let file = File::options().read(true).write(true).create_new(true).open(&path)?;
        let file = BufWriter::with_capacity(256 * 1024, file);
        Ok(Self { path: Removed(path), file, sha256: Sha256::new(), bytes: 0 })
    }

    pub(crate) fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.file.write_all(bytes)?;
        self.sha256.update(bytes);
        self.bytes += bytes.len() as u64;
        Ok(())
    }

    /// Bytes written so far.
    pub(crate) fn bytes(&self) -> u64 {
        self.bytes
    }

    pub(crate) fn finish(self) -> io::Result<SpooledFile> {
        let file = self.file.into_inner().map_err(io::IntoInnerError::into_error)?;
        Ok(SpooledFile {
            file: Arc::new(file),
            _path: Arc::new(self.path),
            bytes: self.bytes,
            sha256: hex::encode(self.sha256.finalize()),
        })
    }
}

/// For writers of formats.
impl Write for Spool {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        Spool::write(self, bytes)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

/// A finished file.
#[derive(Clone, Debug)]
pub(crate) struct SpooledFile {
    file: Arc<File>,
    _path: Arc<Removed>,
    pub(crate) bytes: u64,
    pub(crate) sha256: String,
}

impl SpooledFile {
    /// The bytes from `at` on, at most `len`.
    pub(crate) fn read(&self, at: u64, len: usize) -> io::Result<Vec<u8>> {
        let len = len.min(usize::try_from(self.bytes.saturating_sub(at)).unwrap_or(len));
        let mut bytes = vec![0; len];
        self.file.read_exact_at(&mut bytes, at)?;
        Ok(bytes)
    }

    /// Reads it from its beginning.
    pub(crate) fn reader(self) -> impl Read {
        SpoolReader { file: self, at: 0 }
    }
}

struct SpoolReader {
    file: SpooledFile,
    at: u64,
}

impl Read for SpoolReader {
    fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
        let read = self.file.file.read_at(room, self.at)?;
        self.at += read as u64;
        Ok(read)
    }
}

/// Makes the directory and empties it of what an earlier process left.
pub(crate) fn prepare_dir(dir: &Path) -> io::Result<()> {
    std::fs::create_dir_all(dir)?;
    for entry in std::fs::read_dir(dir)? {
        let path = entry?.path();
        if path.extension().is_some_and(|e| e == "spool") {
            match std::fs::remove_file(path) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                _ => {}
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_spooled_file_reads_back_and_leaves_nothing() {
        let dir = tempfile::tempdir().unwrap();
        let mut spool = Spool::create(dir.path(), "T").unwrap();
        spool.write(b"abc").unwrap();
        spool.write(b"def").unwrap();
        let file = spool.finish().unwrap();
        assert_eq!((file.bytes, file.sha256.as_str()), (6, hex::encode(Sha256::digest(b"abcdef")).as_str()));
        assert_eq!((file.read(0, 4).unwrap(), file.read(4, 4).unwrap()), (b"abcd".to_vec(), b"ef".to_vec()));
        drop(file);
        assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 0);
    }

    #[test]
    fn leftovers_are_removed_at_start_and_nothing_else() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("T-0.spool"), b"x").unwrap();
        std::fs::write(dir.path().join("other"), b"x").unwrap();
        prepare_dir(dir.path()).unwrap();
        assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 1);
    }
}
