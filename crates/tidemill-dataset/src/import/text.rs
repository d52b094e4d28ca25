//! Labeled text: one line a sample, its labels behind a separator or in a file of their own.

use super::skip::Skip;
use serde::{Deserialize, Serialize};

/// The longest line, in bytes.
pub(crate) const LINE_BYTES_MAX: usize = 100 * 1024;

/// How lines of text and their labels are told apart.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LabelFormat {
    /// Labels stand in `x_result.txt`, matched by line; otherwise in the line itself.
    separate_file: bool,
    /// Between the text and its labels.
    sample_separator: char,
    /// Between two labels.
    label_separator: char,
    /// Between the columns of a CSV file.
    csv_separator: char,
}

impl Default for LabelFormat {
    fn default() -> Self {
        Self { separate_file: false, sample_separator: '\t', label_separator: ',', csv_separator: ',' }
    }
}

/// A sample's text and labels.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct LabeledText {
    pub(crate) text: String,
    pub(crate) labels: Vec<String>,
}

impl LabelFormat {
    /// Reads the fields of a request; `Err` names the field and what it allows.
    pub fn parse(
        label_type: Option<&str>,
        sample_separator: Option<&str>,
        label_separator: Option<&str>,
    ) -> Result<Self, String> {
        let default = Self::default();
        let separate_file = match label_type {
            None | Some("" | "1") => false,
            Some("0") => true,
            Some(other) => return Err(format!("label_format.label_type must be 0 or 1, not {other:?}")),
        };
        let read = |name: &str, text: Option<&str>, default| match text {
            None | Some("") => Ok(default),
            Some(text) => separator(text).ok_or_else(|| {
                format!("label_format.{name} must be one letter, digit, tab or one of {MARKS}, not {text:?}")
            }),
        };
        let name = "text_sample_separator";
        Ok(Self {
            separate_file,
            sample_separator: read(name, sample_separator, default.sample_separator)?,
            label_separator: read("text_label_separator", label_separator, default.label_separator)?,
            csv_separator: read(name, sample_separator, default.csv_separator)?,
        })
    }

    /// Whether labels stand in files of their own.
    pub(crate) fn is_separate(&self) -> bool {
        self.separate_file
    }

    /// What parts the columns of a CSV file. All separators are ASCII.
    pub(crate) fn csv_separator(&self) -> u8 {
        u8::try_from(self.csv_separator).unwrap_or(b',')
    }

    /// A line that holds text and labels. Without a separator all of it is text.
    pub(crate) fn split(&self, line: &str) -> Result<LabeledText, Skip> {
        // A text may hold the separator; only where labels are parted by the same one it cannot.
        let cut = if self.sample_separator == self.label_separator {
            line.split_once(self.sample_separator)
        } else {
            line.rsplit_once(self.sample_separator)
        };
        match cut {
            None => Ok(LabeledText { text: line.to_owned(), labels: vec![] }),
            Some((text, labels)) => Ok(LabeledText { text: text.to_owned(), labels: self.labels(labels)? }),
        }
    }

    /// Labels in a text of labels only.
    pub(crate) fn labels(&self, text: &str) -> Result<Vec<String>, Skip> {
        let mut labels: Vec<String> = Vec::new();
        for name in text.split(self.label_separator).map(str::trim).filter(|name| !name.is_empty()) {
            if name.chars().count() > super::LABEL_CHARS_MAX {
                return Err(Skip::LabelName);
            }
            if !labels.iter().any(|seen| seen == name) {
                labels.push(name.to_owned());
            }
        }
        if labels.len() > super::LABELS_PER_SAMPLE_MAX { Err(Skip::TooManyLabels) } else { Ok(labels) }
    }
}

/// Marks that may separate.
const MARKS: &str = "!@#$%^&*_=|?/':.;,";

/// One character, as it is or behind a backslash; `\t` is the tab.
fn separator(text: &str) -> Option<char> {
    let mut chars = text.chars();
    let separator = match (chars.next()?, chars.next(), chars.next()) {
        (one, None, _) => one,
        ('\\', Some('t'), None) => '\t',
        ('\\', Some(one), None) => one,
        _ => return None,
    };
    let allowed = separator == '\t' || separator.is_ascii_alphanumeric() || MARKS.contains(separator);
    allowed.then_some(separator)
}

/// The file beside `key` that holds its labels: `x_result.txt` for `x.txt`.
pub(crate) fn result_key(key: &str) -> String {
    match key.rsplit_once('.') {
        Some((stem, extension)) => format!("{stem}_result.{extension}"),
        None => format!("{key}_result"),
    }
}

/// Whether a key names a file of labels.
pub(crate) fn is_result(key: &str) -> bool {
    key.rsplit_once('.').is_some_and(|(stem, _)| stem.ends_with("_result"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labeled(text: &str, labels: &[&str]) -> Result<LabeledText, Skip> {
        Ok(LabeledText { text: text.to_owned(), labels: labels.iter().map(|l| (*l).to_owned()).collect() })
    }

    #[test]
    fn a_line_is_text_then_labels() {
        let format = LabelFormat::default();
        assert_eq!(format.split("so fine\tgood, short"), labeled("so fine", &["good", "short"]));
        assert_eq!(format.split("a\tb\tgood"), labeled("a\tb", &["good"]));
        assert_eq!(format.split("no label"), labeled("no label", &[]));
        assert_eq!(format.split("none\t"), labeled("none", &[]));
        let bars = LabelFormat::parse(Some("1"), Some("\\|"), Some("|")).unwrap();
        assert_eq!(bars.split("x|a|b"), labeled("x", &["a", "b"]));
    }

    #[test]
    fn separators_are_one_character_of_the_alphabet() {
        let tab = LabelFormat::parse(None, Some("\\t"), None).unwrap();
        assert_eq!(tab.split("a\tb"), LabelFormat::default().split("a\tb"));
        assert!(LabelFormat::parse(Some("0"), Some("\t"), Some("")).unwrap().is_separate());
        for bad in ["ab", "\\xy", "<", "好"] {
            let refused = LabelFormat::parse(None, Some(bad), None).unwrap_err();
            assert!(refused.contains("text_sample_separator"), "{refused}");
        }
        assert!(LabelFormat::parse(Some("2"), None, None).unwrap_err().contains("label_type"));
    }

    #[test]
    fn results_lie_beside_their_texts() {
        assert_eq!(result_key("in/x.txt"), "in/x_result.txt");
        assert!(is_result("in/x_result.txt") && !is_result("in/x.txt"));
    }
}
