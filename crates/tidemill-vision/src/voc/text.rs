//! The bytes of a label file as text.

use encoding_rs::{Encoding, UTF_8};

use super::{FILE_BYTES_MAX, VocError};

/// How far into a file its declaration may reach.
const DECLARATION_BYTES_MAX: usize = 256;

/// Decodes by byte order mark, else by the declared encoding, else as UTF-8.
pub(super) fn decode(bytes: &[u8]) -> Result<String, VocError> {
    if bytes.len() > FILE_BYTES_MAX {
        return Err(VocError::TooLarge(bytes.len()));
    }
    let (encoding, text) = match Encoding::for_bom(bytes) {
        Some((encoding, mark_len)) => (encoding, &bytes[mark_len..]),
        None => (declared(bytes)?, bytes),
    };
    encoding
        .decode_without_bom_handling_and_without_replacement(text)
        .map(|text| text.into_owned())
        .ok_or_else(|| VocError::Encoding(encoding.name().to_owned()))
}

/// The encoding that `<?xml … encoding="…"?>` names.
fn declared(bytes: &[u8]) -> Result<&'static Encoding, VocError> {
    let start = &bytes[..bytes.len().min(DECLARATION_BYTES_MAX)];
    let Some(declaration) = start.trim_ascii_start().strip_prefix(b"<?xml") else { return Ok(UTF_8) };
    let end = declaration.windows(2).position(|pair| pair == b"?>").unwrap_or(declaration.len());
    let Some(label) = quoted_value(&declaration[..end], b"encoding") else { return Ok(UTF_8) };
    Encoding::for_label(label).ok_or_else(|| VocError::Encoding(String::from_utf8_lossy(label).into_owned()))
}

/// What stands in quotes behind `name =`.
fn quoted_value<'b>(text: &'b [u8], name: &[u8]) -> Option<&'b [u8]> {
    let at = text.windows(name.len()).position(|window| window == name)? + name.len();
    let value = text[at..].trim_ascii_start().strip_prefix(b"=")?.trim_ascii_start();
    let (&quote, value) = value.split_first().filter(|(quote, _)| matches!(quote, b'"' | b'\''))?;
    value.split(|&byte| byte == quote).next()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encodings_are_taken_from_mark_or_declaration() {
        assert_eq!(decode(b"<a>\xe7\x8c\xab</a>").unwrap(), "<a>猫</a>");
        assert_eq!(decode(b"\xef\xbb\xbf<a/>").unwrap(), "<a/>");
        assert_eq!(decode(b"\xff\xfe<\0a\0/\0>\0").unwrap(), "<a/>");
        let latin = b"<?xml version='1.0' encoding = \"ISO-8859-1\" ?><a>\xe4</a>";
        assert!(decode(latin).unwrap().ends_with("<a>ä</a>"));
        assert!(
            decode(b"<?xml version='1.0' encoding='gbk'?><a>\xc3\xa8</a>").unwrap().ends_with("<a>猫</a>")
        );
    }

    #[test]
    fn bytes_that_are_no_text_are_refused() {
        assert_eq!(decode(b"<a>\xff</a>"), Err(VocError::Encoding("UTF-8".into())));
        assert_eq!(decode(b"<?xml encoding='martian'?><a/>"), Err(VocError::Encoding("martian".into())));
        assert!(matches!(decode(&vec![b' '; FILE_BYTES_MAX + 1]), Err(VocError::TooLarge(_))));
    }
}
