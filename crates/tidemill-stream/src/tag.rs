//! What a tag may be.

use crate::stream::Tag;
use tidemill_model::limits::TAG_KEY_CHARS_MAX;

/// Tags a stream may have.
const TAGS_MAX: usize = 10;
const VALUE_CHARS_MAX: usize = 43;
/// The only key the system uses.
const SYS_KEY: &str = "_sys_enterprise_project_id";

/// Why tags are refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TagRefusal {
    /// A key or value is not what it may be, or a key is there twice.
    #[error("{0}")]
    Invalid(&'static str),
    /// More than 10 tags.
    #[error("a stream has at most {TAGS_MAX} tags")]
    TooMany,
}

fn is_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '-' || c == '_' || ('\u{4e00}'..='\u{9fff}').contains(&c)
}

fn fits(text: &str, max: usize, ok: impl Fn(char) -> bool) -> bool {
    text.chars().count() <= max && text.chars().all(ok)
}

/// The tags of a whole stream: at most 10 with distinct keys, system tags with the one known key.
pub(crate) fn check(tags: &[Tag], sys_tags: &[Tag]) -> Result<(), TagRefusal> {
    check_number(tags)?;
    check_each(tags, sys_tags)
}

/// At most 10 tags.
pub(crate) fn check_number(tags: &[Tag]) -> Result<(), TagRefusal> {
    if tags.len() > TAGS_MAX { Err(TagRefusal::TooMany) } else { Ok(()) }
}

/// Each tag of allowed characters, keys distinct.
fn check_each(tags: &[Tag], sys_tags: &[Tag]) -> Result<(), TagRefusal> {
    for (index, tag) in tags.iter().enumerate() {
        if tag.key.is_empty() || !fits(&tag.key, TAG_KEY_CHARS_MAX, is_word) {
            return Err(TagRefusal::Invalid("a tag key has 1 to 36 letters, digits, - and _"));
        }
        if !fits(&tag.value, VALUE_CHARS_MAX, |c| is_word(c) || c == '.') {
            return Err(TagRefusal::Invalid("a tag value has up to 43 letters, digits, ., - and _"));
        }
        if tags.iter().take(index).any(|other| other.key == tag.key) {
            return Err(TagRefusal::Invalid("a tag key is there twice"));
        }
    }
    check_system(sys_tags)
}

fn check_system(sys_tags: &[Tag]) -> Result<(), TagRefusal> {
    if sys_tags.len() > 1 || sys_tags.iter().any(|tag| tag.key != SYS_KEY) {
        return Err(TagRefusal::Invalid("sys_tags may hold _sys_enterprise_project_id once"));
    }
    if !sys_tags.iter().all(|tag| tag.value == "0" || is_uuid(&tag.value)) {
        return Err(TagRefusal::Invalid("_sys_enterprise_project_id must be 0 or a UUID of 36 characters"));
    }
    Ok(())
}

/// 8, 4, 4, 4 and 12 hexadecimal digits with dashes between them.
fn is_uuid(text: &str) -> bool {
    let is_part = |(part, digits): (&str, usize)| {
        part.len() == digits && part.bytes().all(|byte| byte.is_ascii_hexdigit())
    };
    text.split('-').count() == 5 && text.split('-').zip([8, 4, 4, 4, 12]).all(is_part)
}
