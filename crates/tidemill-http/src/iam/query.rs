//! Query parameters.

use tidemill_iam::api_signature::QueryReading;

/// The query as received, with the way to read a raw `+`.
#[derive(Clone, Debug, Default)]
pub(crate) struct Query {
    pub(crate) raw: String,
    pub(crate) reading: QueryReading,
}

impl Query {
    /// The first value of a parameter; an empty one counts as absent.
    pub(crate) fn get(&self, name: &str) -> Option<String> {
        let pieces = self.raw.split('&').filter_map(|piece| piece.split_once('='));
        let mut values = pieces.filter(|(found, _)| *found == name).map(|(_, value)| value);
        let value = self.reading.decode(values.next()?);
        String::from_utf8(value).ok().filter(|value| !value.is_empty())
    }

    /// Whether a parameter is there at all.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.raw.split('&').any(|piece| piece.split('=').next() == Some(name))
    }
}
