//! The canonical query in the ways clients write it.

use crate::encoding::{encode, query_pieces};
use percent_encoding::percent_decode_str;
use sha2::{Digest, Sha256};

/// What a raw `+` in a query stands for. Clients differ; the reading that verified is the one to use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum QueryReading {
    /// A blank, as in forms.
    #[default]
    Blank,
    /// A plus.
    Plus,
}

impl QueryReading {
    /// Decodes one raw name or value of a query.
    pub fn decode(self, raw: &str) -> Vec<u8> {
        match self {
            Self::Blank => percent_decode_str(&raw.replace('+', " ")).collect(),
            Self::Plus => percent_decode_str(raw).collect(),
        }
    }

    /// The readings that differ for this query.
    fn of(query: &str) -> &'static [Self] {
        if query.contains('+') { &[Self::Blank, Self::Plus] } else { &[Self::Blank] }
    }
}

/// One canonical query with the reading it comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct CanonicalQuery {
    pub(crate) text: String,
    pub(crate) reading: QueryReading,
}

type Pair = (Vec<u8>, Vec<u8>);

fn pairs(query: &str, reading: QueryReading) -> Vec<Pair> {
    let decoded = |(name, value): (&str, Option<&str>)| {
        (reading.decode(name), value.map(|v| reading.decode(v)).unwrap_or_default())
    };
    query_pieces(query).map(decoded).collect()
}

/// The candidates, likeliest first, without repetitions.
pub(crate) fn candidates(query: &str) -> Vec<CanonicalQuery> {
    let mut all: Vec<CanonicalQuery> = Vec::new();
    let forms: [fn(&[Pair]) -> String; 5] =
        [decoded_sort, empty_bare, wire_order, encoded_sort, sort_without_case];
    for reading in QueryReading::of(query) {
        let pairs = pairs(query, *reading);
        for text in forms.iter().map(|form| form(&pairs)) {
            if !all.iter().any(|kept| kept.text == text) {
                all.push(CanonicalQuery { text, reading: *reading });
            }
        }
    }
    all
}

/// For a POST without a body, two clients sign an empty query and, as the body, the query as a form.
pub(crate) fn form_hashes(query: &str) -> Vec<([u8; 32], QueryReading)> {
    let hash = |reading: &QueryReading| {
        let mut pairs = pairs(query, *reading);
        pairs.sort_by(|a, b| a.0.cmp(&b.0));
        let form = joined(pairs.iter().map(encoded_pair)).replace("%20", "+");
        (Sha256::digest(form).into(), *reading)
    };
    QueryReading::of(query).iter().map(hash).collect()
}

fn encoded_pair((name, value): &Pair) -> String {
    format!("{}={}", encode(name), encode(value))
}

fn joined(parts: impl Iterator<Item = String>) -> String {
    parts.collect::<Vec<_>>().join("&")
}

fn wire_order(pairs: &[Pair]) -> String {
    joined(pairs.iter().map(encoded_pair))
}

fn decoded_sort(pairs: &[Pair]) -> String {
    let mut sorted = pairs.to_vec();
    sorted.sort();
    wire_order(&sorted)
}

fn encoded_sort(pairs: &[Pair]) -> String {
    let mut parts: Vec<String> = pairs.iter().map(encoded_pair).collect();
    parts.sort();
    parts.join("&")
}

/// An empty value loses its equals sign.
fn empty_bare(pairs: &[Pair]) -> String {
    let bare = |pair: &Pair| if pair.1.is_empty() { encode(&pair.0) } else { encoded_pair(pair) };
    let mut parts: Vec<String> = pairs.iter().map(bare).collect();
    parts.sort();
    parts.join("&")
}

/// Names sorted without regard to case. The client that does so signs only the first value of a repeated
/// name; all are written here, so that such a request is refused: its other values are unsigned.
fn sort_without_case(pairs: &[Pair]) -> String {
    let mut sorted = pairs.to_vec();
    sorted.sort_by_key(|(name, _)| name.to_ascii_lowercase());
    wire_order(&sorted)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(query: &str) -> Vec<String> {
        candidates(query).into_iter().map(|c| c.text).collect()
    }

    #[test]
    fn a_plain_query_has_one_form() {
        assert_eq!(texts(""), [""]);
        assert_eq!(texts("a=1&b=2&"), ["a=1&b=2"]);
    }

    #[test]
    fn clients_order_in_their_own_way() {
        assert_eq!(texts("B=2&a=1&C="), ["B=2&C=&a=1", "B=2&C&a=1", "B=2&a=1&C=", "a=1&B=2&C="]);
        assert_eq!(texts("z%3A1=x&z0=y"), ["z0=y&z%3A1=x", "z%3A1=x&z0=y"]);
    }

    #[test]
    fn a_repeated_name_is_never_reduced_to_its_first_value() {
        assert!(!texts("B=2&a=1&C=&a=0").contains(&"a=1&B=2&C=".to_owned()));
    }

    #[test]
    fn both_readings_of_a_plus_are_tried() {
        let both = candidates("c=a+b");
        let found: Vec<_> = both.iter().map(|c| (c.text.as_str(), c.reading)).collect();
        assert_eq!(found, [("c=a%20b", QueryReading::Blank), ("c=a%2Bb", QueryReading::Plus)]);
    }
}
