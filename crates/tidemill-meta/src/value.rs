//! The few types a column may have, and rows of them.

use crate::MetaError;

/// A parameter or a column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// NULL.
    Null,
    /// BIGINT.
    Int(i64),
    /// TEXT.
    Text(String),
}

impl From<i64> for Value {
    fn from(value: i64) -> Self {
        Self::Int(value)
    }
}
impl From<u32> for Value {
    fn from(value: u32) -> Self {
        Self::Int(i64::from(value))
    }
}
impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Self::Int(i64::from(value))
    }
}
/// Sequence numbers, sizes and counts: all below 2^63.
impl From<u64> for Value {
    fn from(value: u64) -> Self {
        Self::Int(i64::try_from(value).unwrap_or(i64::MAX))
    }
}
impl From<&str> for Value {
    fn from(value: &str) -> Self {
        Self::Text(value.to_owned())
    }
}
impl From<String> for Value {
    fn from(value: String) -> Self {
        Self::Text(value)
    }
}
impl From<&String> for Value {
    fn from(value: &String) -> Self {
        Self::Text(value.clone())
    }
}
impl<T: Into<Value>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

/// The parameters of a statement, in the order of its `$n`.
#[macro_export]
macro_rules! args {
    ($($value:expr),* $(,)?) => { vec![$($crate::Value::from($value)),*] };
}

/// A row: its columns in the order of the statement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row(pub Vec<Value>);

impl Row {
    fn wrong<T>(&self, column: usize, wanted: &str) -> Result<T, MetaError> {
        Err(MetaError::Unexpected(format!("column {column} is {:?}, wanted {wanted}", self.0.get(column))))
    }

    /// Column `column` as a number.
    pub fn int(&self, column: usize) -> Result<i64, MetaError> {
        match self.0.get(column) {
            Some(Value::Int(value)) => Ok(*value),
            _ => self.wrong(column, "a number"),
        }
    }

    /// Column `column` as a count, size or sequence number.
    pub fn uint(&self, column: usize) -> Result<u64, MetaError> {
        u64::try_from(self.int(column)?).or_else(|_| self.wrong(column, "a number from 0"))
    }

    /// Column `column` as a truth value.
    pub fn bool(&self, column: usize) -> Result<bool, MetaError> {
        self.int(column).map(|value| value != 0)
    }

    /// Column `column` as text.
    pub fn text(&self, column: usize) -> Result<String, MetaError> {
        match self.0.get(column) {
            Some(Value::Text(value)) => Ok(value.clone()),
            _ => self.wrong(column, "text"),
        }
    }

    /// Column `column` as text or NULL.
    pub fn text_or_null(&self, column: usize) -> Result<Option<String>, MetaError> {
        match self.0.get(column) {
            Some(Value::Null) => Ok(None),
            _ => self.text(column).map(Some),
        }
    }

    /// Column `column` as a number or NULL.
    pub fn int_or_null(&self, column: usize) -> Result<Option<i64>, MetaError> {
        match self.0.get(column) {
            Some(Value::Null) => Ok(None),
            _ => self.int(column).map(Some),
        }
    }
}
