//! The data directory: made for one user and one process, with a format version.

use anyhow::{Context, Result, bail};
use rustix::fs::{FlockOperation, Mode, OFlags};
use std::fs::File;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

/// The layout this program writes. A directory with a larger number is refused.
const FORMAT: u32 = 1;
const FORMAT_FILE: &str = "format";
const LOCK_FILE: &str = "lock";

/// An opened data directory. Its lock is held until this is dropped.
#[derive(Debug)]
pub(crate) struct DataDir {
    path: PathBuf,
    _lock: File,
}

impl DataDir {
    /// Makes or opens the directory, takes its lock and checks its owner and format.
    pub(crate) fn open(path: &Path) -> Result<Self> {
        let shown = path.display();
        make(path).with_context(|| format!("cannot make the data directory {shown}"))?;
        let about =
            std::fs::metadata(path).with_context(|| format!("cannot open the data directory {shown}"))?;
        if !about.is_dir() {
            bail!("the data directory {shown} is not a directory");
        }
        let me = rustix::process::geteuid().as_raw();
        if about.uid() != me {
            bail!("the data directory {shown} belongs to user {}, this process runs as {me}", about.uid());
        }
        if about.permissions().mode() & 0o077 != 0 {
            std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o700))
                .with_context(|| format!("cannot make the data directory {shown} private"))?;
        }
        let lock = lock(path)?;
        check_format(path)?;
        Ok(Self { path: path.to_owned(), _lock: lock })
    }

    /// The path of `name` inside the directory.
    pub(crate) fn join(&self, name: &str) -> PathBuf {
        self.path.join(name)
    }

    /// The directory.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }
}

fn make(path: &Path) -> std::io::Result<()> {
    if path.exists() {
        return Ok(());
    }
    std::fs::DirBuilder::new().recursive(true).mode(0o700).create(path)?;
    sync_dir(path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new(".")))
}

fn sync_dir(path: &Path) -> std::io::Result<()> {
    File::open(path)?.sync_all()
}

fn lock(dir: &Path) -> Result<File> {
    let path = dir.join(LOCK_FILE);
    let flags = OFlags::CREATE | OFlags::RDWR | OFlags::CLOEXEC;
    let file = rustix::fs::open(&path, flags, Mode::RUSR | Mode::WUSR)
        .with_context(|| format!("cannot open {}", path.display()))?;
    match rustix::fs::flock(&file, FlockOperation::NonBlockingLockExclusive) {
        Ok(()) => Ok(file.into()),
        Err(rustix::io::Errno::WOULDBLOCK) => {
            bail!("the data directory {} is in use by another tidemill process", dir.display())
        }
        Err(error) => Err(error).with_context(|| format!("cannot lock {}", path.display())),
    }
}

/// Checks the format file, or writes it into a new directory.
fn check_format(dir: &Path) -> Result<()> {
    let path = dir.join(FORMAT_FILE);
    let shown = path.display();
    match std::fs::read_to_string(&path) {
        Ok(text) => match text.trim().parse::<u32>() {
            Ok(FORMAT) => Ok(()),
            Ok(newer) if newer > FORMAT => bail!(
                "the data directory {} has format {newer}, this program knows {FORMAT}: use the newer program",
                dir.display()
            ),
            _ => bail!("{shown} holds no format this program knows"),
        },
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            write_new(&path, format!("{FORMAT}\n").as_bytes())
                .with_context(|| format!("cannot write {shown}"))
        }
        Err(error) => Err(error).with_context(|| format!("cannot read {shown}")),
    }
}

/// Writes a file of mode 0600 so that after a crash it is there whole or not at all.
pub(crate) fn write_new(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    use std::io::Write;
    let temporary = path.with_extension("new");
    let mut file =
        std::fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&temporary)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    std::fs::rename(&temporary, path)?;
    sync_dir(path.parent().unwrap_or(Path::new(".")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_private_locked_and_versioned() {
        let parent = tempfile::tempdir().unwrap();
        let path = parent.path().join("a/b");
        let first = DataDir::open(&path).unwrap();
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o700);
        let second = DataDir::open(&path).unwrap_err().to_string();
        assert!(second.ends_with("is in use by another tidemill process"), "{second}");
        drop(first);
        DataDir::open(&path).unwrap();
    }

    #[test]
    fn a_newer_format_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join(FORMAT_FILE), "2\n").unwrap();
        let error = DataDir::open(dir.path()).unwrap_err().to_string();
        assert!(error.contains("has format 2, this program knows 1"), "{error}");
    }

    #[test]
    fn open_permissions_are_closed() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::set_permissions(dir.path(), std::fs::Permissions::from_mode(0o755)).unwrap();
        let _open = DataDir::open(dir.path()).unwrap();
        assert_eq!(std::fs::metadata(dir.path()).unwrap().permissions().mode() & 0o777, 0o700);
    }
}
