//! Text files in UTF-8 or GBK.

use encoding_rs::GBK;

/// How a text file is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Encoding {
    /// With or without a byte order mark.
    Utf8,
    /// Includes GB2312.
    Gbk,
}

const MARK: &[u8] = b"\xEF\xBB\xBF";

impl Encoding {
    /// The encoding of a file that begins so: short texts in GBK may by chance be valid UTF-8, long ones are not.
    pub(crate) fn of(beginning: &[u8]) -> Self {
        match std::str::from_utf8(beginning) {
            Ok(_) => Self::Utf8,
            // Cut in the middle of a character.
            Err(error) if error.error_len().is_none() => Self::Utf8,
            Err(_) => Self::Gbk,
        }
    }

    /// The text, or `None` if the bytes are neither in this encoding nor in the other.
    pub(crate) fn decode(self, bytes: &[u8]) -> Option<String> {
        let bytes = bytes.strip_prefix(MARK).unwrap_or(bytes);
        match self {
            Self::Utf8 => utf8(bytes).or_else(|| gbk(bytes)),
            Self::Gbk => gbk(bytes).or_else(|| utf8(bytes)),
        }
    }
}

/// The text of a whole file; `None` if it is neither UTF-8 nor GBK.
pub(crate) fn decode(bytes: &[u8]) -> Option<String> {
    Encoding::of(bytes).decode(bytes)
}

fn utf8(bytes: &[u8]) -> Option<String> {
    std::str::from_utf8(bytes).ok().map(str::to_owned)
}

fn gbk(bytes: &[u8]) -> Option<String> {
    GBK.decode_without_bom_handling_and_without_replacement(bytes).map(|text| text.into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_encodings_are_read() {
        let text = "你好，世界 cat";
        let (in_gbk, _, _) = GBK.encode(text);
        assert_eq!(decode(text.as_bytes()).as_deref(), Some(text));
        assert_eq!(decode(&in_gbk).as_deref(), Some(text));
        assert_eq!(decode(b"\xEF\xBB\xBFcat").as_deref(), Some("cat"));
        assert_eq!(decode(b"\xFF\xFFcat"), None);
    }

    #[test]
    fn the_file_decides_how_a_doubtful_line_is_read() {
        // These two bytes are one character in both.
        let doubtful = b"\xC4\xA3";
        assert_eq!(Encoding::of("你好".as_bytes().split_at(4).0), Encoding::Utf8);
        assert_eq!(Encoding::Gbk.decode(doubtful).as_deref(), Some("模"));
        assert_eq!(Encoding::Utf8.decode(doubtful).as_deref(), Some("ģ"));
    }
}
