//! A directory that holds a bucket's objects as files, for example one that `aws s3 sync` made.

use super::{Source, SourceError};
use std::fs::File;
use std::io::{ErrorKind, Read};
use std::path::{Component, Path, PathBuf};

/// Files below a directory; their relative paths are the keys.
#[derive(Debug)]
pub(crate) struct Directory(pub(crate) PathBuf);

impl Directory {
    /// The file of a key; `None` for a key that would leave the directory.
    fn path(&self, key: &str) -> Option<PathBuf> {
        let inside = Path::new(key).components().all(|part| matches!(part, Component::Normal(_)));
        (inside && !key.is_empty()).then(|| self.0.join(key))
    }
}

impl Source for Directory {
    fn list(&self, prefix: &str) -> Result<Vec<(String, u64)>, SourceError> {
        let mut found = Vec::new();
        let mut left = vec![self.0.clone()];
        while let Some(directory) = left.pop() {
            for entry in std::fs::read_dir(&directory)? {
                let entry = entry?;
                let about = entry.file_type()?;
                if about.is_dir() {
                    left.push(entry.path());
                } else if about.is_file() {
                    let path = entry.path();
                    let key = path.strip_prefix(&self.0)?.to_string_lossy().into_owned();
                    if key.starts_with(prefix) {
                        found.push((key, entry.metadata()?.len()));
                    }
                }
            }
        }
        found.sort();
        Ok(found)
    }

    fn size(&self, key: &str) -> Result<Option<u64>, SourceError> {
        let Some(path) = self.path(key) else { return Ok(None) };
        match std::fs::metadata(path) {
            Ok(about) => Ok(about.is_file().then_some(about.len())),
            Err(error) if is_absence(&error) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    fn open(&self, key: &str) -> Result<Option<Box<dyn Read + Send + Sync>>, SourceError> {
        let Some(path) = self.path(key) else { return Ok(None) };
        match File::open(path) {
            Ok(file) => Ok(Some(Box::new(file))),
            Err(error) if is_absence(&error) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }
}

fn is_absence(error: &std::io::Error) -> bool {
    matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_relative_paths_and_never_leave_the_directory() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::create_dir_all(dir.path().join("bucket/a")).unwrap();
        std::fs::write(dir.path().join("bucket/a/b"), "12").unwrap();
        std::fs::write(dir.path().join("secret"), "x").unwrap();
        let bucket = Directory(dir.path().join("bucket"));
        assert_eq!(bucket.list("").unwrap(), [("a/b".to_owned(), 2)]);
        assert_eq!(bucket.list("b").unwrap(), []);
        assert_eq!(bucket.size("a/b").unwrap(), Some(2));
        for absent in ["a", "a/c", "a/b/c", "../secret", "/etc/passwd", ""] {
            assert_eq!(bucket.size(absent).unwrap(), None, "{absent}");
        }
    }
}
