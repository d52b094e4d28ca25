//! Ids of samples.

use super::Place;
use md5::{Digest, Md5};

/// The id of a sample: MD5 of `bucket/key` in hexadecimal, with `.` and the line in nine digits for a line of
/// a text file. Text without an object has the MD5 of the text itself.
pub fn sample_id(place: &Place, content: &str) -> String {
    match place {
        Place::Object(location) => md5_hex(&location.plain()),
        Place::Line(location, line) => format!("{}.{line:09}", md5_hex(&location.plain())),
        Place::Inline => md5_hex(content),
    }
}

fn md5_hex(text: &str) -> String {
    hex::encode(Md5::digest(text.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use tidemill_bucket::Location;

    #[test]
    fn ids_have_the_documented_form() {
        let place = Location::parse("/b/in/x.jpg").unwrap();
        let id = sample_id(&Place::Object(place.clone()), "");
        assert_eq!(id, "4ae34dd76f787f746b1455ca9c84089f");
        assert_eq!(sample_id(&Place::Line(place, 12), ""), format!("{id}.000000012"));
    }
}
