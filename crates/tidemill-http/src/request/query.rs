//! Queries as clients really write them: empty pairs, empty values and repeated members are harmless.

use crate::request::RequestError;
use tidemill_iam::api_signature::QueryReading;

/// The decoded pairs of a query whose value is not empty.
#[derive(Clone, Debug, Default)]
pub struct Query(Vec<(String, String)>);

impl Query {
    /// Reads the raw query. A `+` means what the verified signature says it means.
    pub fn read(raw: &str, reading: QueryReading) -> Self {
        let decode = |text: &str| String::from_utf8_lossy(&reading.decode(text)).into_owned();
        let pairs = raw.split('&').filter_map(|piece| piece.split_once('='));
        Self(pairs.filter(|(_, v)| !v.is_empty()).map(|(k, v)| (decode(k), decode(v))).collect())
    }

    /// The first value of `name` that is not empty.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// The value of `name`, which must be there: else [`RequestError::Invalid`].
    pub fn required(&self, name: &str) -> Result<&str, RequestError> {
        self.get(name).ok_or_else(|| RequestError::Invalid(format!("{name} is missing")))
    }

    /// The value of `name` as a number: else [`RequestError::Invalid`].
    pub fn int(&self, name: &str) -> Result<Option<i64>, RequestError> {
        let number = |text: &str| text.trim().parse().map_err(|_| not_a_number(name, text));
        self.get(name).map(number).transpose()
    }

    /// A page size: `default` if absent, at least 1 (else [`RequestError::Invalid`]), clamped to `max`.
    pub fn limit(&self, name: &str, default: usize, max: usize) -> Result<usize, RequestError> {
        match self.int(name)? {
            None => Ok(default),
            Some(number) if number < 1 => Err(RequestError::Invalid(format!("{name} must be at least 1"))),
            Some(number) => Ok(usize::try_from(number).unwrap_or(max).min(max)),
        }
    }
}

fn not_a_number(name: &str, text: &str) -> RequestError {
    RequestError::Invalid(format!(
        "{name} must be a number, got {:?}",
        text.chars().take(40).collect::<String>()
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn empty_pairs_and_values_are_absent() {
        let query = Query::read("&a=&b=1%20x&&c&b=2&", QueryReading::Blank);
        assert_eq!((query.get("a"), query.get("b"), query.get("c")), (None, Some("1 x"), None));
    }

    #[test]
    fn a_plus_is_what_the_signature_says() {
        assert_eq!(Query::read("a=1+2", QueryReading::Blank).get("a"), Some("1 2"));
        assert_eq!(Query::read("a=1+2", QueryReading::Plus).get("a"), Some("1+2"));
    }

    #[test]
    fn numbers_are_checked_and_page_sizes_clamped() {
        let query = Query::read("limit=5000&bad=x&zero=0", QueryReading::Blank);
        assert_eq!(query.limit("limit", 10, 100), Ok(100));
        assert_eq!(query.limit("absent", 10, 100), Ok(10));
        let refusal = query.int("bad").unwrap_err().to_string();
        assert_eq!(refusal, "bad must be a number, got \"x\"");
        assert!(query.limit("zero", 10, 100).is_err());
    }
}
