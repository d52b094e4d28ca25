//! Reading members of a descriptor: what they may be, with refusals that name them.

use super::refused::{Invalid, invalid};
use super::{Strategy, is_text};
use serde_json::{Map, Value};
use std::ops::RangeInclusive;

/// The members of one descriptor.
pub(crate) type Members = Map<String, Value>;

/// Longest name or id of something outside this server.
const NAME_CHARS_MAX: usize = 256;

/// Text; empty if it is absent or null.
pub(super) fn text(members: &Members, key: &str) -> Result<String, Invalid> {
    match members.get(key) {
        None | Some(Value::Null) => Ok(String::new()),
        Some(Value::String(text)) => Ok(text.clone()),
        Some(_) => invalid(format!("{key} must be text")),
    }
}

/// Text that must be there.
pub(super) fn required(members: &Members, key: &str) -> Result<String, Invalid> {
    let value = text(members, key)?;
    if value.is_empty() { invalid(format!("{key} null.")) } else { Ok(value) }
}

/// A number or numeric text; `None` if it is absent or empty.
pub(super) fn number(
    members: &Members,
    key: &str,
    range: RangeInclusive<i64>,
) -> Result<Option<i64>, Invalid> {
    let value = match members.get(key) {
        None | Some(Value::Null) => return Ok(None),
        Some(Value::String(text)) if text.is_empty() => return Ok(None),
        Some(Value::String(text)) if text.bytes().all(|b| b.is_ascii_digit()) => text.parse().ok(),
        Some(Value::Number(number)) => number.as_i64(),
        Some(_) => None,
    };
    match value {
        Some(value) if range.contains(&value) => Ok(Some(value)),
        _ => invalid(format!("{key} must be a number from {} to {}", range.start(), range.end())),
    }
}

/// An object; `None` if it is absent or null.
pub(super) fn object<'m>(members: &'m Members, key: &str) -> Result<Option<&'m Members>, Invalid> {
    match members.get(key) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Object(object)) => Ok(Some(object)),
        Some(_) => invalid(format!("{key} must be an object")),
    }
}

/// `consumer_strategy`.
pub(super) fn strategy(members: &Members) -> Result<Strategy, Invalid> {
    match text(members, "consumer_strategy")?.as_str() {
        "" | "LATEST" => Ok(Strategy::Latest),
        "TRIM_HORIZON" => Ok(Strategy::TrimHorizon),
        _ => invalid("consumer_strategy must be LATEST or TRIM_HORIZON"),
    }
}

/// `destination_file_type` in its one spelling.
pub(super) fn file_type(members: &Members) -> Result<String, Invalid> {
    match text(members, "destination_file_type")?.to_ascii_lowercase().as_str() {
        "" | "text" => Ok("text".into()),
        "parquet" => Ok("parquet".into()),
        "carbon" | "carbondata" => Ok("carbon".into()),
        _ => invalid("destination_file_type must be text, parquet or carbon"),
    }
}

/// `compression_format` of files: only files as they are are offered.
pub(super) fn not_compressed(members: &Members) -> Result<(), Invalid> {
    match text(members, "compression_format")?.to_ascii_lowercase().as_str() {
        "" | "none" => Ok(()),
        other => invalid(format!("compression_format {other} is not offered; files must not be compressed")),
    }
}

/// A directory below a bucket: letters, digits, _ and /, up to 50 of them.
pub(super) fn prefix(members: &Members, key: &str) -> Result<String, Invalid> {
    let text = text(members, key)?;
    let word = |b: u8| b.is_ascii_alphanumeric() || b == b'_';
    let fits = text.bytes().next().is_none_or(word) && text.bytes().all(|b| word(b) || b == b'/');
    if fits && text.len() <= 50 {
        return Ok(text);
    }
    invalid(format!("{key} must be up to 50 letters, digits, _ and /, not starting with /"))
}

/// `bucket` or `bucket/directory`; empty where no bucket is needed. A path without a bucket before its
/// directory names nothing that could be delivered to.
pub(super) fn check_bucket_path(key: &str, path: &str) -> Result<(), Invalid> {
    if path.starts_with('/') {
        return invalid(format!("{key} must begin with the name of a bucket, not with /"));
    }
    let directory = path.split_once('/').map_or("", |(_, rest)| rest);
    let plain = directory.bytes().all(|b| b.is_ascii_alphanumeric() || b"_-/".contains(&b));
    if directory.len() <= 200 && plain {
        return Ok(());
    }
    invalid(format!("the directory in {key} must be letters, digits, _, - and /"))
}

/// Whether a text can be the name or id of something outside this server.
pub(super) fn is_name(text: &str) -> bool {
    is_text(text, NAME_CHARS_MAX)
}

/// Whether a text is 1 to `max` letters, digits, underscores and bytes of `more`.
pub(super) fn is_word(text: &str, max: usize, more: &[u8]) -> bool {
    let fits = |b: u8| b.is_ascii_alphanumeric() || b == b'_' || more.contains(&b);
    (1..=max).contains(&text.len()) && text.bytes().all(fits)
}
