//! From an Avro schema to columns.
//!
//! Source: the Avro specification 1.12, "Schema Declaration" and "Logical Types". Logical types that are not
//! known count as the type under them, as the specification asks.

use super::COLUMNS_MAX;
use super::leaf::{Leaf, Leaves};
use super::node::{Kind, Node, Record};
use super::scalar::{DECIMAL_DIGITS_MAX, Scalar, Unit};
use serde_json::{Map, Value};
use std::collections::HashMap;

/// How deep records, lists and maps may lie in one another.
const DEPTH_MAX: usize = 32;

/// Reads a schema; the error says what of it cannot be a column.
pub(super) fn parse(text: &str) -> Result<(Node, Leaves), String> {
    let schema: Value = serde_json::from_str(text).map_err(|e| format!("data_schema is not JSON: {e}"))?;
    let mut reader = Reader::default();
    collect(&schema, &mut reader.named)?;
    let root = reader.node(&schema, 0, 0)?;
    if root.optional || !matches!(root.kind, Kind::Record(_)) {
        return Err("data_schema must be a record: its fields are the columns".into());
    }
    Ok((root, Leaves::new(reader.leaves)))
}

#[derive(Default)]
struct Reader<'s> {
    /// Records, enums and fixed types by name, without the namespace.
    named: HashMap<&'s str, &'s Value>,
    /// Names of the records that are being read, the outermost first.
    open: Vec<&'s str>,
    depth: usize,
    leaves: Vec<Leaf>,
}

fn simple(name: &str) -> &str {
    name.rsplit('.').next().unwrap_or(name)
}

fn name_of(members: &Map<String, Value>) -> &str {
    members.get("name").and_then(Value::as_str).map_or("", simple)
}

/// Finds what is named, in the order in which it may be referred to.
fn collect<'s>(schema: &'s Value, named: &mut HashMap<&'s str, &'s Value>) -> Result<(), String> {
    let members = match schema {
        Value::Array(branches) => return branches.iter().try_for_each(|branch| collect(branch, named)),
        Value::Object(members) => members,
        _ => return Ok(()),
    };
    let kind = members.get("type").and_then(Value::as_str).unwrap_or_default();
    if matches!(kind, "record" | "error" | "enum" | "fixed")
        && named.insert(name_of(members), schema).is_some()
    {
        return Err(format!("{:?} is defined twice", name_of(members)));
    }
    let parts = ["type", "items", "values"].iter().filter_map(|key| members.get(*key));
    let fields = members.get("fields").and_then(Value::as_array).into_iter().flatten();
    let mut all = parts.chain(fields.filter_map(|field| field.get("type")));
    all.try_for_each(|part| collect(part, named))
}

/// A type without null, and whether null was with it.
fn without_null(schema: &Value) -> Result<(&Value, bool), String> {
    let Value::Array(branches) = schema else { return Ok((schema, false)) };
    let mut others = branches.iter().filter(|branch| *branch != "null");
    match (others.next(), others.next()) {
        (Some(one), None) if !one.is_array() => Ok((one, branches.len() > 1)),
        (None, _) => Err("null alone is no column".into()),
        _ => Err("a union may be of null and one type only".into()),
    }
}

impl<'s> Reader<'s> {
    /// The type in a place: `def` and `rep` are the levels of what it lies in.
    fn node(&mut self, schema: &'s Value, def: i16, rep: i16) -> Result<Node, String> {
        let (schema, optional) = without_null(schema)?;
        let (first, def) = (self.leaves.len(), def + i16::from(optional));
        self.depth += 1;
        if self.depth > DEPTH_MAX {
            return Err(format!("types may lie {DEPTH_MAX} deep in one another"));
        }
        let kind = self.kind(schema, def, rep)?;
        self.depth -= 1;
        Ok(Node { optional, def, rep, kind, leaves: first..self.leaves.len() })
    }

    fn kind(&mut self, schema: &'s Value, def: i16, rep: i16) -> Result<Kind, String> {
        let members = match schema {
            Value::Object(members) => members,
            Value::String(name) => match primitive(name) {
                Some(scalar) => return self.scalar(scalar, def, rep),
                None => self.known(name)?,
            },
            _ => return Err("a type is a name, an object or null and one type".into()),
        };
        let part = |key: &str| members.get(key).ok_or_else(|| format!("{key} is missing"));
        let kind = part("type")?;
        match kind.as_str().unwrap_or_default() {
            "record" | "error" => self.record(members, def, rep),
            "array" => Ok(Kind::List(Box::new(self.node(part("items")?, def + 1, rep + 1)?))),
            "map" => {
                self.scalar(Scalar::Text, def + 1, rep + 1)?;
                Ok(Kind::Map(Box::new(self.node(part("values")?, def + 1, rep + 1)?)))
            }
            "enum" => self.scalar(symbols(members)?, def, rep),
            "fixed" => self.scalar(logical(members, fixed(members)?)?, def, rep),
            name => match primitive(name) {
                Some(plain) => self.scalar(logical(members, plain)?, def, rep),
                None => self.kind(kind, def, rep),
            },
        }
    }

