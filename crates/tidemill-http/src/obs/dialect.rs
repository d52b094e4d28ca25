//! The two dialects: names of headers and words that differ between them.

use http::HeaderName;
use http::header::InvalidHeaderName;
use tidemill_iam::RequestHead;
pub(crate) use tidemill_iam::object_signature::Dialect;

/// The dialect a request claims to speak, signed rightly or not; AWS if it does not say.
pub(crate) fn claimed(head: &RequestHead<'_>) -> Dialect {
    let scheme = head.text("authorization").map(|text| text.trim_start().starts_with("OBS "));
    let query = head.target.split_once('?').map_or("", |(_, query)| query);
    let in_url = || query.split('&').any(|piece| piece.starts_with("AccessKeyId="));
    if scheme.unwrap_or_else(in_url) { Dialect::Obs } else { Dialect::Aws }
}

/// The header `name` with the dialect's prefix.
pub(crate) fn prefixed(dialect: Dialect, name: &str) -> Result<HeaderName, InvalidHeaderName> {
    HeaderName::from_bytes(format!("{}{name}", dialect.prefix()).as_bytes())
}

/// Storage classes: what OBS calls them, which is stored, and what S3 calls them.
const STORAGE_CLASSES: [(&str, &str); 3] =
    [("STANDARD", "STANDARD"), ("WARM", "STANDARD_IA"), ("COLD", "GLACIER")];

/// The storage class to store for the one a request names.
pub(crate) fn storage_class_of(dialect: Dialect, word: &str) -> Option<&'static str> {
    let named = |(obs, aws): &&(&str, &str)| word == if dialect == Dialect::Obs { *obs } else { *aws };
    STORAGE_CLASSES.iter().find(named).map(|(obs, _)| *obs)
}

/// What the dialect calls a stored storage class.
pub(crate) fn storage_class_word(dialect: Dialect, stored: &str) -> &'static str {
    let found = STORAGE_CLASSES.iter().find(|(obs, _)| *obs == stored).unwrap_or(&STORAGE_CLASSES[0]);
    if dialect == Dialect::Obs { found.0 } else { found.1 }
}

/// The header that names a bucket's region, without prefix.
pub(crate) fn region_header(dialect: Dialect) -> &'static str {
    match dialect {
        Dialect::Obs => "bucket-location",
        Dialect::Aws => "bucket-region",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn storage_classes_map_one_to_one() {
        assert_eq!(storage_class_of(Dialect::Aws, "STANDARD_IA"), Some("WARM"));
        assert_eq!(storage_class_of(Dialect::Obs, "STANDARD_IA"), None);
        assert_eq!(storage_class_word(Dialect::Aws, "COLD"), "GLACIER");
        assert_eq!(storage_class_word(Dialect::Obs, "WARM"), "WARM");
    }
}
