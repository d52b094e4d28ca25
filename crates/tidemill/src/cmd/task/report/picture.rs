//! Pictures of samples, as small as they are shown, put into the page itself.

use super::html::escape;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;

/// How high pictures are shown, in pixels.
pub(super) const HEIGHT: u32 = 160;

/// Reads what is behind a signed address; `None` if that cannot be had.
pub(super) type Fetch<'a> = &'a dyn Fn(&str) -> Option<Vec<u8>>;

/// A picture behind a signed address, or a word on why there is none.
pub(super) fn figure(fetch: Fetch<'_>, caption: &str, address: Option<&str>) -> String {
    let Some(address) = address else {
        return words(&format!("{caption}: none"));
    };
    let bytes = fetch(address);
    // A sample that cannot be decoded has no picture; the reason stands beside it.
    let Some((kind, bytes)) = bytes.as_deref().and_then(|bytes| Some((media_type(bytes)?, bytes))) else {
        return words(&format!("{caption}: cannot be shown"));
    };
    let (caption, data) = (escape(caption), BASE64_STANDARD.encode(bytes));
    format!(
        "<figure><img alt=\"{caption}\" src=\"data:{kind};base64,{data}\"><figcaption>{caption}</figcaption></figure>"
    )
}

/// Words in the place of a picture.
pub(super) fn words(text: &str) -> String {
    format!("<figure><figcaption>{}</figcaption></figure>", escape(text))
}

/// What a browser is told that it gets; `None` for what is no picture that it shows.
fn media_type(bytes: &[u8]) -> Option<&'static str> {
    match bytes {
        [0xff, 0xd8, ..] => Some("image/jpeg"),
        [0x89, b'P', b'N', b'G', ..] => Some("image/png"),
        [b'G', b'I', b'F', b'8', ..] => Some("image/gif"),
        [b'B', b'M', ..] => Some("image/bmp"),
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => Some("image/webp"),
        _ => None,
    }
}