    /// The definition that a name refers to.
    fn known(&self, name: &str) -> Result<&'s Map<String, Value>, String> {
        let found = self.named.get(simple(name)).and_then(|found| found.as_object());
        found.ok_or_else(|| format!("type {name:?} has no column"))
    }

    fn scalar(&mut self, scalar: Scalar, def: i16, rep: i16) -> Result<Kind, String> {
        if self.leaves.len() == COLUMNS_MAX {
            return Err(format!("data_schema has more than {COLUMNS_MAX} columns"));
        }
        self.leaves.push(Leaf::new(&scalar, def, rep));
        Ok(Kind::Scalar(scalar))
    }

    fn record(&mut self, members: &'s Map<String, Value>, def: i16, rep: i16) -> Result<Kind, String> {
        let name = name_of(members);
        if self.open.contains(&name) {
            return Err(format!("record {name:?} lies in itself, which no column can"));
        }
        self.open.push(name);
        let (mut fields, mut places) = (Vec::new(), HashMap::new());
        for field in members.get("fields").and_then(Value::as_array).into_iter().flatten() {
            let name = field.get("name").and_then(Value::as_str).ok_or("a field has no name")?;
            let schema = field.get("type").ok_or_else(|| format!("field {name:?} has no type"))?;
            let node = self.node(schema, def, rep).map_err(|reason| format!("field {name:?}: {reason}"))?;
            if places.insert(name.to_owned(), fields.len()).is_some() {
                return Err(format!("field {name:?} is there twice"));
            }
            fields.push((name.to_owned(), node));
        }
        self.open.pop();
        if fields.is_empty() {
            return Err(format!("record {name:?} has no fields: a Parquet file needs a column"));
        }
        Ok(Kind::Record(Record { name: name.to_owned(), fields, places }))
    }
}

fn primitive(name: &str) -> Option<Scalar> {
    Some(match name {
        "boolean" => Scalar::Boolean,
        "int" => Scalar::Int,
        "long" => Scalar::Long,
        "float" => Scalar::Float,
        "double" => Scalar::Double,
        "bytes" => Scalar::Bytes,
        "string" => Scalar::Text,
        _ => return None,
    })
}

fn symbols(members: &Map<String, Value>) -> Result<Scalar, String> {
    let listed = members.get("symbols").and_then(Value::as_array).into_iter().flatten();
    let symbols: Option<Vec<_>> = listed.map(|s| s.as_str().map(str::to_owned)).collect();
    symbols.filter(|s| !s.is_empty()).map(Scalar::Enum).ok_or_else(|| "an enum has no symbols".to_owned())
}

fn fixed(members: &Map<String, Value>) -> Result<Scalar, String> {
    let size = members.get("size").and_then(Value::as_u64).and_then(|n| usize::try_from(n).ok());
    let fits = size.filter(|n| (1..=65_536).contains(n));
    fits.map(Scalar::Fixed).ok_or_else(|| "the size of a fixed must be 1 to 65536".to_owned())
}

/// What `logicalType` makes of a type.
fn logical(members: &Map<String, Value>, plain: Scalar) -> Result<Scalar, String> {
    let logical = members.get("logicalType").and_then(Value::as_str).unwrap_or_default();
    Ok(match (logical, &plain) {
        ("date", Scalar::Int) => Scalar::Date,
        ("time-millis", Scalar::Int) => Scalar::Time(Unit::Millis),
        ("time-micros", Scalar::Long) => Scalar::Time(Unit::Micros),
        ("timestamp-millis", Scalar::Long) => Scalar::Timestamp { unit: Unit::Millis, utc: true },
        ("timestamp-micros", Scalar::Long) => Scalar::Timestamp { unit: Unit::Micros, utc: true },
        ("local-timestamp-millis", Scalar::Long) => Scalar::Timestamp { unit: Unit::Millis, utc: false },
        ("local-timestamp-micros", Scalar::Long) => Scalar::Timestamp { unit: Unit::Micros, utc: false },
        ("decimal", Scalar::Bytes | Scalar::Fixed(_)) => decimal(members)?,
        _ => plain,
    })
}

fn decimal(members: &Map<String, Value>) -> Result<Scalar, String> {
    let number = |key: &str| match members.get(key) {
        None => Some(0),
        Some(value) => value.as_u64().and_then(|n| usize::try_from(n).ok()),
    };
    match (number("precision"), number("scale")) {
        (Some(precision @ 1..=DECIMAL_DIGITS_MAX), Some(scale)) if scale <= precision => {
            Ok(Scalar::Decimal { precision, scale })
        }
        _ => Err(format!("a decimal needs a precision of 1 to {DECIMAL_DIGITS_MAX} and a scale up to it")),
    }
}
