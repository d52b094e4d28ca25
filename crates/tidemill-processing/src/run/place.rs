//! Where products go: which directory, which name, and what happens when two want the same place.

use super::record::{LabelFile, Record};
use crate::operator::Family;

/// The directory of products below a run's output.
const DATA: &str = "Data/";

/// How the output is laid out.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Layout {
    pub(crate) family: Family,
}

impl Layout {
    /// The path of the product, before clashes are settled.
    pub(crate) fn path(self, record: &Record) -> String {
        let label = record.labels.first().filter(|_| self.family == Family::Selection);
        match label.map(|label| file_name(label)) {
            Some(label) => format!("{DATA}{label}/{}", record.name),
            None => format!("{DATA}{}", record.name),
        }
    }

    /// What no two products may share: the path, with `*` for its suffix where label files lie beside pictures.
    pub(crate) fn place(self, record: &Record) -> String {
        if !record.fate.is_output() {
            return String::new();
        }
        let path = self.path(record);
        if !self.has_label_files(record) {
            return path;
        }
        path.rsplit_once('.').map_or(path.clone(), |(stem, _)| format!("{stem}.*"))
    }

    fn has_label_files(self, record: &Record) -> bool {
        self.family == Family::Addition || record.labels.is_empty()
    }

    /// The path of the product if it comes `late`-th to its place; 0 for the first.
    pub(crate) fn path_of(self, record: &Record, late: u64) -> String {
        let path = self.path(record);
        match (late, path.rsplit_once('.')) {
            (0, _) => path,
            (n, Some((stem, suffix))) => format!("{stem}_{n}.{suffix}"),
            (n, None) => format!("{path}_{n}"),
        }
    }

    /// The label file that goes beside a picture: its suffix and its text.
    pub(crate) fn names_file(self, record: &Record) -> Option<String> {
        let wanted = self.family == Family::Addition && record.label_file.is_none();
        (wanted && !record.labels.is_empty())
            .then(|| record.labels.iter().map(|l| format!("{l}\n")).collect())
    }
}

/// Whether a record's label file is one of boxes.
pub(crate) fn has_boxes(record: &Record) -> bool {
    matches!(record.label_file, Some(LabelFile::Object { .. } | LabelFile::Text(_)))
}

/// A label as the name of a directory.
fn file_name(label: &str) -> String {
    let unusable = |c: char| c == '/' || c.is_control();
    match label {
        "." | ".." => label.replace('.', "_"),
        _ => label.replace(unusable, "_"),
    }
}
