//! From JSON to columns, value by value: no tree of a record is ever built.
//!
//! The order in which a record's members come does not matter: each has columns of its own. Members the schema
//! does not have are left out.

use super::leaf::{Leaves, Values};
use super::node::{Kind, Node, Record};
use super::scalar::{Scalar, decimal};
use serde::de::{
    Deserialize, DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor,
};
use serde_json::value::RawValue;
use std::fmt;

/// Adds a record to the columns. After an error they hold a part of it. The error names the field and says
/// what is allowed, never what is there: payloads are nobody's business but the reader's.
pub(super) fn shred(root: &Node, payload: &[u8], leaves: &mut Leaves) -> Result<(), String> {
    let mut out = Out { leaves, path: vec![] };
    let mut json = serde_json::Deserializer::from_slice(payload);
    let done = Seed { node: root, rep: 0, out: &mut out }.deserialize(&mut json).and_then(|()| json.end());
    let path = std::mem::take(&mut out.path);
    done.map_err(|error| match path.is_empty() {
        true => format!("it does not fit the schema: {error}"),
        false => {
            let path: Vec<&str> = path.iter().rev().map(String::as_str).collect();
            format!("it does not fit the schema: {}: {error}", path.join("."))
        }
    })
}

struct Out<'l> {
    leaves: &'l mut Leaves,
    /// After an error: the fields it is in, the innermost first.
    path: Vec<String>,
}

/// A value for a node. `rep`: the repetition level of its first leaf.
struct Seed<'n, 'o, 'l> {
    node: &'n Node,
    rep: i16,
    out: &'o mut Out<'l>,
}

impl Seed<'_, '_, '_> {
    fn wrong<E: Error>(&self) -> E {
        if self.out.leaves.are_full() {
            return E::custom("more in one record than a row group holds");
        }
        let null = if self.node.optional { ", or null" } else { "" };
        E::custom(format!("it must be {}{null}", self.node.kind.wanted()))
    }

    /// Nothing in any of the node's columns, which is defined up to `def`.
    fn nothing<E: Error>(&mut self, def: i16) -> Result<(), E> {
        let mut columns = self.node.leaves.clone();
        let all = columns.all(|column| self.out.leaves.push_none(column, def, self.rep));
        if all { Ok(()) } else { Err(self.wrong()) }
    }

    fn null<E: Error>(mut self) -> Result<(), E> {
        if !self.node.optional {
            return Err(self.wrong());
        }
        self.nothing(self.node.def - 1)
    }

    /// One value; `add` puts it behind the others of its column, or says `None` if it does not fit.
    fn value<E: Error>(self, add: impl FnOnce(&Scalar, &mut Values) -> Option<usize>) -> Result<(), E> {
        let Kind::Scalar(scalar) = &self.node.kind else { return Err(self.wrong()) };
        let levels = (self.node.def, self.rep);
        let added = self.out.leaves.push(self.node.leaves.start, levels, |values| add(scalar, values));
        if added { Ok(()) } else { Err(self.wrong()) }
    }

    /// A number by how it is written.
    fn digits<E: Error>(self, text: &str) -> Result<(), E> {
        if text == "null" {
            return self.null();
        }
        self.value(|scalar, values| match (scalar, values) {
            (Scalar::Float, Values::Float(all)) if is_number(text) => {
                all.push(text.parse().ok().filter(|n: &f32| n.is_finite())?);
                Some(4)
            }
            (Scalar::Double, Values::Double(all)) if is_number(text) => {
                all.push(text.parse().ok().filter(|n: &f64| n.is_finite())?);
                Some(8)
            }
            (Scalar::Decimal { precision, scale }, values @ Values::Fixed { .. }) => {
                let text = text.strip_prefix('"').and_then(|t| t.strip_suffix('"')).unwrap_or(text);
                let whole = decimal(text, *precision, *scale)?.to_be_bytes();
                let bytes = super::scalar::decimal_bytes(*precision);
                values.push_bytes(whole.get(whole.len() - bytes..)?.iter().copied())
            }
            _ => None,
        })
    }
}

fn is_number(raw: &str) -> bool {
    raw.starts_with(|c: char| c == '-' || c.is_ascii_digit())
}

impl<'de> DeserializeSeed<'de> for Seed<'_, '_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<(), D::Error> {
        match &self.node.kind {
            Kind::Scalar(scalar) if scalar.is_by_digits() => {
                self.digits(<&RawValue>::deserialize(json)?.get())
            }
            _ => json.deserialize_any(self),
        }
    }
}

