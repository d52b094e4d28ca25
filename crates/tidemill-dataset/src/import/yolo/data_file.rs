//! `obj.data`: where the names and the lists of images are; `obj.names`: one class a line.

use crate::import::encoding;
use crate::import::skip::Skip;

/// Its presence makes a directory a YOLO directory.
pub(crate) const DATA_FILE: &str = "obj.data";

/// Classes one `obj.names` may hold: the labels a dataset may have.
const CLASSES_MAX: usize = 10_000;

/// What `obj.data` says; paths as they are written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct DataFile {
    pub(crate) names: Option<String>,
    pub(crate) train: Option<String>,
    pub(crate) valid: Option<String>,
}

impl DataFile {
    /// Reads `key = value` lines; other keys (`classes`, `backup`, other subsets) are passed over.
    pub(crate) fn read(bytes: &[u8]) -> Result<Self, Skip> {
        let text = encoding::decode(bytes).ok_or(Skip::Encoding)?;
        let mut data = Self::default();
        for (key, value) in text.lines().filter_map(|line| line.split_once('=')) {
            let value = value.trim();
            let place = match key.trim() {
                "names" => &mut data.names,
                "train" => &mut data.train,
                "valid" => &mut data.valid,
                _ => continue,
            };
            *place = (!value.is_empty()).then(|| value.to_owned());
        }
        Ok(data)
    }
}

/// The classes in the order of their indices.
pub(crate) fn read_names(bytes: &[u8]) -> Result<Vec<String>, Skip> {
    let text = encoding::decode(bytes).ok_or(Skip::Encoding)?;
    let mut names: Vec<String> = text.lines().map(|line| line.trim().to_owned()).collect();
    while names.last().is_some_and(String::is_empty) {
        names.pop();
    }
    if names.len() > CLASSES_MAX {
        return Err(Skip::TooManyLabels);
    }
    let good = |name: &String| !name.is_empty() && name.chars().count() <= crate::import::LABEL_CHARS_MAX;
    if names.iter().all(good) { Ok(names) } else { Err(Skip::LabelName) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_data_file_names_the_others() {
        let text = "classes= 2\ntrain =data/train.txt\r\nvalid  = data/valid.txt\nnames = data/obj.names\nbackup = backup/\n";
        let data = DataFile::read(text.as_bytes()).unwrap();
        assert_eq!(data.train.as_deref(), Some("data/train.txt"));
        assert_eq!(data.valid.as_deref(), Some("data/valid.txt"));
        assert_eq!(data.names.as_deref(), Some("data/obj.names"));
        assert_eq!(DataFile::read(b"nothing here"), Ok(DataFile::default()));
    }

    #[test]
    fn the_line_is_the_index() {
        assert_eq!(read_names(b"cat\ndog\n\n"), Ok(vec!["cat".to_owned(), "dog".to_owned()]));
        assert_eq!(read_names(b"cat\n\ndog"), Err(Skip::LabelName));
    }
}
