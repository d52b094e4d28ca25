//! Whether a text is an Avro schema.

use serde_json::{Map, Value};

const PRIMITIVES: [&str; 8] = ["null", "boolean", "int", "long", "float", "double", "bytes", "string"];
/// Longest schema text.
const BYTES_MAX: usize = 64 * 1024;

/// Checks the structure of an Avro schema: types, names, fields and symbols. The error says what is wrong.
pub(crate) fn check(text: &str) -> Result<(), String> {
    if text.len() > BYTES_MAX {
        return Err(format!("data_schema is over {BYTES_MAX} bytes"));
    }
    let value: Value = serde_json::from_str(text).map_err(|e| format!("data_schema is not JSON: {e}"))?;
    check_type(&value, &mut Vec::new())
}

/// `named` holds the record, enum and fixed names known so far.
fn check_type(value: &Value, named: &mut Vec<String>) -> Result<(), String> {
    match value {
        Value::String(name) if PRIMITIVES.contains(&name.as_str()) => Ok(()),
        Value::String(name) if named.iter().any(|known| same_name(known, name)) => Ok(()),
        Value::String(name) => Err(format!("unknown type {name:?}")),
        Value::Array(branches) if branches.is_empty() => Err("a union has no branch".into()),
        Value::Array(branches) => branches.iter().try_for_each(|branch| check_type(branch, named)),
        Value::Object(members) => check_complex(members, named),
        _ => Err("a type is a name, an object or an array".into()),
    }
}

/// A name matches with or without its namespace.
fn same_name(known: &str, name: &str) -> bool {
    known == name || known.rsplit('.').next() == name.rsplit('.').next()
}

fn check_complex(members: &Map<String, Value>, named: &mut Vec<String>) -> Result<(), String> {
    let Some(kind) = members.get("type") else { return Err("an object has no type".into()) };
    match kind.as_str() {
        Some("record" | "error") => check_record(members, named),
        Some("enum") => {
            name_it(members, named)?;
            let symbols = members.get("symbols").and_then(Value::as_array);
            let ok = symbols.is_some_and(|s| !s.is_empty() && s.iter().all(Value::is_string));
            if ok { Ok(()) } else { Err("an enum has no symbols".into()) }
        }
        Some("fixed") => {
            name_it(members, named)?;
            let ok = members.get("size").is_some_and(Value::is_u64);
            if ok { Ok(()) } else { Err("a fixed has no size".into()) }
        }
        Some("array") => check_type(members.get("items").ok_or("an array has no items")?, named),
        Some("map") => check_type(members.get("values").ok_or("a map has no values")?, named),
        _ => check_type(kind, named),
    }
}

fn name_it(members: &Map<String, Value>, named: &mut Vec<String>) -> Result<(), String> {
    let name = members.get("name").and_then(Value::as_str).filter(|name| !name.is_empty());
    named.push(name.ok_or("a named type has no name")?.to_owned());
    Ok(())
}

fn check_record(members: &Map<String, Value>, named: &mut Vec<String>) -> Result<(), String> {
    name_it(members, named)?;
    let fields = members.get("fields").and_then(Value::as_array).ok_or("a record has no fields")?;
    for field in fields {
        let name = field.get("name").and_then(Value::as_str).filter(|name| !name.is_empty());
        let name = name.ok_or("a field has no name")?;
        let kind = field.get("type").ok_or_else(|| format!("field {name:?} has no type"))?;
        check_type(kind, named).map_err(|reason| format!("field {name:?}: {reason}"))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::check;

    #[test]
    fn avro_schemas_pass() {
        for good in [
            r#""string""#,
            r#"["null","long"]"#,
            r#"{"type":"record","name":"r","fields":[{"name":"a","type":["null","string"]},
               {"name":"t","type":{"type":"long","logicalType":"timestamp-millis"}},
               {"name":"next","type":["null","r"]},{"name":"l","type":{"type":"array","items":"int"}}]}"#,
        ] {
            assert_eq!(check(good), Ok(()), "{good}");
        }
    }

    #[test]
    fn other_texts_do_not() {
        for bad in [
            "",
            "{",
            "1",
            r#""text""#,
            "[]",
            "{}",
            r#"{"type":"record","name":"r"}"#,
            r#"{"type":"record","name":"r","fields":[{"name":"a"}]}"#,
            r#"{"type":"enum","name":"e"}"#,
        ] {
            assert!(check(bad).is_err(), "{bad}");
        }
    }
}
