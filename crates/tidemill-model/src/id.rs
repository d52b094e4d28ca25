//! Identifiers: random, opaque, never derived from names.

use serde::{Deserialize, Serialize};
use std::fmt;

const ALPHABET: &[u8; 62] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

/// Fills `out` from the operating system's generator. Aborts if it has none: no id is safe then.
fn fill(out: &mut [u8]) {
    #[allow(clippy::expect_used)] // without randomness nothing here can go on
    getrandom::fill(out).expect("the operating system's random generator answers");
}

/// 19 random characters of `[A-Za-z0-9]`: ids of streams, apps and dump tasks.
pub fn random_id() -> String {
    let mut id = String::with_capacity(19);
    let mut raw = [0u8; 32];
    while id.len() < 19 {
        fill(&mut raw);
        // Values above 247 would make some letters likelier than others.
        let fair = raw.iter().filter(|b| **b < 248).map(|b| ALPHABET[usize::from(*b) % 62] as char);
        id.extend(fair.take(19 - id.len()));
    }
    id
}

/// 32 lower-case hexadecimal characters: ids of projects, domains, users and requests.
pub fn random_hex32() -> String {
    let mut raw = [0u8; 16];
    fill(&mut raw);
    hex::encode(raw)
}

/// The life of a stream between its creation and its deletion: a re-created name is a new incarnation.
///
/// Stored in the log and in the metadata and named in every intent and ledger entry, so that a log that
/// lost its tail is noticed instead of handing numbers out again.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Incarnation(pub u128);

impl Incarnation {
    /// A new random incarnation.
    pub fn random() -> Self {
        let mut raw = [0u8; 16];
        fill(&mut raw);
        Self(u128::from_be_bytes(raw))
    }
}

impl fmt::Display for Incarnation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", self.0)
    }
}

impl fmt::Debug for Incarnation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl From<Incarnation> for String {
    fn from(value: Incarnation) -> Self {
        value.to_string()
    }
}

impl TryFrom<String> for Incarnation {
    type Error = String;
    fn try_from(text: String) -> Result<Self, String> {
        if text.len() != 32 {
            return Err(format!("an incarnation has 32 hexadecimal characters, got {}", text.len()));
        }
        u128::from_str_radix(&text, 16).map(Self).map_err(|e| e.to_string())
    }
}

/// A project: 32 lower-case hexadecimal characters.
#[derive(Clone, PartialEq, Eq, Hash, Debug, PartialOrd, Ord, Serialize)]
pub struct ProjectId(String);

impl ProjectId {
    /// Parses a project id; `None` if it is not 32 hexadecimal characters.
    pub fn parse(text: &str) -> Option<Self> {
        let ok = text.len() == 32 && text.bytes().all(|b| b.is_ascii_hexdigit());
        ok.then(|| Self(text.to_ascii_lowercase()))
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ProjectId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_have_the_documented_shape_and_differ() {
        let (a, b) = (random_id(), random_id());
        assert!(a.len() == 19 && a.bytes().all(|c| c.is_ascii_alphanumeric()), "{a}");
        assert_ne!(a, b);
        assert!(ProjectId::parse(&random_hex32()).is_some());
    }

    #[test]
    fn an_incarnation_survives_text() {
        let one = Incarnation::random();
        assert_eq!(Incarnation::try_from(one.to_string()), Ok(one));
        assert!(Incarnation::try_from("xyz".to_string()).is_err());
    }
}
