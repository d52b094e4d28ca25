//! What is written is read back by the reader of the same crate; pyarrow reads it in tests/clients.

use super::*;
use crate::spool::SpooledFile;
use bytes::Bytes;
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::record::{Field, Row};
use proptest::prelude::*;
use serde_json::{Map, Value, json};
use std::path::Path;
use std::sync::Arc;

fn columns(fields: Value) -> Arc<Columns> {
    let schema = json!({"type": "record", "name": "row", "fields": fields});
    Arc::new(Columns::parse(&schema.to_string()).unwrap())
}

fn field(name: &str, kind: Value) -> Value {
    json!([{"name": name, "type": kind}])
}

/// A file of those of the payloads that fit.
fn encoded(columns: &Arc<Columns>, payloads: impl IntoIterator<Item = String>, dir: &Path) -> SpooledFile {
    let mut file = ColumnsFile::create(columns.clone(), dir.into(), "T").unwrap();
    let mut trial = columns.trial();
    for payload in payloads {
        if let Ok(bytes) = columns.check(payload.as_bytes(), &mut trial) {
            file.write(payload.as_bytes(), bytes).unwrap();
        }
    }
    file.finish().unwrap()
}

fn reader(file: &SpooledFile) -> SerializedFileReader<Bytes> {
    let bytes = file.read(0, usize::try_from(file.bytes).unwrap()).unwrap();
    SerializedFileReader::new(Bytes::from(bytes)).unwrap()
}

/// The rows as the crate's reader shows them in JSON.
fn rows(columns: &Arc<Columns>, payloads: &[Value]) -> Vec<Value> {
    let dir = tempfile::tempdir().unwrap();
    let file = encoded(columns, payloads.iter().map(Value::to_string), dir.path());
    all_rows(&file)
}

fn all_rows(file: &SpooledFile) -> Vec<Value> {
    reader(file).get_row_iter(None).unwrap().map(|row| object(&row.unwrap())).collect()
}

fn object(row: &Row) -> Value {
    row.get_column_iter().map(|(name, field)| (name.clone(), value(field))).collect::<Map<_, _>>().into()
}

