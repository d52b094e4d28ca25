//! Ids of datasets.

use std::fmt;

/// A dataset's id: 19 characters of `[A-Za-z0-9]`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct DatasetId(String);

impl DatasetId {
    /// A new random id.
    pub fn random() -> Self {
        Self(tidemill_model::random_id())
    }

    /// Reads an id; `None` if the text is none.
    pub fn parse(text: &str) -> Option<Self> {
        let ok = text.len() == 19 && text.bytes().all(|byte| byte.is_ascii_alphanumeric());
        ok.then(|| Self(text.to_owned()))
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for DatasetId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
