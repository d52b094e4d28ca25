//! The parameters of a request's target.

use super::error::ObsError;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode, percent_decode_str, utf8_percent_encode};

/// Decoded parameters in the order of the wire. Names compare case-insensitively.
#[derive(Clone, Debug, Default)]
pub(crate) struct Query(Vec<(String, String)>);

impl Query {
    /// Reads what follows the `?`. A raw `+` in a value is a blank.
    pub(crate) fn parse(text: &str) -> Result<Self, ObsError> {
        let pieces = text.split('&').filter(|piece| !piece.is_empty());
        let decoded = pieces.map(|piece| {
            let (name, value) = piece.split_once('=').unwrap_or((piece, ""));
            let value = value.replace('+', " ");
            let utf8 = |text: &str| percent_decode_str(text).decode_utf8().map(|text| text.into_owned());
            match (utf8(name), utf8(&value)) {
                (Ok(name), Ok(value)) => Ok((name, value)),
                _ => Err(ObsError::bad("InvalidURI", "The parameters of the URI are not UTF-8.")),
            }
        });
        decoded.collect::<Result<_, _>>().map(Self)
    }

    /// The first value of that name.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(found, _)| found.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    /// Whether the name is there, with a value or not.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.get(name).is_some()
    }

    /// The value of that name, empty if it is not there.
    pub(crate) fn text(&self, name: &str) -> String {
        self.get(name).unwrap_or_default().to_owned()
    }

    /// A number from 0.
    pub(crate) fn number(&self, name: &str) -> Result<Option<u64>, ObsError> {
        let Some(text) = self.get(name).filter(|text| !text.is_empty()) else { return Ok(None) };
        let number = text.parse().ok().filter(|_| text.bytes().all(|b| b.is_ascii_digit()));
        let wrong = || ObsError::invalid_argument(format!("{name} must be a number from 0."));
        number.ok_or_else(wrong).map(Some)
    }
}

/// A percent-encoded path segment or key as text.
pub(crate) fn decode(raw: &str) -> Result<String, ObsError> {
    let text = percent_decode(raw.as_bytes()).decode_utf8();
    text.map(|text| text.into_owned()).map_err(|_| ObsError::bad("InvalidURI", "The URI is not UTF-8."))
}

const KEPT: AsciiSet = NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~').remove(b'/');

/// Percent-encoding for listings with `encoding-type=url`.
pub(crate) fn encode(text: &str) -> String {
    utf8_percent_encode(text, &KEPT).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_decoded() {
        let query = Query::parse("acl&prefix=a%2Fb+c%2Bd&&max-keys=10&bad=1x&Uploads=").unwrap();
        assert!(query.has("ACL") && query.has("uploads") && !query.has("policy"));
        assert_eq!(query.get("prefix"), Some("a/b c+d"));
        assert_eq!(query.number("max-keys").unwrap(), Some(10));
        assert_eq!(query.number("none").unwrap(), None);
        assert!(query.number("bad").is_err());
        assert!(Query::parse("prefix=%ff").is_err());
    }

    #[test]
    fn listings_encode_all_but_the_plain_characters() {
        assert_eq!(encode("a b/ä+~.txt"), "a%20b/%C3%A4%2B~.txt");
    }
}
