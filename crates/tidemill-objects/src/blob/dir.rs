//! Where blobs lie, and how they get there.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use tidemill_model::limits::OBJECT_FREE_BYTES_MIN;

/// The two directories of blobs.
#[derive(Debug)]
pub(crate) struct BlobDir {
    incoming: PathBuf,
    blobs: PathBuf,
}

impl BlobDir {
    /// Opens or makes the directories below `dir`.
    pub(crate) fn open(dir: &Path) -> io::Result<Self> {
        let this = Self { incoming: dir.join("incoming"), blobs: dir.join("blobs") };
        std::fs::create_dir_all(&this.incoming)?;
        std::fs::create_dir_all(&this.blobs)?;
        sync_dir(dir)?;
        if let Some(parent) = dir.parent().filter(|parent| !parent.as_os_str().is_empty()) {
            sync_dir(parent)?;
        }
        Ok(this)
    }

    /// Makes the empty file of a new blob.
    pub(super) fn create(&self, blob: &str) -> io::Result<File> {
        File::options().write(true).create_new(true).open(self.incoming_path(blob))
    }

    /// Makes the names of all new blobs durable.
    pub(super) fn sync_incoming(&self) -> io::Result<()> {
        sync_dir(&self.incoming)
    }

    /// Removes a new blob that no row will name.
    pub(crate) fn discard(&self, blob: &str) -> io::Result<()> {
        absent_is_fine(std::fs::remove_file(self.incoming_path(blob)))
    }

    /// Moves a blob that has a row to its place.
    pub(crate) fn settle(&self, blob: &str) -> io::Result<()> {
        let (from, to) = (self.incoming_path(blob), self.blob_path(blob));
        match std::fs::rename(&from, &to) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                std::fs::create_dir_all(self.shelf(blob))?;
                std::fs::rename(&from, &to)
            }
            done => done,
        }
    }

    /// Ids of the blobs that were under way when the process ended.
    pub(crate) fn left_in_incoming(&self) -> io::Result<Vec<String>> {
        let names = std::fs::read_dir(&self.incoming)?.map(|entry| entry.map(|entry| entry.file_name()));
        let names = names.collect::<io::Result<Vec<_>>>()?;
        Ok(names.into_iter().filter_map(|name| name.into_string().ok()).collect())
    }

    /// Unlinks dead blobs and makes that durable; the ids of those that are gone.
    pub(crate) fn unlink(&self, blobs: Vec<String>) -> Vec<String> {
        let mut gone = Vec::with_capacity(blobs.len());
        let mut shelves = std::collections::BTreeSet::new();
        for blob in blobs {
            let removed = absent_is_fine(std::fs::remove_file(self.blob_path(&blob)));
            match removed.and_then(|()| self.discard(&blob)) {
                Ok(()) => {
                    shelves.insert(self.shelf(&blob));
                    gone.push(blob);
                }
                Err(error) => tracing::warn!(%blob, %error, "a dead blob could not be removed"),
            }
        }
        let synced = shelves.iter().try_for_each(|shelf| absent_is_fine(sync_dir(shelf)));
        match synced.and_then(|()| self.sync_incoming()) {
            Ok(()) => gone,
            Err(error) => {
                tracing::warn!(%error, "the removal of dead blobs could not be synced");
                Vec::new()
            }
        }
    }

    /// Fails if the file system has less room left than objects leave free.
    pub(super) fn check_room(&self) -> io::Result<()> {
        let room = rustix::fs::statvfs(&self.incoming)?;
        if room.f_bavail.saturating_mul(room.f_frsize) < OBJECT_FREE_BYTES_MIN {
            return Err(io::ErrorKind::StorageFull.into());
        }
        Ok(())
    }

    fn incoming_path(&self, blob: &str) -> PathBuf {
        self.incoming.join(blob)
    }

    fn shelf(&self, blob: &str) -> PathBuf {
        self.blobs.join(blob.get(..2).unwrap_or(blob))
    }

    fn blob_path(&self, blob: &str) -> PathBuf {
        self.shelf(blob).join(blob)
    }
}

/// Opens a blob for reading, wherever it lies at the moment.
pub(crate) fn open_blob(dir: &BlobDir, blob: &str) -> io::Result<File> {
    let not_found = |error: &io::Error| error.kind() == io::ErrorKind::NotFound;
    match File::open(dir.blob_path(blob)) {
        Err(error) if not_found(&error) => match File::open(dir.incoming_path(blob)) {
            // It may have been moved between the two looks.
            Err(error) if not_found(&error) => File::open(dir.blob_path(blob)),
            found => found,
        },
        found => found,
    }
}

fn sync_dir(dir: &Path) -> io::Result<()> {
    File::open(dir)?.sync_all()
}

fn absent_is_fine(done: io::Result<()>) -> io::Result<()> {
    match done {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        done => done,
    }
}
