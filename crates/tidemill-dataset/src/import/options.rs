//! What an import is asked to do.

use super::text::LabelFormat;
use crate::DatasetError;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tidemill_bucket::{Location, Scheme};

/// What an import reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ImportFrom {
    /// Everything below a directory.
    Directory,
    /// The samples of a manifest.
    Manifest,
}

/// An import as it is asked for, and as it is stored. [`ImportOptions::new`] has the defaults.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ImportOptions {
    /// `obs://bucket/key` of the directory or the manifest.
    pub path: String,
    /// Which of them it is.
    pub from: ImportFrom,
    /// Whether labels are read.
    pub annotations: bool,
    /// Whether samples are added; otherwise only labels of samples that are there.
    pub samples: bool,
    /// Whether the labels count as confirmed.
    pub confirmed: bool,
    /// Only hard examples.
    pub difficult_only: bool,
    /// Only samples with one of these labels, if there are any.
    pub included: Vec<String>,
    /// No samples with one of these labels.
    pub excluded: Vec<String>,
    /// Directory below the input path that objects from elsewhere are copied to; none: one of this import's own.
    pub folder: Option<String>,
    /// How labels of text are written.
    pub format: LabelFormat,
    /// Whether the first row of a CSV file names its columns.
    pub header: bool,
    /// Echoed.
    pub data_source: Option<Value>,
    /// Whether it belongs to the creation of its dataset: then finding nothing is no failure.
    pub initial: bool,
}

impl ImportOptions {
    /// Reads `path`, which is a directory or a manifest, with the defaults.
    ///
    /// # Errors
    /// [`DatasetError::Path`] for a path that names no place below a bucket.
    pub fn new(path: &str, from: ImportFrom) -> Result<Self, DatasetError> {
        use crate::PathError::{BareBucket, Illegal, Missing};
        if path.is_empty() {
            return Err(Missing("import_path").into());
        }
        let location = Location::parse(path).map_err(|error| Illegal("import_path", error))?;
        let names_object = !location.key.is_empty() && !location.key.ends_with('/');
        let location = match from {
            ImportFrom::Manifest if !names_object => return Err(BareBucket("import_path").into()),
            ImportFrom::Manifest => location,
            ImportFrom::Directory => location.as_dir(),
        };
        Ok(Self {
            path: location.written(Scheme::Obs),
            from,
            annotations: true,
            samples: true,
            confirmed: true,
            difficult_only: false,
            included: Vec::new(),
            excluded: Vec::new(),
            folder: None,
            format: LabelFormat::default(),
            header: false,
            data_source: None,
            initial: false,
        })
    }

    /// Sets the directory below the input path that objects from elsewhere are copied to.
    ///
    /// # Errors
    /// [`DatasetError::Invalid`] unless it is a plain relative path.
    pub fn set_folder(&mut self, folder: &str) -> Result<(), DatasetError> {
        let folder = folder.trim_matches('/');
        if folder.is_empty() {
            self.folder = None;
            return Ok(());
        }
        let plain = folder.len() <= 512 && Location::parse(&format!("/b/{folder}")).is_ok();
        if !plain {
            let told = "import_folder must be a relative path of at most 512 bytes, without //, . and ..";
            return Err(DatasetError::Invalid(told.to_owned()));
        }
        self.folder = Some(format!("{folder}/"));
        Ok(())
    }

    /// Whether what labels a sample has decides about it.
    pub(super) fn filters(&self) -> bool {
        self.difficult_only || !self.included.is_empty() || !self.excluded.is_empty()
    }

    /// Where it reads.
    pub(super) fn location(&self) -> Result<Location, DatasetError> {
        Location::parse(&self.path).map_err(|e| crate::PathError::Illegal("import_path", e).into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_directory_and_a_manifest_are_told_apart() {
        let of = |path, from| ImportOptions::new(path, from).map(|options| options.path);
        assert_eq!(of("/b/in", ImportFrom::Directory).unwrap(), "obs://b/in/");
        assert_eq!(of("s3://b/v.manifest", ImportFrom::Manifest).unwrap(), "obs://b/v.manifest");
        assert!(of("/b/in/", ImportFrom::Manifest).is_err());
        for bad in ["", "b/in", "/b//in", "/b/../in"] {
            assert!(matches!(of(bad, ImportFrom::Directory), Err(DatasetError::Path(_))), "{bad}");
        }
    }

    #[test]
    fn a_folder_is_a_plain_relative_path() {
        let mut options = ImportOptions::new("/b/in", ImportFrom::Directory).unwrap();
        options.set_folder("/set a/").unwrap();
        assert_eq!(options.folder.as_deref(), Some("set a/"));
        assert!(options.set_folder("a//b").is_err() && options.set_folder("../b").is_err());
        options.set_folder("").unwrap();
        assert_eq!(options.folder, None);
    }

    #[test]
    fn what_is_stored_is_read_again() {
        let options = ImportOptions::new("/b/in", ImportFrom::Directory).unwrap();
        let stored = serde_json::to_string(&options).unwrap();
        assert_eq!(serde_json::from_str::<ImportOptions>(&stored).unwrap(), options);
    }
}
