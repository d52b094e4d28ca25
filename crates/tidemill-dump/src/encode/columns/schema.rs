//! The schema of the files: the columns in Parquet's terms.
//!
//! Source: the Parquet format's "LogicalTypes"; lists have three levels, as it asks of writers.

use super::node::{Kind, Node, Record};
use super::scalar::{Scalar, Unit, decimal_bytes};
use parquet::basic::{LogicalType, Repetition, TimeUnit, Type as Physical};
use parquet::errors::Result;
use parquet::schema::types::{Type, TypePtr};

/// The schema of a record.
pub(super) fn of(root: &Node) -> Result<Type> {
    let Kind::Record(record) = &root.kind else { return typed("record", root) };
    Type::group_type_builder(&record.name).with_fields(fields(record)?).build()
}

fn fields(record: &Record) -> Result<Vec<TypePtr>> {
    record.fields.iter().map(|(name, node)| typed(name, node).map(TypePtr::new)).collect()
}

fn typed(name: &str, node: &Node) -> Result<Type> {
    let repetition = if node.optional { Repetition::OPTIONAL } else { Repetition::REQUIRED };
    let group = |kind: Option<LogicalType>, fields: Vec<TypePtr>| {
        let group = Type::group_type_builder(name).with_repetition(repetition).with_logical_type(kind);
        group.with_fields(fields).build()
    };
    let repeated = |name: &str, fields: Vec<TypePtr>| {
        let group = Type::group_type_builder(name).with_repetition(Repetition::REPEATED);
        group.with_fields(fields).build().map(TypePtr::new)
    };
    match &node.kind {
        Kind::Scalar(kind) => scalar(name, kind, repetition),
        Kind::Record(record) => group(None, fields(record)?),
        Kind::List(item) => {
            let item = TypePtr::new(typed("element", item)?);
            group(Some(LogicalType::List), vec![repeated("list", vec![item])?])
        }
        Kind::Map(value) => {
            let key = TypePtr::new(scalar("key", &Scalar::Text, Repetition::REQUIRED)?);
            let value = TypePtr::new(typed("value", value)?);
            group(Some(LogicalType::Map), vec![repeated("key_value", vec![key, value])?])
        }
    }
}

fn scalar(name: &str, kind: &Scalar, repetition: Repetition) -> Result<Type> {
    let (physical, logical) = physical(kind);
    let (mut length, mut precision, mut scale) = (-1, -1, -1);
    let small = |n: usize| i32::try_from(n).unwrap_or(i32::MAX);
    match kind {
        Scalar::Fixed(bytes) => length = small(*bytes),
        Scalar::Decimal { precision: digits, scale: behind } => {
            (length, precision, scale) = (small(decimal_bytes(*digits)), small(*digits), small(*behind));
        }
        _ => {}
    }
    let column = Type::primitive_type_builder(name, physical).with_repetition(repetition);
    let column = column.with_logical_type(logical).with_length(length);
    column.with_precision(precision).with_scale(scale).build()
}

fn physical(kind: &Scalar) -> (Physical, Option<LogicalType>) {
    let unit = |unit: Unit| match unit {
        Unit::Millis => TimeUnit::MILLIS,
        Unit::Micros => TimeUnit::MICROS,
    };
    match kind {
        Scalar::Boolean => (Physical::BOOLEAN, None),
        Scalar::Int => (Physical::INT32, None),
        Scalar::Long => (Physical::INT64, None),
        Scalar::Float => (Physical::FLOAT, None),
        Scalar::Double => (Physical::DOUBLE, None),
        Scalar::Bytes => (Physical::BYTE_ARRAY, None),
        Scalar::Text | Scalar::Enum(_) => (Physical::BYTE_ARRAY, Some(LogicalType::String)),
        Scalar::Fixed(_) => (Physical::FIXED_LEN_BYTE_ARRAY, None),
        Scalar::Decimal { precision, scale } => {
            let digits = |n: usize| i32::try_from(n).unwrap_or(i32::MAX);
            let kind = LogicalType::decimal(digits(*scale), digits(*precision));
            (Physical::FIXED_LEN_BYTE_ARRAY, Some(kind))
        }
        Scalar::Date => (Physical::INT32, Some(LogicalType::Date)),
        Scalar::Time(Unit::Millis) => (Physical::INT32, Some(LogicalType::time(true, TimeUnit::MILLIS))),
        Scalar::Time(Unit::Micros) => (Physical::INT64, Some(LogicalType::time(true, TimeUnit::MICROS))),
        Scalar::Timestamp { unit: of, utc } => {
            (Physical::INT64, Some(LogicalType::timestamp(*utc, unit(*of))))
        }
    }
}