fn value(field: &Field) -> Value {
    match field {
        Field::Null => Value::Null,
        Field::Bool(value) => json!(value),
        Field::Int(value) => json!(value),
        Field::Long(value) => json!(value),
        Field::Float(value) => json!(value),
        Field::Double(value) => json!(value),
        Field::Str(value) => json!(value),
        Field::Group(row) => object(row),
        Field::ListInternal(list) => list.elements().iter().map(value).collect(),
        Field::MapInternal(map) => {
            let members =
                map.entries().iter().map(|(key, of)| (value(key).as_str().unwrap().to_owned(), value(of)));
            members.collect::<Map<_, _>>().into()
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn rows_are_the_records_and_what_is_absent_is_null() {
    let fields = json!([
        {"name": "id", "type": "long"},
        {"name": "small", "type": "int"},
        {"name": "ok", "type": ["null", "boolean"]},
        {"name": "score", "type": ["double", "null"]},
        {"name": "text", "type": ["null", "string"]},
        {"name": "kind", "type": {"type": "enum", "name": "kind", "symbols": ["A", "B"]}},
        {"name": "place", "type": ["null", {"type": "record", "name": "place", "fields": [
            {"name": "x", "type": "float"}, {"name": "note", "type": ["null", "string"]}]}]},
    ]);
    let full = json!({"id": i64::MIN, "small": -1, "ok": true, "score": 0.1, "text": "ä", "kind": "B",
        "place": {"note": "n", "x": 1.5}, "unknown": {"a": [1, {"b": 2}]}});
    let sparse = json!({"kind": "A", "small": 2, "id": 7, "place": {"x": 2}, "text": null});
    let mut wanted = full.clone();
    wanted.as_object_mut().unwrap().remove("unknown");
    let filled = json!({"id": 7, "small": 2, "ok": null, "score": null, "text": null, "kind": "A",
        "place": {"x": 2.0, "note": null}});
    assert_eq!(rows(&columns(fields), &[full, sparse]), [wanted, filled]);
}

#[test]
fn lists_and_maps_lie_in_one_another() {
    let of = |items: Value| json!({"type": "array", "items": items});
    let lists = columns(field("l", of(json!(["null", of(json!(["null", "int"]))]))));
    for list in [json!([]), json!([[]]), json!([null]), json!([[1, null, 2], null, [], [3]])] {
        let row = json!({ "l": list });
        assert_eq!(rows(&lists, &[row.clone(), row.clone()]), [row.clone(), row]);
    }
    let map = json!({"type": "map", "values": ["null", {"type": "record", "name": "r", "fields": [
        {"name": "t", "type": of(json!("string"))}, {"name": "n", "type": ["null", "int"]}]}]});
    let maps = columns(json!([{"name": "a", "type": ["null", map]}, {"name": "b", "type": "int"}]));
    for map in [
        json!(null),
        json!({}),
        json!({"k": null}),
        json!({"k": {"t": ["x", "y"], "n": 1}, "j": {"t": [], "n": null}}),
    ] {
        let row = json!({"a": map, "b": 1});
        assert_eq!(rows(&maps, std::slice::from_ref(&row)), [row]);
    }
}

#[test]
fn one_name_may_stand_for_a_type_in_several_places() {
    let point = json!({"type": "record", "name": "geo.point", "fields": [{"name": "x", "type": "int"}]});
    let both = columns(json!([{"name": "from", "type": point}, {"name": "to", "type": ["null", "point"]}]));
    let row = json!({"from": {"x": 1}, "to": {"x": 2}});
    assert_eq!(rows(&both, std::slice::from_ref(&row)), [row]);
}

#[test]
fn what_does_not_fit_is_told_by_field_and_without_its_content() {
    let decimal = json!({"type": "bytes", "logicalType": "decimal", "precision": 4, "scale": 2});
    let time = json!({"type": "int", "logicalType": "time-millis"});
    for (kind, wrong, wanted) in [
        (json!("int"), json!("secret"), "f: it must be a whole number of 32 bits"),
        (json!("int"), json!(1i64 << 31), "32 bits"),
        (json!("int"), json!(1.0), "32 bits"),
        (json!("long"), json!(u64::MAX), "64 bits"),
        (json!("string"), json!(1), "text"),
        (json!("string"), json!(null), "must be text"),
        (json!(["null", "string"]), json!(true), "text, or null"),
        (json!("boolean"), json!("true"), "true or false"),
        (json!("float"), json!(1e39), "32 bits"),
        (json!("double"), json!("1"), "64 bits"),
        (json!("bytes"), json!("\u{100}"), "U+00FF"),
        (json!({"type": "fixed", "name": "n", "size": 2}), json!("abc"), "2 characters"),
        (json!({"type": "enum", "name": "n", "symbols": ["A"]}), json!("a"), "one of the symbols"),
        (decimal.clone(), json!("100.00"), "4 digits"),
        (decimal, json!("secret"), "4 digits"),
        (time, json!(86_400_000), "since midnight"),
        (json!({"type": "array", "items": "int"}), json!({}), "a list"),
        (json!({"type": "array", "items": "int"}), json!([1, null]), "32 bits"),
        (json!({"type": "map", "values": "int"}), json!([]), "an object"),
    ] {
        let columns = columns(field("f", kind.clone()));
        let told =
            columns.check(json!({ "f": wrong }).to_string().as_bytes(), &mut columns.trial()).unwrap_err();
        assert!(told.contains(wanted) && !told.contains("secret"), "{kind} {wrong}: {told}");
    }
    let inner = json!({"type": "record", "name": "r", "fields": [{"name": "b", "type": "int"}]});
    let columns = columns(field("a", inner));
    for (payload, wanted) in [
        (r#"{"a":{"b":"x"}}"#, "a.b: it must be"),
        (r#"{"a":{}}"#, "a.b: it is missing"),
        ("{}", "a: it is missing"),
        (r#"{"a":{"b":1,"b":2}}"#, "a.b: it is there twice"),
        ("[]", "it must be an object"),
        ("null", "it must be an object"),
        (r#"{"a":{"b":1}} x"#, "trailing"),
        (r#"{"a":{"b":1}"#, "EOF"),
        ("", "EOF"),
        ("\u{0}", "expected value"),
    ] {
        let told = columns.check(payload.as_bytes(), &mut columns.trial()).unwrap_err();
        assert!(told.contains(wanted), "{payload}: {told}");
    }
}

#[test]
fn schemas_without_columns_are_refused_and_say_what_is_allowed() {
    let record = |fields: Value| json!({"type": "record", "name": "r", "fields": fields});
    let endless = record(json!([{"name": "next", "type": ["null", "r"]}]));
    let deep = (0..33).fold(json!("int"), |inner, _| json!({"type": "array", "items": inner}));
    // Each record has the next one ten times: a thousand million columns.
    let wide = (0..9).fold(json!("int"), |inner, n| {
        let name = format!("r{n}");
        let rest = (1..10).map(|i| json!({"name": format!("f{i}"), "type": if n == 0 { json!("int") } else { json!(format!("r{}", n - 1)) }}));
        let first = json!({"name": "f0", "type": inner});
        json!({"type": "record", "name": name, "fields": std::iter::once(first).chain(rest).collect::<Vec<_>>()})
    });
    for (schema, wanted) in [
        (json!("string"), "must be a record"),
        (json!(["null", record(json!([]))]), "no fields"),
        (json!(["null", record(field("f", json!("int")))]), "must be a record"),
        (record(json!([])), "no fields"),
        (record(field("f", json!("null"))), "type \"null\" has no column"),
        (record(field("f", json!(["null"]))), "null alone"),
        (record(field("f", json!(["int", "string"]))), "null and one type only"),
        (record(field("f", json!(["null", "int", "string"]))), "null and one type only"),
        (record(json!([{"name": "f", "type": "int"}, {"name": "f", "type": "int"}])), "there twice"),
        (record(field("f", json!("nobody"))), "\"nobody\" has no column"),
        (record(field("f", json!({"type": "bytes", "logicalType": "decimal", "precision": 39}))), "1 to 38"),
        (record(field("f", json!({"type": "fixed", "name": "n", "size": 0}))), "1 to 65536"),
        (record(field("f", deep)), "32 deep"),
        (endless, "lies in itself"),
        (wide, "more than 1000 columns"),
    ] {
        let refused = Columns::parse(&schema.to_string()).unwrap_err();
        assert!(refused.contains(wanted), "{schema}: {refused}");
    }
}

#[test]
fn row_groups_end_by_their_content_and_the_same_records_are_the_same_bytes() {
    let columns = columns(json!([{"name": "n", "type": "long"}, {"name": "t", "type": "string"}]));
    let payloads = || (0..1200).map(|n| json!({"n": n, "t": format!("{n}").repeat(5000)}).to_string());
    let dir = tempfile::tempdir().unwrap();
    let (one, other) = (encoded(&columns, payloads(), dir.path()), encoded(&columns, payloads(), dir.path()));
    assert_eq!((one.bytes, &one.sha256), (other.bytes, &other.sha256));
    let found = reader(&one);
    let groups: Vec<_> = found.metadata().row_groups().iter().map(|group| group.num_rows()).collect();
    assert_eq!((groups.len(), groups.iter().sum::<i64>()), (2, 1200), "{groups:?}");
    assert!(all_rows(&one).iter().map(|row| row["n"].clone()).eq((0..1200).map(|n| json!(n))));
    drop((one, other));
    assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 0, "nothing stays in the spool");
}

#[test]
fn a_record_of_more_values_than_a_row_group_holds_does_not_fit() {
    let columns = columns(field("l", json!({"type": "array", "items": "string"})));
    let payload = format!(r#"{{"l":[{}""]}}"#, r#""","#.repeat(400_000));
    let told = columns.check(payload.as_bytes(), &mut columns.trial()).unwrap_err();
    assert!(told.contains("more in one record"), "{told}");
}

#[test]
fn payloads_with_much_that_is_no_column_do_not_fill_the_disk() {
    let columns = columns(field("n", json!("int")));
    let dir = tempfile::tempdir().unwrap();
    let mut file = ColumnsFile::create(columns, dir.path().into(), "T").unwrap();
    let payload = format!(r#"{{"n":1,"other":"{}"}}"#, "x".repeat(1 << 20));
    for _ in 0..64 {
        file.write(payload.as_bytes(), 4).unwrap();
    }
    assert!(file.spooled() < 1 << 20, "{}", file.spooled());
}

proptest! {
    #[test]
    fn any_number_comes_back(numbers in proptest::collection::vec(any::<f64>().prop_filter("finite", |n| n.is_finite()), 1..20)) {
        let columns = columns(field("n", json!("double")));
        let payloads: Vec<_> = numbers.iter().map(|n| format!("{{\"n\":{n:?}}}")).collect();
        let dir = tempfile::tempdir().unwrap();
        let file = encoded(&columns, payloads, dir.path());
        let read: Vec<f64> = all_rows(&file).iter().map(|row| row["n"].as_f64().unwrap()).collect();
        prop_assert_eq!(read, numbers);
    }
}
