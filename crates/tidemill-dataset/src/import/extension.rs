//! Which files a dataset takes, by the ends of their names.

use crate::{DatasetType, SampleType};

/// What a file can be to a dataset.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FileKind {
    Image,
    Audio,
    Video,
    /// `txt` or `csv` of a text dataset.
    Text,
    /// `csv` of a table.
    Table,
    /// Anything at all.
    Free,
}

const IMAGES: &[&str] = &["jpg", "jpeg", "png", "bmp"];

impl FileKind {
    /// The files that samples of such a dataset are, or are lines of.
    pub(crate) fn of(dataset: DatasetType) -> Self {
        match dataset.sample_type() {
            SampleType::Image => Self::Image,
            SampleType::Text => Self::Text,
            SampleType::Audio => Self::Audio,
            SampleType::Table => Self::Table,
            SampleType::Video => Self::Video,
            SampleType::FreeFormat => Self::Free,
        }
    }

    /// The ends that its files have; empty: any.
    fn extensions(self) -> &'static [&'static str] {
        match self {
            Self::Image => IMAGES,
            Self::Audio => &["wav"],
            Self::Video => &["mp4"],
            Self::Text => &["txt", "csv"],
            Self::Table => &["csv"],
            Self::Free => &[],
        }
    }

    /// Whether a file of this name is one.
    pub(crate) fn takes(self, name: &str) -> bool {
        let known = self.extensions();
        known.is_empty()
            || extension(name).is_some_and(|end| known.iter().any(|k| end.eq_ignore_ascii_case(k)))
    }

    /// The largest file, in bytes. Files read line by line have no bound of their own but the object's.
    pub(crate) fn bytes_max(self) -> u64 {
        match self {
            Self::Image => 25 * 1024 * 1024,
            _ => 5 * 1024 * 1024 * 1024,
        }
    }
}

/// What follows the last dot of a key's last part.
pub(crate) fn extension(key: &str) -> Option<&str> {
    let name = key.rsplit('/').next().unwrap_or(key);
    name.rsplit_once('.').map(|(_, end)| end)
}

/// The key up to the last dot of its last part.
pub(crate) fn stem(key: &str) -> &str {
    extension(key).map_or(key, |end| &key[..key.len() - end.len() - 1])
}

/// Whether the key ends so, in any case.
pub(crate) fn ends_in(key: &str, end: &str) -> bool {
    extension(key).is_some_and(|found| found.eq_ignore_ascii_case(end))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_tell_what_a_file_is() {
        assert!(FileKind::Image.takes("in/x.JPEG") && !FileKind::Image.takes("in/x.gif"));
        assert!(!FileKind::Image.takes("in.jpg/x") && FileKind::Free.takes("in/x"));
        assert!(FileKind::Text.takes("x.csv") && !FileKind::Table.takes("x.txt"));
        assert_eq!(stem("a.b/x.y.jpg"), "a.b/x.y");
        assert_eq!((stem("a.b/x"), extension("a.b/x")), ("a.b/x", None));
        assert!(ends_in("x.XML", "xml"));
    }
}
