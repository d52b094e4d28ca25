//! `x.txt` beside `x.jpg`: one label a line.

use super::encoding;
use super::skip::Skip;

/// The labels in file order, each once; blank lines are left out.
pub(crate) fn read_label_list(bytes: &[u8]) -> Result<Vec<String>, Skip> {
    let text = encoding::decode(bytes).ok_or(Skip::Encoding)?;
    let mut labels: Vec<String> = Vec::new();
    for name in text.lines().map(str::trim).filter(|name| !name.is_empty()) {
        if name.chars().count() > super::LABEL_CHARS_MAX {
            return Err(Skip::LabelName);
        }
        if !labels.iter().any(|seen| seen == name) {
            labels.push(name.to_owned());
        }
        if labels.len() > super::LABELS_PER_SAMPLE_MAX {
            return Err(Skip::TooManyLabels);
        }
    }
    Ok(labels)
}

/// The file that [`read_label_list`] reads.
pub(crate) fn write_label_list<'a>(labels: impl IntoIterator<Item = &'a str>) -> String {
    labels.into_iter().map(|name| format!("{name}\n")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_read_once_each() {
        let read = read_label_list("cat\r\n\n dog \ncat\n".as_bytes());
        assert_eq!(read, Ok(vec!["cat".to_owned(), "dog".to_owned()]));
        assert_eq!(read_label_list(b""), Ok(vec![]));
        assert_eq!(read_label_list(b"\xFF\xFF"), Err(Skip::Encoding));
        assert_eq!(read_label_list("x".repeat(1025).as_bytes()), Err(Skip::LabelName));
    }
}
