//! Percent coding as every signature here wants it: only `A-Za-z0-9-_.~` stay, hexadecimal in capitals.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode, percent_encode};

const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');
const PATH: &AsciiSet = &SEGMENT.remove(b'/');

/// Encodes everything but unreserved characters.
pub(crate) fn encode(bytes: &[u8]) -> String {
    percent_encode(bytes, SEGMENT).to_string()
}

/// As [`encode`], but keeps slashes.
pub(crate) fn encode_path(bytes: &[u8]) -> String {
    percent_encode(bytes, PATH).to_string()
}

/// Decodes once. A broken escape stays as it is.
pub(crate) fn decode(text: &str) -> Vec<u8> {
    percent_decode(text.as_bytes()).collect()
}

/// `a` to `b` of `a?b`; the query is empty without a question mark.
pub(crate) fn split_target(target: &str) -> (&str, &str) {
    target.split_once('?').unwrap_or((target, ""))
}

/// The non-empty pieces of a query as raw (name, value); the value is `None` without an equals sign.
pub(crate) fn query_pieces(query: &str) -> impl Iterator<Item = (&str, Option<&str>)> {
    query.split('&').filter(|piece| !piece.is_empty()).map(|piece| match piece.split_once('=') {
        Some((name, value)) => (name, Some(value)),
        None => (piece, None),
    })
}

/// Outer blanks removed; with `collapse`, inner runs of white space become one blank.
pub(crate) fn header_value(value: &[u8], collapse: bool) -> Vec<u8> {
    let trimmed = value.trim_ascii();
    if !collapse {
        return trimmed.to_vec();
    }
    let words = trimmed.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty());
    words.collect::<Vec<_>>().join(&b' ')
}
