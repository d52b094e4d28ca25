//! What a parameter may be.

use std::fmt;

use serde::Serialize;
use serde_json::Value as Json;

/// What a parameter may be. Its `Display` is the range as an error message names it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Kind {
    /// `True`, `true`, `1`, `False`, `false`, `0`.
    Boolean,
    /// A whole number.
    Integer {
        /// The lowest.
        min: i64,
        /// The highest.
        max: i64,
    },
    /// A whole number, or `auto` (also empty): left to the operator.
    Count {
        /// The lowest.
        min: i64,
        /// The highest.
        max: i64,
    },
    /// A number.
    Real {
        /// The lowest.
        min: f64,
        /// The highest.
        max: f64,
    },
    /// One of these words, exactly so.
    Choice(&'static [&'static str]),
    /// Text of at most so many bytes, not further looked at.
    Text {
        /// The most bytes.
        max: usize,
    },
}

/// The value of a parameter.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Value {
    /// Of [`Kind::Boolean`].
    Boolean(bool),
    /// Of [`Kind::Integer`] and [`Kind::Count`].
    Integer(i64),
    /// Of [`Kind::Real`].
    Real(f64),
    /// Of [`Kind::Choice`].
    Word(&'static str),
    /// Of [`Kind::Text`].
    Text(String),
    /// [`Kind::Count`] left to the operator.
    Auto,
}

impl Kind {
    /// The value in this JSON, if it is one of this kind.
    pub(crate) fn value(&self, json: &Json) -> Option<Value> {
        match *self {
            Self::Boolean => boolean(json).map(Value::Boolean),
            Self::Integer { min, max } => integer(json, min, max),
            Self::Count { .. } if matches!(json.as_str(), Some("" | "auto")) => Some(Value::Auto),
            Self::Count { min, max } => integer(json, min, max),
            Self::Real { min, max } => {
                let number = json.as_f64().or_else(|| number(json.as_str()?))?;
                (min..=max).contains(&number).then_some(Value::Real(number))
            }
            Self::Choice(words) => {
                words.iter().find(|word| json.as_str() == Some(word)).copied().map(Value::Word)
            }
            Self::Text { max } => text(json).filter(|text| text.len() <= max).map(Value::Text),
        }
    }
}

/// Text as it is, everything else as JSON.
fn text(json: &Json) -> Option<String> {
    match json {
        Json::Null => None,
        Json::String(text) => Some(text.clone()),
        other => Some(other.to_string()),
    }
}

fn boolean(json: &Json) -> Option<bool> {
    match text(json)?.as_str() {
        "True" | "true" | "1" => Some(true),
        "False" | "false" | "0" => Some(false),
        _ => None,
    }
}

fn integer(json: &Json, min: i64, max: i64) -> Option<Value> {
    let given = match json {
        Json::String(text) => text.trim().parse().ok()?,
        Json::Number(number) => number.as_i64().or_else(|| whole(number.as_f64()?))?,
        _ => return None,
    };
    (min..=max).contains(&given).then_some(Value::Integer(given))
}

/// A number such as 3.0, as some clients write whole numbers.
fn whole(number: f64) -> Option<i64> {
    (number.fract() == 0.0 && number.abs() < 9e15).then_some(number as i64)
}

fn number(text: &str) -> Option<f64> {
    text.trim().parse().ok()
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Boolean => write!(f, "True or False"),
            Self::Integer { min, max: i64::MAX } => write!(f, "a whole number from {min}"),
            Self::Integer { min, max } => write!(f, "a whole number from {min} to {max}"),
            Self::Count { min, max: i64::MAX } => write!(f, "auto or a whole number from {min}"),
            Self::Count { min, max } => write!(f, "auto or a whole number from {min} to {max}"),
            Self::Real { min, max } => write!(f, "a number from {min} to {max}"),
            Self::Choice(words) => {
                let words: Vec<&str> = words.iter().copied().filter(|word| !word.is_empty()).collect();
                write!(f, "{}", words.join(", "))
            }
            Self::Text { max } => write!(f, "text of at most {max} bytes"),
        }
    }
}