impl<'de> Visitor<'de> for Seed<'_, '_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.node.kind.wanted())
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        self.null()
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<(), E> {
        self.value(|_, values| match values {
            Values::Boolean(all) => {
                all.push(value);
                Some(1)
            }
            _ => None,
        })
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<(), E> {
        self.value(|scalar, values| {
            if let Scalar::Time(unit) = scalar
                && !(0..unit.a_day()).contains(&value)
            {
                return None;
            }
            match values {
                Values::Int32(all) => {
                    all.push(i32::try_from(value).ok()?);
                    Some(4)
                }
                Values::Int64(all) => {
                    all.push(value);
                    Some(8)
                }
                _ => None,
            }
        })
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<(), E> {
        match i64::try_from(value) {
            Ok(value) => self.visit_i64(value),
            Err(_) => Err(self.wrong()),
        }
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<(), E> {
        Err(self.wrong())
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<(), E> {
        self.value(|scalar, values| match scalar {
            Scalar::Text => values.push_bytes(text.bytes()),
            Scalar::Enum(symbols) if symbols.iter().any(|s| s == text) => values.push_bytes(text.bytes()),
            Scalar::Bytes | Scalar::Fixed(_) => {
                let bytes: Option<Vec<u8>> = text.chars().map(|c| u8::try_from(c).ok()).collect();
                values.push_bytes(bytes?.into_iter())
            }
            _ => None,
        })
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut items: A) -> Result<(), A::Error> {
        let Kind::List(item) = &self.node.kind else { return Err(self.wrong()) };
        let mut rep = self.rep;
        while items.next_element_seed(Seed { node: item, rep, out: &mut *self.out })?.is_some() {
            rep = item.rep;
        }
        // A place in the list has a deeper level than the list: nothing has come if it is still the list's.
        if rep == item.rep { Ok(()) } else { self.nothing(self.node.def) }
    }

    fn visit_map<A: MapAccess<'de>>(self, members: A) -> Result<(), A::Error> {
        match &self.node.kind {
            Kind::Record(record) => self.record(record, members),
            Kind::Map(value) => self.map(value, members),
            _ => Err(self.wrong()),
        }
    }
}

impl Seed<'_, '_, '_> {
    fn record<'de, A: MapAccess<'de>>(self, record: &Record, mut members: A) -> Result<(), A::Error> {
        let mut seen = vec![false; record.fields.len()];
        while let Some(place) = members.next_key_seed(Name(record))? {
            let Some((name, node)) = place.and_then(|place| record.fields.get(place)) else {
                members.next_value::<IgnoredAny>()?;
                continue;
            };
            if place.and_then(|p| seen.get_mut(p)).is_some_and(|seen| std::mem::replace(seen, true)) {
                return self.in_field(name, Err(A::Error::custom("it is there twice")));
            }
            let done = members.next_value_seed(Seed { node, rep: self.rep, out: &mut *self.out });
            if done.is_err() {
                return self.in_field(name, done);
            }
        }
        for ((name, node), seen) in record.fields.iter().zip(seen) {
            if seen {
                continue;
            }
            let field = Seed { node, rep: self.rep, out: &mut *self.out };
            let done = if node.optional { field.null() } else { Err(A::Error::custom("it is missing")) };
            if done.is_err() {
                return self.in_field(name, done);
            }
        }
        Ok(())
    }

    /// An error in a field, whose name is noted.
    fn in_field<E>(self, name: &str, done: Result<(), E>) -> Result<(), E> {
        self.out.path.push(name.to_owned());
        done
    }

    fn map<'de, A: MapAccess<'de>>(mut self, value: &Node, mut members: A) -> Result<(), A::Error> {
        let (keys, mut rep) = (self.node.leaves.start, self.rep);
        while let Some(key) = members.next_key::<String>()? {
            // What is in a map is defined once more than the map.
            let levels = (self.node.def + 1, rep);
            if !self.out.leaves.push(keys, levels, |values| values.push_bytes(key.bytes())) {
                return Err(self.wrong());
            }
            members.next_value_seed(Seed { node: value, rep, out: &mut *self.out })?;
            rep = value.rep;
        }
        if rep == value.rep { Ok(()) } else { self.nothing(self.node.def) }
    }
}

/// The place of the field that a member's name names.
struct Name<'n>(&'n Record);

impl<'de> DeserializeSeed<'de> for Name<'_> {
    type Value = Option<usize>;

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<Option<usize>, D::Error> {
        json.deserialize_str(self)
    }
}

impl Visitor<'_> for Name<'_> {
    type Value = Option<usize>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the name of a member")
    }

    fn visit_str<E: Error>(self, name: &str) -> Result<Option<usize>, E> {
        Ok(self.0.places.get(name).copied())
    }
}
