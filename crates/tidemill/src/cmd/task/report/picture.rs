//! Pictures of samples, as small as they are shown, put into the page itself.

use super::html::escape;
use crate::client::Connection;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;

/// How high pictures are shown, in pixels.
pub(super) const HEIGHT: u32 = 160;

/// A picture behind a signed address, or a word on why there is none.
pub(super) fn figure(connection: &Connection, caption: &str, address: Option<&str>) -> String {
    let caption = escape(caption);
    let Some(address) = address else {
        return format!("<figure><figcaption>{caption}: none</figcaption></figure>");
    };
    match connection.fetch(address) {
        Ok(bytes) => {
            let data = BASE64_STANDARD.encode(&bytes);
            let kind = media_type(&bytes);
            format!(
                "<figure><img alt=\"{caption}\" src=\"data:{kind};base64,{data}\"><figcaption>{caption}</figcaption></figure>"
            )
        }
        // A sample that cannot be decoded has no picture; the reason stands beside it.
        Err(_) => format!("<figure><figcaption>{caption}: cannot be shown</figcaption></figure>"),
    }
}

fn media_type(bytes: &[u8]) -> &'static str {
    match bytes {
        [0x89, b'P', b'N', b'G', ..] => "image/png",
        [b'B', b'M', ..] => "image/bmp",
        _ => "image/jpeg",
    }
}
