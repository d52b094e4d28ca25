//! Columns and the values their types allow.

use serde_json::{Number, Value};
use time::format_description::BorrowedFormatItem;
use time::macros::format_description;
use time::{Date, PrimitiveDateTime};

/// A column of a schema.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Column {
    pub(crate) name: String,
    pub(crate) kind: ColumnType,
}

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ColumnType {
    String,
    Short,
    Int,
    Long,
    Double,
    Float,
    Byte,
    /// `yyyy-MM-dd`
    Date,
    /// `yyyy-MM-dd HH:mm:ss`
    Timestamp,
    Boolean,
}

const DATE: &[BorrowedFormatItem<'_>] = format_description!("[year]-[month]-[day]");
const TIMESTAMP: &[BorrowedFormatItem<'_>] =
    format_description!("[year]-[month]-[day] [hour]:[minute]:[second]");

impl Column {
    pub(crate) fn new(name: &str, kind: ColumnType) -> Self {
        Self { name: name.to_owned(), kind }
    }
}

impl ColumnType {
    /// Every type.
    pub(crate) const ALL: [Self; 10] = [
        Self::String,
        Self::Short,
        Self::Int,
        Self::Long,
        Self::Double,
        Self::Float,
        Self::Byte,
        Self::Date,
        Self::Timestamp,
        Self::Boolean,
    ];

    /// The type of this name, in any case.
    pub(crate) fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str().eq_ignore_ascii_case(name.trim()))
    }

    /// Its documented name.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::String => "String",
            Self::Short => "Short",
            Self::Int => "Int",
            Self::Long => "Long",
            Self::Double => "Double",
            Self::Float => "Float",
            Self::Byte => "Byte",
            Self::Date => "Date",
            Self::Timestamp => "Timestamp",
            Self::Boolean => "Boolean",
        }
    }

    /// What a cell means; `null` if it does not fit.
    pub(crate) fn value(self, cell: &str) -> Value {
        let trimmed = cell.trim();
        match self {
            Self::String => Some(Value::from(cell)),
            Self::Short => trimmed.parse::<i16>().ok().map(Value::from),
            Self::Int => trimmed.parse::<i32>().ok().map(Value::from),
            Self::Long => trimmed.parse::<i64>().ok().map(Value::from),
            Self::Byte => trimmed.parse::<i8>().ok().map(Value::from),
            Self::Double => trimmed.parse::<f64>().ok().and_then(Number::from_f64).map(Value::from),
            Self::Float => trimmed.parse::<f32>().ok().and_then(short_float).map(Value::from),
            Self::Date => Date::parse(trimmed, DATE).is_ok().then(|| Value::from(trimmed)),
            Self::Timestamp => {
                PrimitiveDateTime::parse(trimmed, TIMESTAMP).is_ok().then(|| Value::from(trimmed))
            }
            Self::Boolean => boolean(trimmed).map(Value::from),
        }
        .unwrap_or(Value::Null)
    }
}

/// The shortest text of the number, so that 0.1 does not become 0.10000000149011612.
fn short_float(value: f32) -> Option<Number> {
    value.to_string().parse::<f64>().ok().and_then(Number::from_f64)
}

fn boolean(text: &str) -> Option<bool> {
    if text.eq_ignore_ascii_case("true") {
        Some(true)
    } else if text.eq_ignore_ascii_case("false") {
        Some(false)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn types_are_known_in_any_case() {
        assert_eq!(ColumnType::parse("TIMESTAMP"), Some(ColumnType::Timestamp));
        assert_eq!(ColumnType::parse("decimal"), None);
        assert!(ColumnType::ALL.iter().all(|kind| ColumnType::parse(kind.as_str()) == Some(*kind)));
    }

    #[test]
    fn what_does_not_fit_is_null() {
        for (name, cell, value) in [
            ("string", " x ", json!(" x ")),
            ("short", "32767", json!(32767)),
            ("short", "32768", json!(null)),
            ("byte", "-128", json!(-128)),
            ("int", " 5 ", json!(5)),
            ("int", "5.0", json!(null)),
            ("long", "9223372036854775807", json!(9223372036854775807_i64)),
            ("float", "0.1", json!(0.1)),
            ("double", "NaN", json!(null)),
            ("double", "1e3", json!(1000.0)),
            ("date", "2024-02-30", json!(null)),
            ("date", "2024-02-29", json!("2024-02-29")),
            ("timestamp", "2024-02-29 23:59:59", json!("2024-02-29 23:59:59")),
            ("timestamp", "2024-02-29", json!(null)),
            ("boolean", "TRUE", json!(true)),
            ("boolean", "1", json!(null)),
        ] {
            assert_eq!(ColumnType::parse(name).unwrap().value(cell), value, "{name} {cell}");
        }
    }
}
